"""Caches, for large tables, how many tasks each filter selects, and which ones.

A count or a page deep in a list costs SQLite time in proportion to the tasks that it passes over. The cache pays that
once for each filter; from then on every write updates it: for each cached filter it looks up whether the task was
selected before and is selected after.
"""

from __future__ import annotations  # `array[int]` cannot be evaluated in Python 3.11

from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import msgspec

from xpander_mock.storage.filters import Filter, Filters

MAX_FILTERS = 32  # each one costs every write two look-ups
_MAX_ROWS = 3_000_000  # 16 bytes each, all filters together


class Selection:
    """The tasks that a filter selects: their number and, once a page asks for it, their instants and row numbers.

    Args:
        chosen: The filter.
        total: How many tasks it selects.
    """

    def __init__(self, chosen: Filter, total: int) -> None:
        self.chosen = chosen
        self.total = total
        self.created: array[int] | None = None
        self.seqs: array[int] = array("q")

    def add(self, created: int, seq: int) -> None:
        """Add a task that is selected now."""
        self.total += 1
        if self.created is not None:
            at = self._position(created, seq)
            self.created.insert(at, created)
            self.seqs.insert(at, seq)

    def remove(self, created: int, seq: int) -> None:
        """Remove a task that is no longer selected."""
        self.total -= 1
        if self.created is not None:
            at = self._position(created, seq)
            del self.created[at]
            del self.seqs[at]

    def _position(self, created: int, seq: int) -> int:
        assert self.created is not None
        at = bisect_left(self.created, created)
        while at < len(self.seqs) and self.created[at] == created and self.seqs[at] < seq:
            at += 1
        return at


class FilterCache:
    """Selections by filter, those used last.

    Args:
        filters: The SQL of filters, and the database that they select from.
    """

    def __init__(self, filters: Filters) -> None:
        self._filters = filters
        self._database = filters.database
        self._selections: OrderedDict[tuple[object, ...], Selection] = OrderedDict()
        self._version = 0
        self._database.on_discard(self._selections.clear)

    def __len__(self) -> int:
        return len(self._selections)

    def count(self, chosen: Filter) -> int:
        """Return how many tasks a filter selects."""
        return self._selection(chosen).total

    def seqs(self, chosen: Filter, offset: int, limit: int) -> list[int]:
        """Return the row numbers of the tasks that a filter selects, newest first, from `offset` on."""
        selection = self._selection(chosen)
        if selection.created is None:
            selection.created, selection.seqs = self._read(chosen)
            self._drop_rows_except(selection)
        end = max(0, len(selection.seqs) - offset)
        return selection.seqs[max(0, end - limit) : end].tolist()[::-1]

    @contextmanager
    def updated(self, task_ids: Iterable[str]) -> Iterator[None]:
        """Update the cache by the change of these tasks that happens inside."""
        if not self._selections:
            yield
            return
        task_ids = list(task_ids)
        before = self._memberships(task_ids)
        yield
        after = self._memberships(task_ids)
        for selection, _, created, seq in before - after:
            selection.remove(created, seq)
        for selection, _, created, seq in after - before:
            selection.add(created, seq)

    def _selection(self, chosen: Filter) -> Selection:
        if self._database.path is not None:
            (version,) = self._database.execute("PRAGMA data_version").fetchone()
            if version != self._version:  # another process has written
                self._version = version
                self._selections.clear()
        key = msgspec.structs.astuple(chosen)
        selection = self._selections.get(key)
        if selection is None:
            selection = self._selections[key] = Selection(chosen, self._filters.count(chosen))
            if len(self._selections) > MAX_FILTERS:
                self._selections.popitem(last=False)
        self._selections.move_to_end(key)
        return selection

    def _memberships(self, task_ids: list[str]) -> set[tuple[Selection, str, int, int]]:
        found: set[tuple[Selection, str, int, int]] = set()
        for selection in self._selections.values():
            where, values = self._filters.where(selection.chosen)
            query = f"SELECT created, seq FROM tasks WHERE id = ? AND {where}"
            for task_id in task_ids:
                row = self._database.execute(query, (task_id, *values)).fetchone()
                if row is not None:
                    found.add((selection, task_id, *row))
        return found

    def _read(self, chosen: Filter) -> tuple[array[int], array[int]]:
        where, values = self._filters.where(chosen)
        created, seqs = array("q"), array("q")
        rows = self._database.execute(f"SELECT created, seq FROM tasks WHERE {where} ORDER BY created, seq", values)
        while some := rows.fetchmany(10_000):
            instants, numbers = zip(*some, strict=True)
            created.extend(instants)
            seqs.extend(numbers)
        return created, seqs

    def _drop_rows_except(self, kept: Selection) -> None:
        rows = sum(len(selection.seqs) for selection in self._selections.values())
        for selection in self._selections.values():
            if rows <= _MAX_ROWS:
                return
            if selection is not kept:
                rows -= len(selection.seqs)
                selection.created, selection.seqs = None, array("q")
