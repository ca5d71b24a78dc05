"""A task of our own with enough different sub-tasks to judge lists by, which nobody else changes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from contract_tests.claims._scope import Item, Scope
from contract_tests.claims._tasks import RUNNING, Task, Workshop, together
from contract_tests.claims.api import Answer, Api, Broken

# An agent may be made to fail or to wait by what it is asked; where it is not, these are tasks like any other.
MOODS = ("fail", "error", "pause", "Please fail with an error.", "Please pause and wait for my approval.")
SIZES = {"quick": 23, "default": 53, "deep": 113}
SIZE_WHEN_LIMITED = 12
REFUSED = (403, 404, 422)


@dataclass(slots=True)
class Universe:
    """A parent and its sub-tasks, none of which runs any more.

    Args:
        parent: Id of the parent.
        sent: The body that made each sub-task, by its id.
        tasks: The sub-tasks as get shows them, by id.
    """

    parent: str
    sent: dict[str, Task] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)

    def internal(self, api: Api, items: list[Item]) -> Mapping[str, str | None]:
        """Return the `internal_status` of the tasks, of those that were paused as it is now."""
        for item in items:
            if self.tasks.get(item["id"], item)["status"] == "paused" != item["status"]:
                self.tasks[item["id"]] = api.get(item["id"])
        return {item["id"]: self.tasks[item["id"]].get("internal_status") for item in items if item["id"] in self.tasks}

    def agents(self) -> list[str]:
        """Return the agents of the sub-tasks, the busiest first."""
        found = [task["agent_id"] for task in self.tasks.values()]
        return sorted(set(found), key=found.count, reverse=True)

    def scope(self, shop: Workshop, agent: str | None) -> Scope:
        """Return the list of the sub-tasks: the organization's, or one agent's."""
        name = "our sub-tasks" if agent is None else "our sub-tasks of one agent"
        return Scope(
            name, shop.api, agent, {"parent_task_id": self.parent}, own=True, look=partial(self.internal, shop.api)
        )


def build(shop: Workshop, size: int) -> Universe:
    """Make a parent with sub-tasks of several agents, callers, users and statuses, and wait until all have ended.

    Args:
        shop: Makes the tasks.
        size: How many sub-tasks to make.
    """
    universe = Universe(shop.parent())
    agents = [agent for agent in shop.agents[:3] if _accepted(shop, universe, agent)]
    callers = [None, shop.agent, *_strings(shop, universe, lambda caller: {"triggering_agent_id": caller}, "Caller")]
    users = [None, *_strings(shop, universe, _user, "User")]

    def make(number: int) -> None:
        fields: Task = {"parent_execution_id": universe.parent}
        caller, user = callers[number % len(callers)], users[number // 2 % len(users)]
        if caller is not None:
            fields["triggering_agent_id"] = caller
        if user is not None:
            fields |= _user(user)
        if number < len(MOODS):
            fields["input"] = {**fields.get("input", {}), "text": MOODS[number]}
        body = shop.body(**fields)
        task = shop.call("invoke_agent_async", body, agents[number % len(agents)] if agents else shop.agent)[0]
        universe.sent[task["id"]] = body
        if number % 3 == 2:
            shop.api.call("stop_task", task=task["id"])

    together(make, range(size - len(universe.sent)))
    for task in universe.sent:
        try:
            ended = shop.finish(task)
        except Broken:
            # A slow agent; what the tests of stop say of it is their business.
            shop.api.call("stop_task", task=task)
            ended = shop.api.get(task)
        universe.tasks[task] = ended
    return universe


def _accepted(shop: Workshop, universe: Universe, agent: str) -> bool:
    # A list may show tasks of an agent that cannot be invoked any more.
    return _tried(shop, universe, agent, {}).status == 200


def _strings(shop: Workshop, universe: Universe, field_of: Callable[[str], Task], name: str) -> list[str]:
    # Values that differ in case or in how an accent is written, or that begin alike, are where loose comparisons show.
    plain, accented = f"{shop.token}-{name}", f"{shop.token}-{name}-Zoë"
    found = [plain, plain.swapcase(), f"{plain}-2"] if _takes(shop, universe, field_of(plain)) else []
    return [*found, accented] if found and _takes(shop, universe, field_of(accented)) else found


def _takes(shop: Workshop, universe: Universe, fields: Task) -> bool:
    answer = _tried(shop, universe, shop.agent, fields)
    return answer.status not in REFUSED and bool(answer.ok())


def _tried(shop: Workshop, universe: Universe, agent: str, fields: Task) -> Answer:
    """Ask an agent for one more sub-task, which it may refuse."""
    body = shop.body(parent_execution_id=universe.parent, **fields)
    answer = shop.api.call("invoke_agent_async", agent=agent, body=body)
    if answer.status == 200:
        universe.sent[answer.json["id"]] = body
    return answer


def _user(user: str) -> dict[str, Any]:
    return {"input": {"text": "Please say hello.", "user": {"id": user, "email": "contract-test@example.com"}}}


def still_running(universe: Universe) -> list[str]:
    """Return the sub-tasks that have not ended, which no test should build on."""
    return [task for task, shown in universe.tasks.items() if shown.get("status") in RUNNING]
