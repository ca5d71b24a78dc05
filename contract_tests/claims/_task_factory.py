"""Tasks that the run creates through the API, and waits for; the run deletes them at its end."""

import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any, TypeVar
from uuid import uuid4

from ..contract.validation import properties
from ..report.violation import not_run
from ..run.target import Target
from ._answers import Answer, ClaimViolation
from ._instants import parse, step
from .api import Api

Input = TypeVar("Input")
Output = TypeVar("Output")
Task = dict[str, Any]
RUNNING = ("pending", "executing")
FINAL = ("completed", "failed", "error", "stopped")
STATUSES = (*RUNNING, "paused", *FINAL)
INVOKES = ("invoke_agent", "invoke_agent_async", "invoke_agent_stream")
BY_ID = ("get_task", "stop_task", "delete_task", "get_task_thread", "get_task_thread_full")
TITLE_PREFIX = "Contract test"
CONCURRENCY = 6
SPARE_TASKS = 2
MOST_ATTEMPTS = 5
LONGEST_WAIT_SECONDS = 10.0
DELEGATION_DEPTH = 5
# Fields that a server may still update after a task has ended.
VOLATILE_FIELDS = ("tokens", "user_tokens", "finished_sub_executions")


class TaskFactory:
    """Creates tasks and waits for them.

    Args:
        api: The operations, for the organization that is to own the tasks.
        agents: Agents that may be invoked, the default one first.
        target: The server under test; a mock gets less time to finish a task than agents that think.
    """

    def __init__(self, api: Api, agents: list[str], target: Target) -> None:
        self.api = api
        self.agents = agents
        self.status_inputs = target.status_inputs
        self.patience = 8.0 if target.is_mock else 90.0
        # Mixed case reveals a server that ignores the case of ids.
        self.token = f"ct-{uuid4().hex[:10]}-Aa"
        self._seconds: list[float] = []
        self._numbers = count(1)
        self._spare: deque[str] = deque()

    @property
    def agent(self) -> str:
        """The agent to invoke."""
        if not self.agents:
            not_run("needs XPANDER_AGENT_ID: the list shows no agent to invoke")
        return self.agents[0]

    @property
    def task_seconds(self) -> float:
        """Seconds that the fastest measured task took; 0 before `measure_task_seconds`."""
        return min(self._seconds, default=0.0)

    def measure_task_seconds(self) -> None:
        """Measure how long a task takes, unless that is known."""
        __tracebackhide__ = True
        while len(self._seconds) < 2:
            began = time.monotonic()
            self.invoke("invoke_agent")
            self._seconds.append(time.monotonic() - began)

    def wait_past_end(self) -> None:
        """Wait longer than a task takes, so that a task which was not stopped would have ended."""
        __tracebackhide__ = True
        self.measure_task_seconds()
        time.sleep(min(max(self._seconds) * 1.5 + 0.1, LONGEST_WAIT_SECONDS))

    def wait_for_clock(self, task: Task) -> None:
        """Wait until the server's clock has moved on, by the precision that a task's times show."""
        times = ("created_at", "updated_at", "started_at", "finished_at")
        shown = [parse(task[name]) for name in times if task.get(name)]
        time.sleep(1.1 * step(shown).total_seconds() + 0.002)

    def new_id(self) -> str:
        """Return an id that no task has."""
        return f"{self.token}-{next(self._numbers)}"

    def body(self, **fields: Any) -> Task:
        """Return the body of an invoke with an id, an input and a title.

        Args:
            fields: Further fields, or other values for those three; `...` leaves a field out.
        """
        name = fields.get("id") or self.new_id()
        defaults = {
            "id": name,
            "title": f"{TITLE_PREFIX} {name}",
            "input": {"text": f"Please answer {name} in one short sentence."},
        }
        return {key: value for key, value in {**defaults, **fields}.items() if value is not ...}

    def call(self, operation_id: str, body: Task, agent: str | None = None) -> tuple[Task, Answer]:
        """Invoke an agent.

        Args:
            operation_id: One of the three invoke operations.
            body: The body.
            agent: The agent; None is the default one.

        Returns:
            The task in the answer (for a stream, the finished one), and the answer.
        """
        __tracebackhide__ = True
        if operation_id == "invoke_agent_stream":
            stream = self.api.stream(agent or self.agent, body)
            task, answer = stream.finished(), stream.answer
        else:
            answer = self.api.call(operation_id, agent=agent or self.agent, body=body)
            task = answer.ok()
        return task, answer

    def invoke(self, operation_id: str, agent: str | None = None, **fields: Any) -> Task:
        """Invoke an agent with a generated id and title, and return the task in the answer."""
        __tracebackhide__ = True
        return self.call(operation_id, self.body(**fields), agent)[0]

    def start(self, agent: str | None = None, **fields: Any) -> Task:
        """Invoke an agent asynchronously, and return the task in the answer."""
        __tracebackhide__ = True
        return self.invoke("invoke_agent_async", agent, **fields)

    def parent(self) -> str:
        """Return the id of an ended task without sub-tasks, as a parent for new ones.

        An agent may delegate on its own, but only while it works.
        """
        __tracebackhide__ = True
        for _ in range(MOST_ATTEMPTS):
            task = self.wait_until_done(self._take_spare())
            children = task.get("sub_executions") or []
            if self.without_delegated(children) == children:
                return str(task["id"])
        not_run(f"needs an agent that does not delegate: {MOST_ATTEMPTS} of {MOST_ATTEMPTS} tasks of {self.agent} did")

    def _take_spare(self) -> str:
        """Return the id of a task that was started earlier, and start others so that later calls need not wait."""
        __tracebackhide__ = True
        while len(self._spare) <= SPARE_TASKS:
            self._spare.append(self.start()["id"])
        return self._spare.popleft()

    def without_delegated(self, tasks: Iterable[str]) -> list[str]:
        """Return task ids without those that agents created on their own while they worked on the run's tasks."""
        __tracebackhide__ = True
        return [task for task in tasks if not self._is_delegated(task)]

    def _is_delegated(self, task: str) -> bool:
        above = task
        for _ in range(DELEGATION_DEPTH):
            if self._has_generated_id(above):
                return above != task
            shown = self.api.call("get_task", task=above)
            if shown.status != 200 or (shown.json.get("title") or "").startswith(TITLE_PREFIX):
                return False
            above = shown.json.get("parent_execution")
            if not above:
                return False
        return False

    def _has_generated_id(self, task: str) -> bool:
        return task.casefold().startswith(self.token.casefold())

    def wait_until_done(self, task: str) -> Task:
        """Poll a task until it is neither pending nor executing, and return it.

        Raises:
            ClaimViolation: The task is still running after `patience` seconds (GET-4).
        """
        __tracebackhide__ = True
        deadline, pause = time.monotonic() + self.patience, 0.02
        while True:
            shown = self.api.get(task)
            if shown.get("status") not in RUNNING:
                return shown
            if time.monotonic() > deadline:
                # On a server whose tasks never end, every other test would wait as long.
                waited, self.patience = self.patience, min(self.patience, 5.0)
                answer = self.api.call("get_task", task=task)
                actual = f"{shown.get('status')} after {waited:.0f} s"
                raise ClaimViolation("a task that ends", actual, answer, claim="GET-4")
            time.sleep(pause)
            pause = min(pause * 1.4, 1.0)

    def completed(self, operation_id: str = "invoke_agent", **fields: Any) -> Task:
        """Invoke an agent until a task completes, and return the task as get shows it.

        An agent may fail now and then, so there are three attempts; but only one with an `id` or a
        `parent_execution_id`, because a failed attempt would leave a turn or a sub-task behind.
        """
        __tracebackhide__ = True
        attempts = 1 if fields.keys() & {"id", "parent_execution_id"} else 3
        for _ in range(attempts):
            plain = operation_id == "invoke_agent" and not fields
            task = self.wait_until_done(self._take_spare() if plain else self.invoke(operation_id, **fields)["id"])
            if task["status"] == "completed":
                return self.get_stable(task["id"]).ok()
        not_run(f"needs an agent that completes: {attempts} of {attempts} tasks of {self.agent} ended otherwise")

    def get_stable(self, task: str) -> Answer:
        """Get a task until two answers in a row are equal, because token counts may follow after its end."""
        __tracebackhide__ = True
        shown = self.api.call("get_task", task=task)
        for _ in range(MOST_ATTEMPTS):
            again = self.api.call("get_task", task=task)
            if again.ok() == shown.ok():
                break
            shown = again
            time.sleep(0.2)
        return shown

    def start_until(self, status: str = "executing", **fields: Any) -> Task | None:
        """Start tasks until one is seen in a status; return it, or None if none was."""
        __tracebackhide__ = True
        for _ in range(MOST_ATTEMPTS):
            task = self.start(**fields)
            for _ in range(2000):
                if task.get("status") == status:
                    return task
                if task.get("status") not in RUNNING:
                    break
                time.sleep(0.002)
                task = self.api.get(task["id"])
        return None


def stable_fields(task: Task) -> Task:
    """Return the documented fields of a task, without those that a server may update after its end."""
    return {name: task.get(name) for name in properties("Task") if name not in VOLATILE_FIELDS}


def invoke_cases(thorough: str, cases: Iterable[str]) -> list[tuple[str, str]]:
    """Pair the invoke operations with cases: one operation with all of them, the others with the first two."""
    every = list(cases)
    return [(operation, case) for operation in INVOKES for case in (every if operation == thorough else every[:2])]


def run_concurrently(action: Callable[[Input], Output], inputs: Iterable[Input]) -> list[Output]:
    """Call a function for each input, several at a time, and return the results in the order of the inputs."""
    with ThreadPoolExecutor(CONCURRENCY) as threads:
        return list(threads.map(action, inputs))
