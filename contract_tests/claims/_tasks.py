"""Tasks of our own: made through the API and waited for with patience; the run deletes them at its end."""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any, TypeVar
from uuid import uuid4

from contract_tests.claims import _schema
from contract_tests.claims._instants import parse, step
from contract_tests.claims.api import Answer, Api, Broken, require
from contract_tests.failure import not_run
from contract_tests.target import Target

Given = TypeVar("Given")
Got = TypeVar("Got")
Task = dict[str, Any]
RUNNING = ("pending", "executing")
FINAL = ("completed", "failed", "error", "stopped")
STATUSES = (*RUNNING, "paused", *FINAL)
INVOKES = ("invoke_agent", "invoke_agent_async", "invoke_agent_stream")
BY_ID = ("get_task", "stop_task", "delete_task", "get_task_thread", "get_task_thread_full")
OUR_TITLE = "Contract test"
AT_ONCE = 6
TRIES = 5
LONGEST_WATCH = 10.0
MOST_DELEGATED = 5
# What a server may still count when a task has ended.
COUNTED_LATER = ("tokens", "user_tokens", "finished_sub_executions")


class Workshop:
    """Makes tasks.

    Args:
        api: The operations, for the organization that shall own the tasks.
        agents: Agents that may be invoked, the usual one first.
        target: The server; our own mock gets less patience than one whose agents think.
    """

    def __init__(self, api: Api, agents: list[str], target: Target) -> None:
        self.api = api
        self.agents = agents
        self.patience = 8.0 if target.is_mock else 90.0
        # Mixed case, so that a server which folds ids is found out.
        self.token = f"ct-{uuid4().hex[:10]}-Aa"
        self._seconds: list[float] = []
        self._numbers = count(1)

    @property
    def agent(self) -> str:
        """The agent to invoke."""
        if not self.agents:
            not_run("needs XPANDER_AGENT_ID: the list shows no agent to invoke")
        return self.agents[0]

    @property
    def pace(self) -> float:
        """Seconds that a task takes here, as far as we have seen."""
        return min(self._seconds, default=0.0)

    def learn_pace(self) -> None:
        """See how long a task takes, if that is not known yet."""
        __tracebackhide__ = True
        while len(self._seconds) < 2:
            began = time.monotonic()
            self.invoke("invoke_agent")
            self._seconds.append(time.monotonic() - began)

    def outlast(self) -> None:
        """Wait as long as tasks take here and longer, so that one that still runs would end."""
        __tracebackhide__ = True
        self.learn_pace()
        time.sleep(min(max(self._seconds) * 1.5 + 0.1, LONGEST_WATCH))

    def tick(self, task: Task) -> None:
        """Wait until the server's clock, which may show whole seconds only, has moved on."""
        times = ("created_at", "updated_at", "started_at", "finished_at")
        shown = [parse(task[name]) for name in times if task.get(name)]
        time.sleep(1.1 * step(shown).total_seconds() + 0.002)

    def new_id(self) -> str:
        """Return an id that no task has."""
        return f"{self.token}-{next(self._numbers)}"

    def body(self, **fields: Any) -> Task:
        """Return the body of an invoke: an id of our own, an input and a title, and the given fields."""
        name = fields.get("id") or self.new_id()
        defaults = {
            "id": name,
            "title": f"{OUR_TITLE} {name}",
            "input": {"text": f"Please answer {name} in one short sentence."},
        }
        return {key: value for key, value in {**defaults, **fields}.items() if value is not ...}

    def call(self, operation_id: str, body: Task, agent: str | None = None) -> tuple[Task, Answer]:
        """Invoke in one of the three ways, and return the task that is answered (streamed: the finished one)."""
        __tracebackhide__ = True
        if operation_id == "invoke_agent_stream":
            stream = self.api.stream(agent or self.agent, body)
            task, answer = stream.finished(), stream.answer
        else:
            answer = self.api.call(operation_id, agent=agent or self.agent, body=body)
            task = answer.ok()
        return task, answer

    def invoke(self, operation_id: str, agent: str | None = None, **fields: Any) -> Task:
        """Invoke in one of the three ways with an id and a title of our own."""
        __tracebackhide__ = True
        return self.call(operation_id, self.body(**fields), agent)[0]

    def start(self, agent: str | None = None, **fields: Any) -> Task:
        """Invoke in the background."""
        __tracebackhide__ = True
        return self.invoke("invoke_agent_async", agent, **fields)

    def parent(self) -> str:
        """Return a task to put sub-tasks under: one that has ended without making any of its own.

        An agent may delegate of its own accord, but only while it works.
        """
        __tracebackhide__ = True
        for _ in range(TRIES):
            task = self.finish(self.start()["id"])
            children = task.get("sub_executions") or []
            if self.asked_for(children) == children:
                return str(task["id"])
        not_run(f"needs an agent that does not delegate: {TRIES} of {TRIES} tasks of {self.agent} did")

    def asked_for(self, tasks: Iterable[str]) -> list[str]:
        """Return tasks without those which agents have made, of their own accord, to work on a task of ours."""
        __tracebackhide__ = True
        return [task for task in tasks if not self._is_delegated(task)]

    def _is_delegated(self, task: str) -> bool:
        above = task
        for _ in range(MOST_DELEGATED):
            if self._is_named_by_us(above):
                return above != task
            shown = self.api.call("get_task", task=above)
            if shown.status != 200 or (shown.json.get("title") or "").startswith(OUR_TITLE):
                return False
            above = shown.json.get("parent_execution")
            if not above:
                return False
        return False

    def _is_named_by_us(self, task: str) -> bool:
        return task.casefold().startswith(self.token.casefold())

    def finish(self, task: str) -> Task:
        """Wait until a task is neither pending nor executing.

        Raises:
            Broken: It is still, after all the patience that there is.
        """
        __tracebackhide__ = True
        deadline, pause = time.monotonic() + self.patience, 0.02
        while True:
            shown = self.api.get(task)
            if shown.get("status") not in RUNNING:
                return shown
            if time.monotonic() > deadline:
                # One that never ends must not cost every other test as much.
                waited, self.patience = self.patience, min(self.patience, 5.0)
                answer = self.api.call("get_task", task=task)
                raise Broken("a task that ends", f"{shown.get('status')} after {waited:.0f} s", answer, claim="GET-4")
            time.sleep(pause)
            pause = min(pause * 1.4, 1.0)

    def completed(self, operation_id: str = "invoke_agent", **fields: Any) -> Task:
        """Invoke until a task completes, and return it as get shows it; an agent may fail now and then.

        Where a failed attempt would leave a trace, as one more turn or sub-task, there is only one.
        """
        __tracebackhide__ = True
        attempts = 1 if fields.keys() & {"id", "parent_execution_id"} else 3
        for _ in range(attempts):
            task = self.finish(self.invoke(operation_id, **fields)["id"])
            if task["status"] == "completed":
                return self.settled(task["id"]).ok()
        not_run(f"needs an agent that completes: {attempts} of {attempts} tasks of {self.agent} ended otherwise")

    def settled(self, task: str) -> Answer:
        """Return a task once two answers show the same: counts of tokens and the like may follow after its end."""
        __tracebackhide__ = True
        shown = self.api.call("get_task", task=task)
        for _ in range(TRIES):
            again = self.api.call("get_task", task=task)
            if again.ok() == shown.ok():
                break
            shown = again
            time.sleep(0.2)
        return shown

    def executing(self, wanted: str = "executing", **fields: Any) -> Task | None:
        """Start a task and return it once it is seen in a status, or None when it never was."""
        __tracebackhide__ = True
        for _ in range(TRIES):
            task = self.start(**fields)
            for _ in range(2000):
                if task.get("status") == wanted:
                    return task
                if task.get("status") not in RUNNING:
                    break
                time.sleep(0.002)
                task = self.api.get(task["id"])
        return None


def lasting(task: Task) -> Task:
    """Return what is documented of a task, without what may still be counted after its end."""
    return {name: task.get(name) for name in _schema.properties("Task") if name not in COUNTED_LATER}


def as_it_was(task: Task, *answers: Answer) -> None:
    """Judge that the last of some answers shows a task as it was."""
    __tracebackhide__ = True
    after = answers[-1]
    same = after.status == 200 and lasting(after.json) == lasting(task)
    require(same, f"the task as it was: {task}", after.json, *answers)


def varied(thorough: str, cases: Iterable[str]) -> list[tuple[str, str]]:
    """Return ways to invoke with cases to try: one way with all of them, the other ways with some."""
    every = list(cases)
    return [(operation, case) for operation in INVOKES for case in (every if operation == thorough else every[:2])]


def together(action: Callable[[Given], Got], given: Iterable[Given]) -> list[Got]:
    """Do something for many at the same time, and return the results in their order."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(action, given))
