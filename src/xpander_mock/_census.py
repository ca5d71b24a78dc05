"""Remembers, for large stores, how many tasks each filter selects, and which ones.

A count or a page deep in a list costs SQLite time in proportion to the tasks that it passes over. A census pays that
once for each filter; from then on it is kept up by every change of a task, which asks of each filter in it whether the
task was selected before and is selected after.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from xpander_mock._store import Filter, Store

_MOST_FILTERS = 32  # each one costs every write two look-ups
_MOST_ROWS = 3_000_000  # 16 bytes each, all filters together


class Selection:
    """What a filter selects: how many tasks and, once a page asks for it, their instants and numbers, oldest first."""

    def __init__(self, chosen: Filter, total: int) -> None:
        self.chosen = chosen
        self.total = total
        self.created: array[int] | None = None
        self.seqs: array[int] = array("q")

    def enter(self, created: int, seq: int) -> None:
        """A task is selected now."""
        self.total += 1
        if self.created is not None:
            at = self._place(created, seq)
            self.created.insert(at, created)
            self.seqs.insert(at, seq)

    def leave(self, created: int, seq: int) -> None:
        """A task is selected no more."""
        self.total -= 1
        if self.created is not None:
            at = self._place(created, seq)
            del self.created[at]
            del self.seqs[at]

    def _place(self, created: int, seq: int) -> int:
        assert self.created is not None
        at = bisect_left(self.created, created)
        while at < len(self.seqs) and self.created[at] == created and self.seqs[at] < seq:
            at += 1
        return at


class Census:
    """Selections by filter, those used last.

    Args:
        store: whose tasks are counted.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._selections: OrderedDict[tuple[object, ...], Selection] = OrderedDict()
        self._version = 0

    def total(self, chosen: Filter) -> int:
        """How many tasks a filter selects."""
        return self._selection(chosen).total

    def seqs(self, chosen: Filter, offset: int, limit: int) -> list[int]:
        """The numbers of the tasks at a place of the list that a filter selects, newest first."""
        selection = self._selection(chosen)
        if selection.created is None:
            selection.created, selection.seqs = self._read(chosen)
            self._forget_rows_but(selection)
        end = max(0, len(selection.seqs) - offset)
        return selection.seqs[max(0, end - limit) : end].tolist()[::-1]

    @contextmanager
    def change(self, task_ids: Iterable[str]) -> Iterator[None]:
        """Keep the census up to a change of tasks that happens inside."""
        if not self._selections:
            yield
            return
        task_ids = list(task_ids)
        before = self._memberships(task_ids)
        yield
        after = self._memberships(task_ids)
        for selection, _, created, seq in before - after:
            selection.leave(created, seq)
        for selection, _, created, seq in after - before:
            selection.enter(created, seq)

    def clear(self) -> None:
        """Know nothing."""
        self._selections.clear()

    def _selection(self, chosen: Filter) -> Selection:
        if self._store.path is not None:
            (version,) = self._store.db.execute("PRAGMA data_version").fetchone()
            if version != self._version:  # another process has written
                self._version = version
                self.clear()
        key = msgspec.structs.astuple(chosen)
        selection = self._selections.get(key)
        if selection is None:
            selection = self._selections[key] = Selection(chosen, self._store.count_rows(chosen))
            if len(self._selections) > _MOST_FILTERS:
                self._selections.popitem(last=False)
        self._selections.move_to_end(key)
        return selection

    def _memberships(self, task_ids: list[str]) -> set[tuple[Selection, str, int, int]]:
        found: set[tuple[Selection, str, int, int]] = set()
        for selection in self._selections.values():
            where, values = self._store.where(selection.chosen)
            query = f"SELECT created, seq FROM tasks WHERE id = ? AND {where}"
            for task_id in task_ids:
                row = self._store.db.execute(query, (task_id, *values)).fetchone()
                if row is not None:
                    found.add((selection, task_id, *row))
        return found

    def _read(self, chosen: Filter) -> tuple[array[int], array[int]]:
        where, values = self._store.where(chosen)
        created, seqs = array("q"), array("q")
        rows = self._store.db.execute(f"SELECT created, seq FROM tasks WHERE {where} ORDER BY created, seq", values)
        while some := rows.fetchmany(10_000):
            instants, numbers = zip(*some, strict=True)
            created.extend(instants)
            seqs.extend(numbers)
        return created, seqs

    def _forget_rows_but(self, kept: Selection) -> None:
        rows = sum(len(selection.seqs) for selection in self._selections.values())
        for selection in self._selections.values():
            if rows <= _MOST_ROWS:
                return
            if selection is not kept:
                rows -= len(selection.seqs)
                selection.created, selection.seqs = None, array("q")
