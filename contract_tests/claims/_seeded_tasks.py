"""A task of the run's own with many different sub-tasks, for checks of lists that nobody else changes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ._answers import Answer, ClaimViolation
from ._scope import Item, Scope
from ._task_factory import Task, TaskFactory, run_concurrently
from .api import Api

# Texts that make some agents fail or pause; for others these are tasks like any other.
STATUS_INPUTS = ("fail", "error", "pause", "Please fail with an error.", "Please pause and wait for my approval.")
SIZES = {"quick": 23, "default": 53, "deep": 113}
SIZE_WHEN_LIMITED = 12
REFUSED = (403, 404, 422)


@dataclass(slots=True)
class SeededTasks:
    """A parent and its sub-tasks, none of which is running any more.

    Args:
        parent: Id of the parent.
        sent: The body that created each sub-task, by the sub-task's id.
        tasks: The sub-tasks as get shows them, by id.
    """

    parent: str
    sent: dict[str, Task] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)

    def internal(self, api: Api, items: list[Item]) -> Mapping[str, str | None]:
        """Return the `internal_status` of listed tasks; those that are no longer paused are fetched again."""
        for item in items:
            if self.tasks.get(item["id"], item)["status"] == "paused" != item["status"]:
                self.tasks[item["id"]] = api.get(item["id"])
        return {item["id"]: self.tasks[item["id"]].get("internal_status") for item in items if item["id"] in self.tasks}

    def agents(self) -> list[str]:
        """Return the agents of the sub-tasks, the one with most sub-tasks first."""
        found = [task["agent_id"] for task in self.tasks.values()]
        return sorted(set(found), key=found.count, reverse=True)

    def scope(self, task_factory: TaskFactory, agent: str | None) -> Scope:
        """Return the list of the sub-tasks: the organization's, or one agent's."""
        name = "our sub-tasks" if agent is None else "our sub-tasks of one agent"
        look = partial(self.internal, task_factory.api)
        return Scope(name, task_factory.api, agent, {"parent_task_id": self.parent}, own=True, look=look)


def seed_tasks(task_factory: TaskFactory, size: int) -> SeededTasks:
    """Create a parent with sub-tasks of several agents, callers, users and statuses, and wait until all have ended.

    Args:
        task_factory: Creates the tasks.
        size: Number of sub-tasks.
    """
    seeded = SeededTasks(task_factory.parent())
    agents = [agent for agent in task_factory.agents[:3] if _is_invocable(task_factory, seeded, agent)]
    inputs = (*task_factory.status_inputs, *STATUS_INPUTS)
    callers = [None, task_factory.agent, *_accepted_values(task_factory, seeded, _caller, "Caller")]
    users = [None, *_accepted_values(task_factory, seeded, _user, "User")]

    def create(number: int) -> None:
        fields: Task = {"parent_execution_id": seeded.parent}
        caller, user = callers[number % len(callers)], users[number // 2 % len(users)]
        if caller is not None:
            fields |= _caller(caller)
        if user is not None:
            fields |= _user(user)
        if number < len(inputs):
            fields["input"] = {**fields.get("input", {}), "text": inputs[number]}
        body = task_factory.body(**fields)
        agent = agents[number % len(agents)] if agents else task_factory.agent
        task = task_factory.call("invoke_agent_async", body, agent)[0]
        seeded.sent[task["id"]] = body
        if number % 3 == 2:
            task_factory.api.call("stop_task", task=task["id"])

    run_concurrently(create, range(size - len(seeded.sent)))
    for task in seeded.sent:
        try:
            ended = task_factory.wait_until_done(task)
        except ClaimViolation:
            # The agent is slow. The tests of stop check what stopping does.
            task_factory.api.call("stop_task", task=task)
            ended = task_factory.api.get(task)
        seeded.tasks[task] = ended
    return seeded


def _is_invocable(task_factory: TaskFactory, seeded: SeededTasks, agent: str) -> bool:
    # A list may show tasks of an agent that can no longer be invoked.
    return _create_sub_task(task_factory, seeded, agent, {}).status == 200


def _accepted_values(
    task_factory: TaskFactory, seeded: SeededTasks, fields_for: Callable[[str], Task], name: str
) -> list[str]:
    # Loose comparisons confuse values that differ in case, in how an accent is written, or after a common beginning.
    plain, accented = f"{task_factory.token}-{name}", f"{task_factory.token}-{name}-Zoë"
    found = [plain, plain.swapcase(), f"{plain}-2"] if _accepts(task_factory, seeded, fields_for(plain)) else []
    return [*found, accented] if found and _accepts(task_factory, seeded, fields_for(accented)) else found


def _accepts(task_factory: TaskFactory, seeded: SeededTasks, fields: Task) -> bool:
    answer = _create_sub_task(task_factory, seeded, task_factory.agent, fields)
    return answer.status not in REFUSED and bool(answer.ok())


def _create_sub_task(task_factory: TaskFactory, seeded: SeededTasks, agent: str, fields: Task) -> Answer:
    """Invoke an agent for one more sub-task, which the server may refuse."""
    body = task_factory.body(parent_execution_id=seeded.parent, **fields)
    answer = task_factory.api.call("invoke_agent_async", agent=agent, body=body)
    if answer.status == 200:
        seeded.sent[answer.json["id"]] = body
    return answer


def _caller(agent: str) -> Task:
    return {"triggering_agent_id": agent}


def _user(user: str) -> dict[str, Any]:
    return {"input": {"text": "Please say hello.", "user": {"id": user, "email": "contract-test@example.com"}}}
