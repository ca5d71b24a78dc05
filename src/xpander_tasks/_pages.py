"""Reading all pages of a list that changes while it is read: what to ask next, and what was seen before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from xpander_tasks._models import TasksListItem, TasksPage
from xpander_tasks._steps import Emit, Emitting, Flow, Start, Take

Fetch = Callable[[int, datetime | None], Flow[TasksPage]]
"""Makes the flow that reads a page by its number, of the tasks created at a moment or earlier if one is given."""


def read_pages(fetch: Fetch, *, concurrency: int, anchored: bool) -> Emitting[TasksPage, None]:
    """Emit every page in order, without the tasks that were emitted before.

    New tasks push those at the end of one page to the start of the next, where they are left out. Tasks that vanish
    pull others back over a page's edge: `total` tells, and the pages before are read again. Where the list can be
    bounded by date (`anchored`), pages after the first ask only for tasks as old as the newest on it, so that arrivals
    neither shift the rest nor hide that tasks have vanished.

    Arguments:
        fetch: Makes the flow that reads a page.
        concurrency: Pages to read ahead at the same time; 0 reads each one when it is asked for.
        anchored: Whether `fetch` can bound the list by date.
    """
    seen = Seen()
    page = yield Take(1, fetch(1, None))
    anchor = _anchor(page.items) if anchored else None
    number, started, total = 1, 1, page.total
    while True:
        if (lost := total - page.total) > 0:
            for earlier in (yield from _read_again(fetch, number, anchor, lost, total)):
                yield Emit(_only(earlier, seen.unseen(earlier.items)))
        total = page.total
        while concurrency and started < min(number + concurrency, page.total_pages):
            started += 1
            yield Start(started, fetch(started, anchor), concurrency)
        yield Emit(_only(page, seen.unseen(page.items)))
        if number >= page.total_pages:
            return
        number += 1
        page = yield Take(number, fetch(number, anchor))


def _read_again(fetch: Fetch, number: int, anchor: datetime | None, lost: int, total: int) -> Flow[list[TasksPage]]:
    """Read the pages before `number` that tasks from later ones have moved to when `lost` of `total` vanished."""
    pages: list[TasksPage] = []
    earlier = number
    while earlier > 1 and lost > sum(page.per_page for page in pages):
        earlier -= 1
        page = yield Take(0, fetch(earlier, anchor))
        pages.insert(0, page)
        lost = max(lost, total - page.total)
    return pages


def _only(page: TasksPage, items: list[TasksListItem]) -> TasksPage:
    page.items = items
    return page


def _anchor(items: Sequence[TasksListItem]) -> datetime | None:
    """Return a moment that no listed task is newer than, or None where the order of the page does not prove one."""
    moments = _moments(items)
    if len(moments) < len(items) or not _descending(moments) or len(set(moments)) < 2:
        return None
    # A server may keep time finer than a datetime does.
    return moments[0] + timedelta(microseconds=1)


def _moments(items: Iterable[TasksListItem]) -> list[datetime]:
    return [item.created_at for item in items if isinstance(item.created_at, datetime)]


def _descending(moments: Sequence[datetime]) -> bool:
    return all(newer >= older for newer, older in pairwise(moments))


class Seen:
    """Remembers which tasks were met, in memory that does not grow with their number.

    In a list with the newest first a task was met before exactly if it is newer than the oldest one met, or as old
    and among those met at that moment. A list in another order is met with a set of all ids.
    """

    def __init__(self) -> None:
        """Begin with nothing met."""
        self._oldest: datetime | None = None
        self._ids: set[str] = set()  # those at _oldest and of the last page; all of them once the order is broken
        self._ordered = True

    def unseen(self, items: Sequence[TasksListItem]) -> list[TasksListItem]:
        """Return the tasks that were not met before, and remember them."""
        moments = _moments(items)
        self._ordered = self._ordered and len(moments) == len(items) and _descending(moments)
        new = {item.id: item for item in items if self._is_new(item)}
        if self._ordered and moments:
            if self._oldest is None or moments[-1] < self._oldest:
                self._oldest = moments[-1]
                self._ids = set()
            self._ids |= {item.id for item, moment in zip(items, moments, strict=True) if moment == self._oldest}
        else:
            self._ids |= new.keys()
        return list(new.values())

    def _is_new(self, item: TasksListItem) -> bool:
        if item.id in self._ids:
            return False
        moment = item.created_at
        if not self._ordered or self._oldest is None or not isinstance(moment, datetime):
            return True
        return moment <= self._oldest
