"""How lists select, order, count and divide into pages."""

from typing import Any

from xpander_mock._access import Access
from xpander_mock._store import Filter
from xpander_mock._times import parse_instant


class Listing(Access):
    """The rules of lists. The order is the store's."""

    def filter(self, caller: str, params: dict[str, Any]) -> Filter:
        """What the parameters of a list select."""
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
        """The closed interval of `created_at` that a list asks for."""
        since, until = params.get("from_date"), params.get("to_date")
        return (
            None if since is None else parse_instant(since, up=True),
            None if until is None else parse_instant(until),
        )

    def page(self, chosen: Filter, page: int, per_page: int) -> str:
        """A `TasksPage` as JSON. The items are stored as JSON, and are only joined here."""
        with self.store.reading():
            total = self.total(chosen)
            items = self.page_items(chosen, total, page, per_page)
        return (
            f'{{"items":[{",".join(items)}],"total":{total},"page":{page},"per_page":{per_page},'
            f'"total_pages":{self.total_pages(total, per_page)}}}'
        )

    def total(self, chosen: Filter) -> int:
        """How many tasks match, on all pages."""
        return self.store.count(chosen)

    def total_pages(self, total: int, per_page: int) -> int:
        """How many pages there are."""
        return -(-total // per_page)

    def page_items(self, chosen: Filter, total: int, page: int, per_page: int) -> list[str]:
        """The items of one page, as JSON; none past the end, however far."""
        offset = (page - 1) * per_page
        return self.store.page(chosen, offset, per_page) if offset < total else []
