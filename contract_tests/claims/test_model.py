"""Any sequence of actions, compared with a small model of what it has to leave behind."""

from dataclasses import dataclass, field
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from contract_tests.claims._instants import parse
from contract_tests.claims._queries import unhurried
from contract_tests.claims._tasks import BY_ID, INVOKES, RUNNING, STATUSES, Task, Workshop
from contract_tests.claims.api import Answer, repeatedly, require
from contract_tests.target import Target

STEPS = {"quick": (2, 8), "default": (4, 14), "deep": (40, 30)}
STEPS_WHEN_LIMITED = (1, 8)


@dataclass(slots=True)
class Modelled:
    """What has to be known of a task.

    Args:
        id: Its id.
        parent: Id of its parent.
        title: Title of its latest turn.
        asked: What it was asked, turn by turn.
        caller: The agent that called for it.
        created_at: When it was created.
        status: How it ended; None while it may still run.
    """

    id: str
    parent: str | None
    title: str
    asked: list[str]
    caller: str | None
    created_at: str
    status: str | None = None


@dataclass(slots=True)
class World:
    """The tasks that there have to be, and those that there must not be any more."""

    tasks: dict[str, Modelled] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)

    def children(self, parent: str) -> list[Modelled]:
        """Return the sub-tasks of a task."""
        return [task for task in self.tasks.values() if task.parent == parent]

    def delete(self, task: str) -> None:
        """Take a task away, with all that is below it."""
        for child in self.children(task):
            self.delete(child.id)
        del self.tasks[task]
        self.deleted.append(task)


class Sequences(RuleBasedStateMachine):
    """Actions on a task of our own and its sub-tasks, in any order."""

    shop: Workshop

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.turns = 0

    @initialize()
    def begin(self) -> None:
        self.root = self._invoke("invoke_agent_async", None, None)

    @rule(operation=st.sampled_from(INVOKES), place=st.integers(0, 99), called=st.booleans())
    def delegate(self, operation: str, place: int, called: bool) -> None:
        parent = self.root if place < 60 else self._pick(place).id
        self._invoke(operation, parent, self.shop.agent if called else None)

    @rule(operation=st.sampled_from(INVOKES), place=st.integers(0, 99))
    def continue_(self, operation: str, place: int) -> None:
        task = self._ended(self._pick(place))
        self.turns += 1
        task.title, text = f"Contract test, turn {self.turns}", f"Please answer turn {self.turns}."
        task.asked.append(text)
        body = {"id": task.id, "title": task.title, "input": {"text": text}, "parent_execution_id": task.parent}
        shown, answer = self.shop.call(operation, self.shop.body(**body, triggering_agent_id=task.caller))
        task.status = None if operation == "invoke_agent_async" else shown["status"]
        require(shown["id"] == task.id, f"task {task.id}", shown["id"], answer)

    @rule(place=st.integers(0, 99))
    def stop(self, place: int) -> None:
        task = self._pick(place)
        answer = self.shop.api.call("stop_task", task=task.id)
        came = answer.ok()["status"]
        if task.status not in (None, "paused"):
            require(came == task.status, f"status {task.status} as it ended", came, answer, claim="STOP-2")
        require(came not in (*RUNNING, "paused"), "a final status", came, answer, claim="STOP-1")
        task.status = came

    @rule(place=st.integers(0, 99))
    def delete(self, place: int) -> None:
        task = self._pick(place)
        if task.id != self.root:
            self.shop.api.call("delete_task", task=task.id).expect(204)
            self.world.delete(task.id)

    @rule(place=st.integers(0, 99))
    def wait(self, place: int) -> None:
        self._ended(self._pick(place))

    @rule(place=st.integers(0, 99), status=st.sampled_from(STATUSES), called=st.booleans(), size=st.integers(1, 5))
    def ask_for_some(self, place: int, status: str, called: bool, size: int) -> None:
        parent = self._pick(place).id
        for child in self.world.children(parent):
            self._ended(child)
        caller = {"triggering_agent_id": self.shop.agent} if called else {}
        everything = self.shop.api.call("list_tasks", query={"parent_task_id": parent, "per_page": 50})
        ids = [item["id"] for item in everything.ok()["items"]]
        if self.shop.asked_for(ids) != ids:
            return  # agents have delegated of their own accord, and may do so again
        query: dict[str, Any] = {"parent_task_id": parent, "status": status, "per_page": size, **caller}
        answer = self.shop.api.call("list_tasks", query=query)
        fitting = [t.id for t in self.world.children(parent) if t.status == status and (t.caller or not called)]
        came = [item["id"] for item in answer.ok()["items"]]
        require(answer.json["total"] == len(fitting), f"total {len(fitting)}", answer.json["total"], answer)
        require(set(came) <= set(fitting), f"some of {fitting}", came, answer)
        require(len(came) == min(size, len(fitting)), f"{min(size, len(fitting))} items", came, answer)

    @precondition(lambda self: self.world.deleted)
    @rule(place=st.integers(0, 99), operation=st.sampled_from(BY_ID))
    def use_a_deleted_one(self, place: int, operation: str) -> None:
        task = self.world.deleted[place % len(self.world.deleted)]
        self.shop.api.call(operation, task=task).expect(404)

    @invariant()
    def sub_tasks_are_listed(self) -> None:
        if self.world.tasks:
            self._list(self.root, "list_tasks", "")

    def teardown(self) -> None:
        for task in list(self.world.tasks.values()):
            self._ended(task)
        for task in self.world.tasks.values():
            self._judge(task)
        if self.world.tasks:
            known = [*self.world.tasks, *self.world.deleted]
            self.shop.api.call("delete_task", task=self.root).expect(204)
            for gone in known:
                self.shop.api.call("get_task", task=gone).expect(404)

    def _invoke(self, operation: str, parent: str | None, caller: str | None) -> str:
        self.turns += 1
        title, text = f"Contract test, turn {self.turns}", f"Please answer turn {self.turns}."
        body = self.shop.body(title=title, input={"text": text}, parent_execution_id=parent, triggering_agent_id=caller)
        shown, _ = self.shop.call(operation, body)
        status = None if operation == "invoke_agent_async" else shown["status"]
        task = Modelled(shown["id"], parent, title, [text], caller, shown["created_at"], status)
        self.world.tasks[task.id] = task
        return task.id

    def _pick(self, place: int) -> Modelled:
        tasks = list(self.world.tasks.values())
        return tasks[place % len(tasks)]

    def _ended(self, task: Modelled) -> Modelled:
        if task.status is None:
            task.status = self.shop.finish(task.id)["status"]
        return task

    def _list(self, parent: str, operation: str, agent: str) -> None:
        answer: Answer = self.shop.api.call(operation, agent=agent, query={"parent_task_id": parent, "per_page": 50})
        items: list[Task] = answer.ok()["items"]
        require(answer.json["total"] == len(items), f"total {len(items)}", answer.json["total"], answer)
        times = [parse(item["created_at"]) for item in items if item.get("created_at")]
        claim = "LIST-6A" if operation == "list_tasks" else "LIST-6"
        require(times == sorted(times, reverse=True), "newest first", items, answer, claim=claim)
        by_id = {child.id: child for child in self.world.children(parent)}
        came, expected = sorted(self.shop.asked_for(item["id"] for item in items)), sorted(by_id)
        require(came == expected, f"the sub-tasks {expected}", came, answer)
        for child, item in ((by_id[item["id"]], item) for item in items if item["id"] in by_id):
            shown = (item["title"], item["triggering_agent_id"], parse(item["created_at"]))
            wanted = (child.title, child.caller, parse(child.created_at))
            require(shown == wanted, f"title, caller and creation {wanted}", shown, answer)
            require(child.status in (None, item["status"]), f"status {child.status}", item["status"], answer)

    def _judge(self, task: Modelled) -> None:
        self._list(task.id, "list_tasks", "")
        self._list(task.id, "list_agent_tasks", self.shop.agent)
        answer = self.shop.api.call("get_task", task=task.id)
        shown = answer.ok()
        expected = (task.status, task.title, task.asked[-1], task.parent)
        came = (shown["status"], shown["title"], shown["input"]["text"], shown.get("parent_execution"))
        require(came == expected, f"status, title, input, parent {expected}", came, answer)
        children = {child.id for child in self.world.children(task.id)}
        # Whether a deleted one is still among them is a claim of its own.
        listed = set(self.shop.asked_for(shown.get("sub_executions") or [])) - set(self.world.deleted)
        require(listed == children, f"sub_executions {sorted(children)}", sorted(listed), answer)
        thread = self.shop.api.call("get_task_thread", task=task.id)
        asked = [message["content"] for message in thread.messages() if message["role"] == "user"]
        # A turn that was stopped before it began may not have been said.
        begun = [text for text in asked if text in task.asked]
        stopped = task.status == "stopped"
        require(asked == begun, f"of {task.asked}", asked, thread)
        require(stopped or asked == task.asked, f"all turns: {task.asked}", asked, thread)
        full = self.shop.api.call("get_task_thread_full", task=task.id)
        missing = sorted(children - full.ok().keys())
        require(not missing, f"a key for each of {sorted(children)}", f"without {missing}", full)


@pytest.mark.claim("META-10")
def test_any_sequence_of_actions_leaves_what_it_made(shop: Workshop, target: Target) -> None:
    """META-10: after any sequence of actions, lists, tasks and threads show what the sequence has made."""
    examples, steps = STEPS_WHEN_LIMITED if target.rate_limit else STEPS[target.profile]
    machine = hypothesis.seed(target.seed)(type("OurSequences", (Sequences,), {"shop": shop}))
    run_state_machine_as_test(
        machine,
        settings=hypothesis.settings(unhurried(examples), stateful_step_count=steps),
    )


@pytest.mark.claim("META-10")
def test_a_sequence_of_every_action_leaves_what_it_made(shop: Workshop) -> None:
    """META-10: after a sequence of every action, each of them three times, all is as it made it."""
    sequence = type("OneSequence", (Sequences,), {"shop": shop})()
    sequence.begin()
    for place, operation in enumerate(INVOKES):
        sequence.delegate(operation, 0, called=place > 0)
        sequence.delegate(operation, 61 + place, called=False)
    for place, operation in enumerate(INVOKES):
        sequence.continue_(operation, place + 2)
        sequence.stop(place + 1)
        sequence.delete(place + 3)
        sequence.continue_(operation, place + 1)
        sequence.sub_tasks_are_listed()
        sequence.use_a_deleted_one(place, BY_ID[place])
    sequence.teardown()


@pytest.mark.claim("META-10")
def test_a_turn_after_a_stop_comes_to_an_end_of_its_own(shop: Workshop) -> None:
    """META-10: a stop ends the turn that ran; the next turn of the same task ends otherwise, as nobody stops it."""

    def judge() -> None:
        task = shop.start()["id"]
        stopped = shop.api.call("stop_task", task=task).expect(200)
        turn = shop.api.call("invoke_agent_async", agent=shop.agent, body=shop.body(id=task))
        turn.expect(200)
        shop.finish(task)
        ended = shop.api.call("get_task", task=task)
        status = ended.ok()["status"]
        require(status != "stopped", "another end than stopped", status, stopped, turn, ended)

    repeatedly(2, judge)
