"""Rows of tasks in SQLite: neither HTTP nor the contract is known here."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from importlib.resources import files

import msgspec

from xpander_mock._census import Census
from xpander_mock._task import Task

_APPLICATION_ID = 0x7870616E  # "xpan": tells a data file of ours from any other SQLite file
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


_NAME = "INSERT INTO names (text) VALUES (?) RETURNING code"
_LARGE = 10_000  # tasks
_NEAR = 1_000  # tasks that are passed over in no time
_USE = """
INSERT INTO windows (key, uses, ends) VALUES (?, 1, ?)
ON CONFLICT (key) DO UPDATE SET
    uses = CASE WHEN ends <= ? THEN 1 ELSE uses + 1 END, ends = CASE WHEN ends <= ? THEN excluded.ends ELSE ends END
RETURNING uses, ends
"""


class NotADataFile(Exception):
    """The file cannot be used as the mock's data file."""


class Filter(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What a list selects by: None selects everything. Instants in microseconds since 1970, both inclusive."""

    organization_id: str
    agent_id: str | None = None
    status: str | None = None
    user_id: str | None = None
    internal_status: str | None = None
    triggering_agent_id: str | None = None
    parent_task_id: str | None = None
    since: int | None = None
    until: int | None = None

    @property
    def plain(self) -> bool:
        """Whether one index gives the list in its order, without passing over tasks that are not selected."""
        return len([text for text in msgspec.structs.astuple(self)[1:7] if text is not None]) <= 1


class Store:
    """Tasks and agents, in memory or in a file.

    Args:
        path: the data file, made when it does not exist; None keeps everything in memory.

    Raises:
        NotADataFile: the file is something else, or cannot be opened for writing.
    """

    def __init__(self, path: str | None = None) -> None:
        self.path = path
        self._codes: dict[str, int] = {}
        self._census = Census(self)
        self.new = False
        self._large = False
        try:
            self.db = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False, timeout=10)
            self._open()
        except sqlite3.Error as error:
            raise NotADataFile(f"{path}: {error}") from error

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside happen together or not at all."""
        if self.db.in_transaction:
            yield
            return
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            self._forget()
            raise
        self.db.execute("COMMIT")

    @contextmanager
    def reading(self) -> Iterator[None]:
        """All that is read inside is of one instant, whatever other processes write meanwhile."""
        if self.path is None or self.db.in_transaction:
            yield
            return
        self.db.execute("BEGIN")
        try:
            yield
        finally:
            self.db.execute("COMMIT")

    @contextmanager
    def filling(self) -> Iterator[None]:
        """Keep many tasks at once. Until a new file is filled it is none of ours, and is refused if it is left so."""
        if not self.new:
            with self.transaction():
                yield
            return
        if self.path is not None:  # in memory a journal costs nothing, and could not be had again
            self.db.execute("PRAGMA journal_mode = OFF")
            self.db.execute("PRAGMA cache_size = -65536")
        with self.transaction():
            yield
            self._run("_indexes.sql")
        self.db.execute("PRAGMA cache_size = -8192")
        self.new = False
        self._serve()

    def find(self, task_id: str) -> Task | None:
        """The task of that id, of whatever organization."""
        row = self.db.execute("SELECT task FROM tasks WHERE id = ?", (task_id,)).fetchone()
        return None if row is None else _decode(row[0])

    def any_due(self, now: int) -> bool:
        """Whether a task should have changed by now."""
        return self.db.execute("SELECT 1 FROM tasks WHERE due <= ? LIMIT 1", (now,)).fetchone() is not None

    def due(self, now: int) -> list[Task]:
        """The tasks that should have changed by now, those due first coming first."""
        rows = self.db.execute("SELECT task FROM tasks WHERE due <= ? ORDER BY due, seq", (now,))
        return [_decode(task) for (task,) in rows]

    def save(self, task: Task, item: object, due: int | None) -> None:
        """Insert or update a task.

        Args:
            task: the task.
            item: the task as a list shows it.
            due: the instant of its next change by itself, if there will be one.
        """
        turn = task.current
        row = (
            task.id,
            self._code(task.organization_id),
            self._code(task.agent_id),
            self._code(turn.status),
            self._code(task.user_id),
            self._code(turn.internal_status),
            self._code(task.triggering_agent_id),
            task.parent,
            task.created,
            due,
            _encode(item).decode(),
            _encode(task).decode(),
        )
        with self._census.change([task.id]):
            self.db.execute(_SAVE, row)

    def count(self, chosen: Filter) -> int:
        """How many tasks the filter selects."""
        return self._census.total(chosen) if self.large else self.count_rows(chosen)

    def count_rows(self, chosen: Filter) -> int:
        """How many tasks the filter selects, counted one by one."""
        where, values = self.where(chosen)
        total: int = self.db.execute(f"SELECT count(*) FROM tasks WHERE {where}", values).fetchone()[0]
        return total

    def page(self, chosen: Filter, offset: int, limit: int) -> list[str]:
        """The list items that the filter selects, as JSON, from the `offset`-th on."""
        if self.large and (offset > _NEAR or not chosen.plain):
            seqs = self._census.seqs(chosen, offset, limit)
            marks = ",".join("?" * len(seqs))
            found = dict(self.db.execute(f"SELECT seq, item FROM tasks WHERE seq IN ({marks})", seqs).fetchall())
            return [found[seq] for seq in seqs]
        where, values = self.where(chosen)
        rows = self.db.execute(
            f"SELECT item FROM tasks WHERE {where} ORDER BY {self.order()} LIMIT ? OFFSET ?", (*values, limit, offset)
        )
        return [item for (item,) in rows]

    def order(self) -> str:
        """Newest first; tasks of the same instant in the order they came, the last first."""
        return "created DESC, seq DESC"

    def where(self, chosen: Filter) -> tuple[str, list[int | None]]:
        """The SQL condition of a filter and its values."""
        terms = ["organization = ?"]
        values = [self._known(chosen.organization_id)]
        for column, text in (
            ("agent", chosen.agent_id),
            ("status", chosen.status),
            ("user", chosen.user_id),
            ("internal", chosen.internal_status),
            ("triggering", chosen.triggering_agent_id),
        ):
            if text is not None:
                terms.append(f"{column} = ?")
                values.append(self._known(text))
        if chosen.parent_task_id is not None:
            terms.append("parent = ?")
            values.append(self._seq(chosen.parent_task_id))
        for bound, instant in (("created >= ?", chosen.since), ("created <= ?", chosen.until)):
            if instant is not None:
                terms.append(bound)
                values.append(instant)
        return " AND ".join(terms), values

    def children(self, task_id: str) -> list[Task]:
        """The direct sub-tasks of a task, in the order they came."""
        rows = self.db.execute("SELECT task FROM tasks WHERE parent = ? ORDER BY seq", (self._seq(task_id),))
        return [_decode(task) for (task,) in rows]

    def tree(self, task_id: str) -> dict[str, Task]:
        """A task and everything below it by id, in the order they came."""
        rows = self.db.execute(
            "WITH RECURSIVE below (seq) AS (SELECT seq FROM tasks WHERE id = ? UNION"
            " SELECT tasks.seq FROM tasks JOIN below ON tasks.parent = below.seq)"
            " SELECT id, task FROM tasks JOIN below USING (seq) ORDER BY seq",
            (task_id,),
        )
        return {below: _decode(task) for below, task in rows}

    def delete(self, task_ids: Sequence[str]) -> None:
        """Remove tasks."""
        with self._census.change(task_ids):
            self.db.executemany("DELETE FROM tasks WHERE id = ?", [(task_id,) for task_id in task_ids])

    def use(self, key: str, now: int, ends: int) -> tuple[int, int]:
        """Count one use in the key's window, a new one that `ends` then if the last is over; uses, and when it ends."""
        uses, until = self.db.execute(_USE, (key, ends, now, now)).fetchone()
        return uses, until

    def forget_uses(self) -> None:
        """Count from nothing in every window."""
        self.db.execute("DELETE FROM windows")

    def add_agent(self, agent_id: str, organization_id: str, name: str) -> None:
        """Make an agent known, or rename it."""
        self.db.execute("INSERT OR REPLACE INTO agents VALUES (?, ?, ?)", (agent_id, organization_id, name))

    def agents(self, organization_id: str) -> list[tuple[str, str]]:
        """The organization's agents: id and name, ordered by name."""
        return self.db.execute(
            "SELECT id, name FROM agents WHERE organization_id = ? ORDER BY name, id", (organization_id,)
        ).fetchall()

    def agent_organization(self, agent_id: str) -> str | None:
        """The organization that an agent belongs to; None for an unknown agent."""
        row = self.db.execute("SELECT organization_id FROM agents WHERE id = ?", (agent_id,)).fetchone()
        return None if row is None else row[0]

    def snapshot(self) -> bytes:
        """Everything that is kept."""
        return self.db.serialize()

    def restore(self, snapshot: bytes) -> None:
        """Keep what a snapshot holds in place of everything.

        Raises:
            NotADataFile: the bytes are no snapshot.
        """
        with closing(sqlite3.connect(":memory:")) as copy:
            try:
                copy.deserialize(snapshot)
                if copy.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION_ID:
                    raise NotADataFile("expected a snapshot of xpander_mock")
                copy.backup(self.db)
            except sqlite3.Error as error:
                raise NotADataFile(f"expected a snapshot of xpander_mock: {error}") from error
        self._forget()

    def clear(self) -> None:
        """Keep nothing. Names keep their numbers, which other processes may know by heart."""
        with self.transaction():
            for table in ("tasks", "agents", "windows"):
                self.db.execute(f"DELETE FROM {table}")
        self._forget()

    def statuses(self) -> dict[str, dict[str, int]]:
        """How many tasks each organization has in each status."""
        rows = self.db.execute(
            "SELECT o.text, s.text, count(*) FROM tasks JOIN names AS o ON o.code = organization"
            " JOIN names AS s ON s.code = status GROUP BY organization, status ORDER BY o.text, s.text"
        )
        counts: dict[str, dict[str, int]] = {}
        for organization, status, number in rows:
            counts.setdefault(organization, {})[status] = number
        return counts

    @property
    def large(self) -> bool:
        """Whether there are so many tasks that counting them takes time."""
        if not self._large:
            newest: int | None = self.db.execute("SELECT max(seq) FROM tasks").fetchone()[0]
            self._large = newest is not None and newest > _LARGE
        return self._large

    @property
    def empty(self) -> bool:
        """Whether no agent is known yet, as in a new file."""
        return self.db.execute("SELECT 1 FROM agents LIMIT 1").fetchone() is None

    def _open(self) -> None:
        (application,) = self.db.execute("PRAGMA application_id").fetchone()
        (tables,) = self.db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if tables and application != _APPLICATION_ID:
            raise NotADataFile(f"{self.path}: a SQLite file, but not one of xpander_mock")
        if tables:
            self._serve()
        else:
            self.new = True
            self._run("_tables.sql")

    def _serve(self) -> None:
        # A write that was acknowledged survives the death of the process; only that of the machine may lose the last.
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = NORMAL")
        with self.transaction():  # tells a file that cannot be written
            self.db.execute(f"PRAGMA application_id = {_APPLICATION_ID}")

    def _run(self, script: str) -> None:
        for statement in (files("xpander_mock") / script).read_text().split(";\n"):
            self.db.execute(statement)

    def _forget(self) -> None:
        """Forget what was learnt of the rows."""
        self._codes.clear()
        self._large = False
        self._census.clear()

    def _known(self, text: str) -> int | None:
        """The number of a name; None, which equals nothing, when it was never stored."""
        code = self._codes.get(text)
        if code is None:
            row = self.db.execute("SELECT code FROM names WHERE text = ?", (text,)).fetchone()
            if row is None:
                return None
            code = self._codes[text] = row[0]
        return code

    def _code(self, text: str | None) -> int | None:
        """The number of a name, given now when it has none."""
        if text is None:
            return None
        code = self._known(text)
        if code is None:
            code = self._codes[text] = self.db.execute(_NAME, (text,)).fetchone()[0]
        return code

    def _seq(self, task_id: str) -> int | None:
        row = self.db.execute("SELECT seq FROM tasks WHERE id = ?", (task_id,)).fetchone()
        return None if row is None else row[0]
