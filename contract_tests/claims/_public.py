"""What the organization has beside our own tasks, as far as it holds still: for reading only."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from contract_tests.claims._instants import parse
from contract_tests.claims._scope import Item, Scope
from contract_tests.claims._tasks import FINAL, OUR_TITLE, Task, together
from contract_tests.claims.api import Api

WINDOW = {"quick": 100, "default": 200, "deep": 1000}
WINDOW_WHEN_LIMITED = 50
SETTLED = timedelta(seconds=60)
PAGES_TO_LOOK_AT = 40


class Public:
    """Finds scopes among tasks that were there before us.

    Args:
        api: The operations.
        size: How many tasks to judge by, at most.
        ours: Agents that we invoke, whose lists move all the time.
    """

    def __init__(self, api: Api, size: int, ours: list[str]) -> None:
        self._api = api
        self._size = size
        self._ours = ours
        self.tasks: dict[str, Task] = {}
        self._ended: dict[str, Item] = {}

    def window(self) -> Scope | None:
        """Return the organization's list between two dates in the past, or None when it holds nothing."""
        until = self._newest()
        if until is None:
            return None
        scope = self._scope("the organization's older tasks", None, {"to_date": until})
        if scope.page(per_page=1).total > self._size:
            last = scope.page(per_page=50, page=-(-self._size // 50)).items[-1]
            scope = self._scope(scope.name, None, {"from_date": last["created_at"], "to_date": until})
        return scope

    def agent(self, window: Scope) -> Scope | None:
        """Return the list of one of the window's agents, or None when all have too many tasks to judge by."""
        agents = sorted(window.snapshot().values("agent_id"), key=lambda agent: agent in self._ours)
        for base in ({}, {"status": "failed"}, {"status": "stopped"}):
            for agent in agents[:8]:
                scope = self._scope("an agent's tasks", agent, dict(base))
                if 0 < scope.page(per_page=1).total <= self._size:
                    return scope
        return None

    def _scope(self, name: str, agent: str | None, base: dict[str, str]) -> Scope:
        return Scope(name, self._api, agent, base, own=False, look=self._look)

    def _look(self, items: list[Item]) -> Mapping[str, str | None]:
        # What others work on may have changed since it was last looked at, in a field that lists do not show.
        unseen = [item["id"] for item in items if self._ended.get(item["id"]) != item]
        for answer in together(lambda task: self._api.call("get_task", task=task), unseen[: self._size]):
            if answer.status == 200:  # another caller may have deleted it since; GET-1 judges the others
                self.tasks[answer.json["id"]] = answer.json
        self._ended.update({item["id"]: item for item in items if item["status"] in FINAL})
        return {item["id"]: self.tasks[item["id"]].get("internal_status") for item in items if item["id"] in self.tasks}

    def _newest(self) -> str | None:
        """Return when the newest task was created that is neither ours nor so new that others may follow it."""
        fallback: str | None = None
        for number in range(1, PAGES_TO_LOOK_AT):
            answer = self._api.call("list_tasks", query={"per_page": 50, "page": number})
            if answer.status != 200 or not answer.json["items"]:
                break
            date = answer.headers.get("date")
            now = parsedate_to_datetime(date) if date else datetime.now(UTC)
            for item in answer.json["items"]:
                created: str | None = item.get("created_at")
                if created and not (item.get("title") or "").startswith(OUR_TITLE):
                    if now - parse(created) > SETTLED:
                        return created
                    fallback = fallback or created
        return fallback
