"""The rules as one caller sees them, with arguments that a test does not care about filled in."""

from typing import Any

import msgspec

from xpander_mock import Clock, Parts, Settings, load_contract
from xpander_mock.app import build_rules
from xpander_mock.control.sample_tasks import insert_samples
from xpander_mock.demo import DEMO_ORGANIZATION, EXAMPLE_AGENT
from xpander_mock.rules.rules import Rules
from xpander_mock.storage.database import Database

FILTERS = ("agent_id", "status", "user_id", "internal_status", "triggering_agent_id", "parent_task_id")


class FrozenClock(Clock):
    """A clock that stands still from the start."""

    def __init__(self) -> None:
        super().__init__()
        self.freeze()


def make_rules(tasks: int = 0, seed: int = 0, parts: Parts | None = None) -> Rules:
    """Build the rules on a database in memory: agents start after one second and work for two.

    Args:
        tasks: How many sample tasks to insert.
        seed: What they are generated from.
        parts: The classes to build from; by default with a frozen clock.
    """
    parts = parts or Parts(clock=FrozenClock)
    rules = build_rules(Database(), Settings(pending=1, executing=2), parts, load_contract())
    insert_samples(rules.repository, rules.ownership.agents, tasks, seed)
    return rules


class Caller:
    """Calls of one organization to one agent."""

    def __init__(self, rules: Rules, organization: str = DEMO_ORGANIZATION, agent_id: str = EXAMPLE_AGENT) -> None:
        self.rules = rules
        self.organization = organization
        self.agent_id = agent_id

    def invoke(self, text: str = "hello", **request: Any) -> dict[str, Any]:
        body = {"input": {"text": text}} | request
        task, turn = self.rules.invocations.invoke(self.organization, self.agent_id, body, None)
        return self.rules.repository.show(task, turn)

    def run(self, text: str = "hello", **request: Any) -> dict[str, Any]:
        """Invoke, and advance the clock until the task has finished."""
        task = self.invoke(text, **request)
        self.advance(3)
        return self.get(task["id"])

    def advance(self, seconds: float) -> None:
        self.rules.clock.advance(seconds)

    def get(self, task_id: str) -> dict[str, Any]:
        return self.rules.tasks.get_task(self.organization, task_id)

    def stop(self, task_id: str) -> dict[str, Any]:
        return self.rules.tasks.stop_task(self.organization, task_id)

    def delete(self, task_id: str) -> None:
        self.rules.tasks.delete_task(self.organization, task_id)

    def thread(self, task_id: str) -> list[dict[str, Any]]:
        return self.rules.tasks.get_task_thread(self.organization, task_id)

    def full_thread(self, task_id: str) -> dict[str, list[dict[str, Any]]]:
        return self.rules.tasks.get_task_thread_full(self.organization, task_id)

    def page(self, page: int = 1, per_page: int = 50, **filters: Any) -> dict[str, Any]:
        params = dict.fromkeys(FILTERS) | {"page": page, "per_page": per_page} | filters
        listed: dict[str, Any] = msgspec.json.decode(self.rules.lists.list_tasks(self.organization, params))
        return listed

    def ids(self, **filters: Any) -> list[str]:
        return [item["id"] for item in self.page(**filters)["items"]]
