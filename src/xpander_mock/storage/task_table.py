"""The rows of tasks."""

from collections.abc import Sequence

import msgspec

from xpander_mock.storage.database import Database
from xpander_mock.storage.filter_cache import FilterCache
from xpander_mock.storage.filters import Filter, Filters
from xpander_mock.storage.names import Names
from xpander_mock.storage.task import Task

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Task).decode

# On conflict `seq` and `created` stay, and with them the place in lists.
_SAVE = """
INSERT INTO tasks
    (id, organization, agent, status, user, internal, triggering, parent, created, due, item, task)
    VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT seq FROM tasks WHERE id = ?), ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET
    agent = excluded.agent, status = excluded.status, user = excluded.user, internal = excluded.internal,
    triggering = excluded.triggering, parent = excluded.parent, due = excluded.due,
    item = excluded.item, task = excluded.task
"""
_LARGE = 10_000  # tasks from which on counting them takes noticeable time
_NEAR = 1_000  # tasks that SQLite passes over in no time


class TaskTable:
    """Tasks by id, and the lists of them.

    Args:
        database: Where the rows are.
        names: The codes of strings.
        filters: The SQL of filters.
    """

    def __init__(self, database: Database, names: Names, filters: Filters) -> None:
        self.database = database
        self.filters = filters
        self._names = names
        self.cache = FilterCache(filters)
        self._large = False
        database.on_discard(self._reset_large)

    def find(self, task_id: str) -> Task | None:
        """Return the task of that id, of whatever organization, None when there is none."""
        row = self.database.execute("SELECT task FROM tasks WHERE id = ?", (task_id,)).fetchone()
        return None if row is None else _decode(row[0])

    def all(self) -> list[Task]:
        """Return all tasks, in the order they came."""
        return [_decode(task) for (task,) in self.database.execute("SELECT task FROM tasks ORDER BY seq")]

    def any_due(self, now: int) -> bool:
        """Tell whether a task should have changed by `now` (microseconds since 1970)."""
        return self.database.execute("SELECT 1 FROM tasks WHERE due <= ? LIMIT 1", (now,)).fetchone() is not None

    def due(self, now: int) -> list[Task]:
        """Return the tasks that should have changed by `now`, in the order in which they were due."""
        rows = self.database.execute("SELECT task FROM tasks WHERE due <= ? ORDER BY due, seq", (now,))
        return [_decode(task) for (task,) in rows]

    def save(self, task: Task, item: object, due: int | None) -> None:
        """Insert or update a task.

        Args:
            task: The task.
            item: The task as a list shows it.
            due: The instant of its next change by itself, if there is one.
        """
        turn = task.current
        row = (
            task.id,
            self._names.code(task.organization_id),
            self._names.code(task.agent_id),
            self._names.code(turn.status),
            self._names.code(task.user_id),
            self._names.code(turn.internal_status),
            self._names.code(task.triggering_agent_id),
            task.parent,
            task.created,
            due,
            _encode(item).decode(),
            _encode(task).decode(),
        )
        with self.cache.updated([task.id]):
            self.database.execute(_SAVE, row)

    def delete(self, task_ids: Sequence[str]) -> None:
        """Delete tasks; ids that do not exist are ignored."""
        with self.cache.updated(task_ids):
            self.database.executemany("DELETE FROM tasks WHERE id = ?", [(task_id,) for task_id in task_ids])

    def count(self, chosen: Filter) -> int:
        """Return how many tasks the filter selects."""
        return self.cache.count(chosen) if self.large else self.filters.count(chosen)

    def page(self, chosen: Filter, offset: int, limit: int) -> list[str]:
        """Return the list items that the filter selects, as JSON, from `offset` on, `limit` at most."""
        if self.large and (offset > _NEAR or not chosen.plain):
            seqs = self.cache.seqs(chosen, offset, limit)
            marks = ",".join("?" * len(seqs))
            found = dict(self.database.execute(f"SELECT seq, item FROM tasks WHERE seq IN ({marks})", seqs).fetchall())
            return [found[seq] for seq in seqs]
        where, values = self.filters.where(chosen)
        rows = self.database.execute(
            f"SELECT item FROM tasks WHERE {where} ORDER BY {self.filters.order()} LIMIT ? OFFSET ?",
            (*values, limit, offset),
        )
        return [item for (item,) in rows]

    def children(self, task_id: str) -> list[Task]:
        """Return the direct sub-tasks of a task, in the order they came."""
        number = self.filters.sequence_number(task_id)
        rows = self.database.execute("SELECT task FROM tasks WHERE parent = ? ORDER BY seq", (number,))
        return [_decode(task) for (task,) in rows]

    def tree(self, task_id: str) -> dict[str, Task]:
        """Return a task and everything below it by id, in the order they came."""
        rows = self.database.execute(
            "WITH RECURSIVE below (seq) AS (SELECT seq FROM tasks WHERE id = ? UNION"
            " SELECT tasks.seq FROM tasks JOIN below ON tasks.parent = below.seq)"
            " SELECT id, task FROM tasks JOIN below USING (seq) ORDER BY seq",
            (task_id,),
        )
        return {below: _decode(task) for below, task in rows}

    def count_by_status(self) -> dict[str, dict[str, int]]:
        """Return how many tasks each organization has in each status."""
        rows = self.database.execute(
            "SELECT o.text, s.text, count(*) FROM tasks JOIN names AS o ON o.code = organization"
            " JOIN names AS s ON s.code = status GROUP BY organization, status ORDER BY o.text, s.text"
        )
        counts: dict[str, dict[str, int]] = {}
        for organization, status, number in rows:
            counts.setdefault(organization, {})[status] = number
        return counts

    @property
    def large(self) -> bool:
        """Whether there are so many tasks that counting them takes noticeable time."""
        if not self._large:
            newest: int | None = self.database.execute("SELECT max(seq) FROM tasks").fetchone()[0]
            self._large = newest is not None and newest > _LARGE
        return self._large

    def _reset_large(self) -> None:
        self._large = False
