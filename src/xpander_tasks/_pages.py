"""Reading all pages of a list that changes while it is read: what to ask next, and what was seen before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from xpander_tasks._models import TasksListItem, TasksPage
from xpander_tasks._steps import Emit, Emitting, Flow, Start, Take

Fetch = Callable[[int, datetime | None], Flow[TasksPage]]
"""Makes the flow that reads a page by its number, of the tasks created at a moment or earlier if one is given."""

# Arrivals between two pages bring back the tasks of so many places at most.
REMEMBERED = 10_000

# So many tasks of the first page with the newest first are no accident.
_PROOF = 10


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
            if anchor is None:
                # Or this page was read before the one ahead of it, with arrivals between: then it is too old.
                fresh = yield Take(0, fetch(number, anchor))
                yield Emit(_only(fresh, seen.unseen(fresh.items)))
                if fresh.total > page.total:
                    page.total, page.total_pages = fresh.total, fresh.total_pages
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
    """Return a moment that no task of the list is newer than, or None where the first page does not prove the order.

    A list in another order must not be bounded by its first page: tasks would be lost.
    """
    moments = [item.created_at for item in items if isinstance(item.created_at, datetime)]
    descending = all(newer >= older for newer, older in pairwise(moments))
    if len(moments) < len(items) or len(items) < _PROOF or not descending or moments[0] == moments[-1]:
        return None
    # A server may keep time finer than a datetime does.
    return moments[0] + timedelta(microseconds=1)


class Seen:
    """Remembers which tasks were met last, in memory that does not grow with the list."""

    def __init__(self) -> None:
        """Begin with nothing met."""
        self._ids: dict[str, None] = {}  # in the order they were met

    def unseen(self, items: Iterable[TasksListItem]) -> list[TasksListItem]:
        """Return the tasks that were not met before, and remember them."""
        new = [item for item in items if item.id not in self._ids]
        self._ids.update(dict.fromkeys(item.id for item in new))
        while len(self._ids) > REMEMBERED:
            del self._ids[next(iter(self._ids))]
        return new
