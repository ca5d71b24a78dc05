"""The SQLite database: opening it, transactions, snapshots."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from importlib.resources import files

_APPLICATION_ID = 0x7870616E  # "xpan": tells our data files from other SQLite files


class NotADataFile(Exception):
    """The file cannot be used as the mock's data file."""


class Database:
    """A SQLite database, in memory or in a file.

    Args:
        path: The data file, created when it does not exist; None keeps everything in memory.

    Raises:
        NotADataFile: The file is something else, or cannot be opened for writing.
    """

    def __init__(self, path: str | None = None) -> None:
        self.path = path
        self.new = False
        self._discard_callbacks: list[Callable[[], None]] = []
        try:
            self.connection = sqlite3.connect(
                path or ":memory:", isolation_level=None, check_same_thread=False, timeout=10
            )
            self.execute = self.connection.execute
            self.executemany = self.connection.executemany
            self._open()
        except sqlite3.Error as error:
            raise NotADataFile(f"{path}: {error}") from error

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def on_discard(self, callback: Callable[[], None]) -> None:
        """Call `callback` whenever rows change without notice, so that caches of them must be cleared."""
        self._discard_callbacks.append(callback)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make all writes inside happen together or not at all; a transaction inside another joins it."""
        if self.connection.in_transaction:
            yield
            return
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.execute("ROLLBACK")
            self._discard()
            raise
        self.execute("COMMIT")

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read the state of one instant throughout, whatever other processes write meanwhile."""
        if self.path is None or self.connection.in_transaction:
            yield
            return
        self.execute("BEGIN")
        try:
            yield
        finally:
            self.execute("COMMIT")

    @contextmanager
    def bulk_insert(self) -> Iterator[None]:
        """Insert many rows quickly. A half-filled file is rejected when it is next opened."""
        if not self.new:
            with self.transaction():
                yield
            return
        if self.path is not None:  # in memory a journal costs nothing, and could not be had again
            self.execute("PRAGMA journal_mode = OFF")
            self.execute("PRAGMA cache_size = -65536")
        with self.transaction():
            yield
            self._run("indexes.sql")
        self.execute("PRAGMA cache_size = -8192")
        self.new = False
        self._prepare_for_serving()

    def snapshot(self) -> bytes:
        """Return the whole database as bytes."""
        return self.connection.serialize()

    def restore(self, snapshot: bytes) -> None:
        """Replace all rows by those of a snapshot.

        Raises:
            NotADataFile: The bytes are not a snapshot.
        """
        with closing(sqlite3.connect(":memory:")) as copy:
            try:
                copy.deserialize(snapshot)
                if copy.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION_ID:
                    raise NotADataFile("expected a snapshot of xpander_mock")
                copy.backup(self.connection)
            except sqlite3.Error as error:
                raise NotADataFile(f"expected a snapshot of xpander_mock: {error}") from error
        self._discard()

    def clear(self) -> None:
        """Delete all rows; name codes stay, because other processes cache them."""
        with self.transaction():
            for table in ("tasks", "agents", "windows"):
                self.execute(f"DELETE FROM {table}")
        self._discard()

    def _open(self) -> None:
        (application,) = self.execute("PRAGMA application_id").fetchone()
        (tables,) = self.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if tables and application != _APPLICATION_ID:
            raise NotADataFile(f"{self.path}: a SQLite file, but not one of xpander_mock")
        if tables:
            self._prepare_for_serving()
        else:
            self.new = True
            self._run("tables.sql")

    def _prepare_for_serving(self) -> None:
        # An acknowledged write survives the death of the process; only a crash of the machine may lose the last ones.
        self.execute("PRAGMA journal_mode = WAL")
        self.execute("PRAGMA synchronous = NORMAL")
        with self.transaction():  # fails at once when the file cannot be written
            self.execute(f"PRAGMA application_id = {_APPLICATION_ID}")

    def _run(self, script: str) -> None:
        for statement in (files("xpander_mock.storage") / script).read_text().split(";\n"):
            self.execute(statement)

    def _discard(self) -> None:
        for callback in self._discard_callbacks:
            callback()
