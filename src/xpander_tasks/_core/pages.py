"""Reading all pages of a list that changes while it is read: which page to ask for next, which tasks to leave out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from xpander_tasks._core.effects import Emit, Emitting, Flow, Join, Spawn
from xpander_tasks.errors import DecodeError
from xpander_tasks.models import TasksListItem, TasksPage

Fetch = Callable[[int, datetime | None], Flow[TasksPage]]
"""Makes the flow that reads a page by its number; with a moment, of the tasks created then or earlier."""

# When tasks arrive, those already listed come again. More than this many arrivals between two pages are not expected.
REMEMBERED = 10_000

# This many descending timestamps prove the sort order.
_PROOF = 10


def read_pages(fetch: Fetch, *, concurrency: int, anchored: bool) -> Emitting[TasksPage, None]:
    """Emit every page in order, without tasks that were emitted before.

    New tasks push the last ones of a page to the start of the next, where they are left out. Deleted tasks pull others
    from a later page to an earlier one: `total` shows it, and the earlier pages are read again. Where the list can be
    bounded by date (`anchored`), pages after the first ask only for tasks as old as the newest on it, so that arrivals
    neither shift the rest nor hide that tasks were deleted.

    Args:
        fetch: Makes the flow that reads a page.
        concurrency: Pages to read ahead at the same time; 0 reads each one when it is asked for.
        anchored: Whether `fetch` can bound the list by date.
    """
    recent = RecentIds()
    page = yield Join(1, fetch(1, None))
    anchor = _anchor(page.items) if anchored else None
    number, started, total = 1, 1, page.total
    while True:
        if (lost := total - page.total) > 0:
            for earlier in (yield from _read_again(fetch, number, anchor, lost, total)):
                yield Emit(_only(earlier, recent.add_new(earlier.items)))
            if anchor is None:
                # Or nothing was deleted: this page was read before the one ahead of it, and tasks arrived in between.
                fresh = yield Join(0, fetch(number, anchor))
                yield Emit(_only(fresh, recent.add_new(fresh.items)))
                if fresh.total > page.total:
                    page.total, page.total_pages = fresh.total, fresh.total_pages
        total = page.total
        while concurrency and started < min(number + concurrency, page.total_pages):
            started += 1
            yield Spawn(started, fetch(started, anchor), concurrency)
        listed = [item.id for item in page.items]
        yield Emit(_only(page, recent.add_new(page.items)))
        if number >= page.total_pages:
            return
        number += 1
        page = yield Join(number, fetch(number, anchor))
        if number == 2 and len(listed) > 1 and page.total == total and listed == [item.id for item in page.items]:
            raise DecodeError(0, "page 2 is the same as page 1: the server seems to ignore the parameter `page`")


def _read_again(fetch: Fetch, number: int, anchor: datetime | None, lost: int, total: int) -> Flow[list[TasksPage]]:
    """Read again the pages before `number` to which tasks have moved since `lost` of `total` tasks were deleted."""
    pages: list[TasksPage] = []
    earlier = number
    while earlier > 1 and lost > sum(page.per_page for page in pages):
        earlier -= 1
        page = yield Join(0, fetch(earlier, anchor))
        pages.insert(0, page)
        lost = max(lost, total - page.total)
    return pages


def _only(page: TasksPage, items: list[TasksListItem]) -> TasksPage:
    page.items = items
    return page


def _anchor(items: Sequence[TasksListItem]) -> datetime | None:
    """Return a moment that bounds the list from above, or None if the first page does not prove its order.

    A list in another order must not be bounded by its first page: tasks would be missed.
    """
    moments = [item.created_at for item in items if item.created_at and item.created_at.utcoffset() is not None]
    descending = all(newer >= older for newer, older in pairwise(moments))
    if len(moments) < len(items) or len(items) < _PROOF or not descending or moments[0] == moments[-1]:
        return None
    try:
        # A server may keep time finer than a datetime does.
        return moments[0].astimezone(UTC) + timedelta(microseconds=1)
    except OverflowError:  # at the end of the last year that exists
        return None


class RecentIds:
    """The ids of the tasks listed last; memory does not grow with the list."""

    def __init__(self) -> None:
        """Start without ids."""
        self._ids: dict[str, None] = {}  # in the order they were listed

    def add_new(self, items: Iterable[TasksListItem]) -> list[TasksListItem]:
        """Return the tasks whose ids are new, each id once, and remember these ids."""
        new = []
        for item in items:
            if item.id not in self._ids:
                self._ids[item.id] = None
                new.append(item)
        while len(self._ids) > REMEMBERED:
            del self._ids[next(iter(self._ids))]
        return new
