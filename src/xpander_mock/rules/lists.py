"""How lists select, order, count and divide into pages."""

from typing import Any

from xpander_mock.rules.ownership import Ownership
from xpander_mock.rules.repository import TaskRepository
from xpander_mock.rules.times import parse_instant
from xpander_mock.storage.filters import Filter


class Lists:
    """The operations that list tasks. `caller` is the organization that the credentials belong to.

    Args:
        repository: The tasks.
        ownership: Whose agents are whose.
    """

    def __init__(self, repository: TaskRepository, ownership: Ownership) -> None:
        self.repository = repository
        self.ownership = ownership
        self.table = repository.table

    def list_tasks(self, caller: str, params: dict[str, Any]) -> str:
        """Return a page of the organization's tasks, a `TasksPage` as JSON."""
        self.repository.apply_due()
        return self.page(self.filter(caller, params), params["page"], params["per_page"])

    def list_agent_tasks(self, caller: str, agent_id: str, params: dict[str, Any]) -> str:
        """Return a page of one agent's tasks, a `TasksPage` as JSON."""
        self.ownership.check_agent(caller, agent_id)
        return self.list_tasks(caller, params | {"agent_id": agent_id})

    def filter(self, caller: str, params: dict[str, Any]) -> Filter:
        """Return what the parameters of a list select."""
        since, until = self.date_bounds(params)
        return Filter(
            organization_id=caller,
            agent_id=params["agent_id"],
            status=params["status"],
            user_id=params["user_id"],
            internal_status=params["internal_status"],
            triggering_agent_id=params["triggering_agent_id"],
            parent_task_id=params["parent_task_id"],
            since=since,
            until=until,
        )

    def date_bounds(self, params: dict[str, Any]) -> tuple[int | None, int | None]:
        """Return the closed interval of `created_at` that a list asks for, in microseconds since 1970."""
        since, until = params.get("from_date"), params.get("to_date")
        return (
            None if since is None else parse_instant(since, up=True),
            None if until is None else parse_instant(until),
        )

    def page(self, chosen: Filter, page: int, per_page: int) -> str:
        """Return a `TasksPage` as JSON. The items are stored as JSON, and only joined here."""
        with self.table.database.reading():
            total = self.total(chosen)
            items = self.page_items(chosen, total, page, per_page)
        return (
            f'{{"items":[{",".join(items)}],"total":{total},"page":{page},"per_page":{per_page},'
            f'"total_pages":{self.total_pages(total, per_page)}}}'
        )

    def total(self, chosen: Filter) -> int:
        """Return how many tasks match, on all pages."""
        return self.table.count(chosen)

    def total_pages(self, total: int, per_page: int) -> int:
        """Return how many pages there are."""
        return -(-total // per_page)

    def page_items(self, chosen: Filter, total: int, page: int, per_page: int) -> list[str]:
        """Return the items of one page, as JSON; none past the end, however far."""
        offset = (page - 1) * per_page
        return self.table.page(chosen, offset, per_page) if offset < total else []
