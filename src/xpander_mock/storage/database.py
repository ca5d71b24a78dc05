"""The SQLite database: opening it, transactions, snapshots."""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from importlib.resources import files

_APPLICATION_ID = 0x7870616E  # "xpan": tells our data files from other SQLite files
_FORMAT = 1  # of the tables and the records in them, stored as `user_version`
_FULL = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})  # what a write to a full disk fails with
_CODED = frozenset({"organization", "agent", "status", "user", "internal", "triggering"})  # columns of name codes


class NotADataFile(Exception):
    """The file cannot be used as the mock's data file."""


class StorageFullError(Exception):
    """The data file could not be written, as on a full disk. Nothing of the transaction was stored."""


class Database:
    """A SQLite database, in memory or in a file.

    Args:
        path: The data file, created when it does not exist; None keeps everything in memory.

    Raises:
        NotADataFile: The file is something else, or cannot be opened for writing.
    """

    def __init__(self, path: str | None = None) -> None:
        if path in ("", ":memory:"):
            raise NotADataFile(f"expected the name of a data file, got {path!r}, which SQLite keeps in memory")
        self.path = path
        self.new = False
        self._created = path is not None and (not os.path.exists(path) or os.path.getsize(path) == 0)
        self._discard_callbacks: list[Callable[[], None]] = []
        try:
            self.connection = sqlite3.connect(
                path or ":memory:", isolation_level=None, check_same_thread=False, timeout=10
            )
            self.execute = self.connection.execute
            self.executemany = self.connection.executemany
            self._open()
        except sqlite3.Error as error:
            if self.new:
                self._remove()
            raise NotADataFile(f"{path}: {error}") from error

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def on_discard(self, callback: Callable[[], None]) -> None:
        """Call `callback` whenever rows change without notice, so that caches of them must be cleared."""
        self._discard_callbacks.append(callback)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make all writes inside happen together or not at all; a transaction inside another joins it.

        Raises:
            StorageFullError: The disk is full.
        """
        if self.connection.in_transaction:
            yield
            return
        try:
            self.execute("BEGIN IMMEDIATE")
            yield
            self.execute("COMMIT")
        except BaseException as error:
            self._roll_back()
            if isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & 0xFF in _FULL:
                raise StorageFullError(f"the data file cannot be written: {error}") from error
            raise

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
        """Insert many rows quickly. A new file is removed when that fails, and rejected if it is left half-filled."""
        if not self.new:
            with self.transaction():
                yield
            return
        if self.path is not None:  # in memory a journal costs nothing, and could not be had again
            self.execute("PRAGMA journal_mode = OFF")
            self.execute("PRAGMA cache_size = -65536")
        try:
            with self.transaction():
                yield
                self._run("indexes.sql")
            self.execute("PRAGMA cache_size = -8192")
            self.new = False
            self._prepare_for_serving()
        except BaseException as error:
            self._remove()
            if isinstance(error, StorageFullError | sqlite3.Error):
                raise NotADataFile(f"{self.path}: {error}") from error
            raise

    def snapshot(self) -> bytes:
        """Return the whole database as bytes."""
        image = bytearray(self.connection.serialize())
        image[18:20] = b"\x01\x01"  # the file format without a write-ahead log, which memory cannot have
        return bytes(image)

    def restore(self, snapshot: bytes, *, own: bool = False) -> None:
        """Replace all rows by those of a snapshot.

        Args:
            snapshot: What `snapshot` returned, here or elsewhere.
            own: Whether it was taken here, so that its content need not be checked.

        Raises:
            NotADataFile: The bytes are not a snapshot, or one of another version.
            StorageFullError: The disk is full.
        """
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
            try:
                copy.deserialize(snapshot)
                _check_format(copy, "the snapshot")
                if not own and not self._is_whole(copy):
                    raise NotADataFile("expected a snapshot of xpander_mock, got a damaged or half-filled one")
                self._replace_rows(copy)
            except sqlite3.Error as error:
                raise NotADataFile(f"expected a snapshot of xpander_mock: {error}") from error

    def _is_whole(self, copy: sqlite3.Connection) -> bool:
        return _schema(copy) == _schema(self.connection) and copy.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)

    def copy_to(self, path: str) -> None:
        """Copy the whole database into a file."""
        with closing(sqlite3.connect(path)) as copy:
            self.connection.backup(copy)

    def restore_from(self, path: str) -> None:
        """Replace all rows by those of a file that `copy_to` has written.

        Raises:
            StorageFullError: The disk is full.
        """
        with closing(sqlite3.connect(path, isolation_level=None)) as copy:
            self._replace_rows(copy)

    def clear(self) -> None:
        """Delete all rows; name codes stay, because other processes cache them."""
        with self.transaction():
            for table in ("tasks", "agents", "windows"):
                self.execute(f"DELETE FROM {table}")
        self._discard()

    def _replace_rows(self, source: sqlite3.Connection) -> None:
        if self.path is None:
            source.backup(self.connection)
            self._discard()
            return
        # Other processes cache name codes, so those stay, and rows get the codes that their names have here.
        with self.transaction():
            for table in ("tasks", "agents", "windows"):
                self.execute(f"DELETE FROM {table}")
            names = dict(source.execute("SELECT code, text FROM names"))
            self.executemany("INSERT OR IGNORE INTO names (text) VALUES (?)", [(text,) for text in names.values()])
            here = {text: code for code, text in self.execute("SELECT code, text FROM names")}
            codes = {code: here[text] for code, text in names.items()}
            for table in ("tasks", "agents", "windows"):
                rows = source.execute(f"SELECT * FROM {table}")
                columns = [column[0] for column in rows.description]
                coded = [place for place, column in enumerate(columns) if table == "tasks" and column in _CODED]
                marks = ",".join("?" * len(columns))
                for row in rows:
                    values = list(row)
                    for place in coded:
                        values[place] = codes.get(values[place])
                    self.execute(f"INSERT INTO {table} VALUES ({marks})", values)
        self._discard()

    def _open(self) -> None:
        (tables,) = self.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if tables:
            _check_format(self.connection, str(self.path))
            self._prepare_for_serving()
        else:
            self.new = True
            self._run("tables.sql")
            self.execute(f"PRAGMA user_version = {_FORMAT}")

    def _roll_back(self) -> None:
        if self.connection.in_transaction:  # SQLite itself rolls back after some errors
            self.execute("ROLLBACK")
        self._discard()

    def _remove(self) -> None:
        """Close the database, and delete its file if it was created here."""
        self.connection.close()
        if self._created:
            for suffix in ("", "-journal", "-wal", "-shm"):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(f"{self.path}{suffix}")

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


def _schema(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    return set(connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL"))


def _check_format(connection: sqlite3.Connection, name: str) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application != _APPLICATION_ID:
        raise NotADataFile(f"{name}: expected a data file or snapshot of xpander_mock, got another SQLite database")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version != _FORMAT:
        raise NotADataFile(
            f"{name}: written by another version of xpander_mock (format {version}, this one has format {_FORMAT})"
        )
