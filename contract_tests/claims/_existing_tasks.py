"""Tasks that existed before this run and do not change (read only)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from ._instants import parse
from ._scope import Item, Scope
from ._task_factory import FINAL, TITLE_PREFIX, Task, run_concurrently
from .api import Api

WINDOW = {"quick": 100, "default": 200, "deep": 1000}
WINDOW_WHEN_LIMITED = 50
MINIMUM_AGE = timedelta(seconds=60)
MOST_PAGES = 40


class ExistingTasks:
    """Finds scopes among tasks that existed before this run.

    Args:
        api: The operations.
        size: The most tasks in a scope.
        ours: Agents that the run invokes, whose lists change all the time.
    """

    def __init__(self, api: Api, size: int, ours: list[str]) -> None:
        self._api = api
        self._size = size
        self._ours = ours
        self.tasks: dict[str, Task] = {}
        self._ended: dict[str, Item] = {}

    def window(self) -> Scope | None:
        """Return the organization's list between two dates in the past, or None if it is empty."""
        until = self._newest()
        if until is None:
            return None
        scope = self._scope("the organization's older tasks", None, {"to_date": until})
        if scope.page(per_page=1).total > self._size:
            last = scope.page(per_page=50, page=-(-self._size // 50)).items[-1]
            scope = self._scope(scope.name, None, {"from_date": last["created_at"], "to_date": until})
        return scope

    def agent(self, window: Scope) -> Scope | None:
        """Return the list of one of the window's agents, or None if all have too many tasks."""
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
        # A task that has not ended may have changed since it was last fetched, in a field that lists do not show.
        outdated = [item["id"] for item in items if self._ended.get(item["id"]) != item]
        for answer in run_concurrently(lambda task: self._api.call("get_task", task=task), outdated[: self._size]):
            if answer.status == 200:  # another caller may have deleted it since; GET-1 checks the others
                self.tasks[answer.json["id"]] = answer.json
        self._ended.update({item["id"]: item for item in items if item["status"] in FINAL})
        return {item["id"]: self.tasks[item["id"]].get("internal_status") for item in items if item["id"] in self.tasks}

    def _newest(self) -> str | None:
        """Return the creation time of the newest task that is not the run's own and at least a minute old."""
        fallback: str | None = None
        for number in range(1, MOST_PAGES):
            answer = self._api.call("list_tasks", query={"per_page": 50, "page": number})
            if answer.status != 200 or not answer.json["items"]:
                break
            date = answer.headers.get("date")
            now = parsedate_to_datetime(date) if date else datetime.now(UTC)
            for item in answer.json["items"]:
                created: str | None = item.get("created_at")
                if created and not (item.get("title") or "").startswith(TITLE_PREFIX):
                    if now - parse(created) > MINIMUM_AGE:
                        return created
                    fallback = fallback or created
        return fallback
