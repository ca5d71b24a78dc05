"""The rows that a data file held when the mock was started, for a reset."""

import os
import tempfile

from xpander_mock.storage.database import Database


class StartState:
    """Whether a data file held tasks at the start, and a copy of them when they may be replaced.

    Args:
        database: The database, before the mock fills it.
        copy: Whether to copy what the file holds.
    """

    def __init__(self, database: Database, *, copy: bool) -> None:
        self.held_tasks = not database.new and database.path is not None
        self._folder = tempfile.TemporaryDirectory(prefix="xpander_mock-") if copy and self.held_tasks else None
        if self._folder is not None:
            database.copy_to(self._copy)

    def restore(self, database: Database) -> None:
        """Replace all rows by those of the start.

        Raises:
            StorageFullError: The disk is full.
        """
        database.restore_from(self._copy)

    def close(self) -> None:
        """Delete the copy."""
        if self._folder is not None:
            self._folder.cleanup()

    @property
    def _copy(self) -> str:
        assert self._folder is not None
        return os.path.join(self._folder.name, "start.db")
