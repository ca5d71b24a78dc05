"""The requests that the rate limit has counted. They are rows, so that several processes count together."""

from xpander_mock.storage.database import Database

_COUNT = """
INSERT INTO windows (key, uses, ends) VALUES (?, 1, ?)
ON CONFLICT (key) DO UPDATE SET
    uses = CASE WHEN ends <= ? THEN 1 ELSE uses + 1 END, ends = CASE WHEN ends <= ? THEN excluded.ends ELSE ends END
RETURNING uses, ends
"""


class RateWindows:
    """One window of time for each caller, with the number of requests in it.

    Args:
        database: Where the rows are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def count_request(self, key: str, now: int, ends: int) -> tuple[int, int]:
        """Count a request in the caller's window, or begin a new window when the last one is over.

        Args:
            key: Who calls.
            now: The time, in microseconds since 1970.
            ends: When a window that begins now ends, likewise.

        Returns:
            The number of requests in the window, this one included, and when the window ends.

        Raises:
            StorageFullError: The disk is full.
        """
        with self._database.transaction():
            uses, until = self._database.execute(_COUNT, (key, ends, now, now)).fetchone()
        return uses, until

    def clear(self) -> None:
        """Delete all windows, so that counting begins again."""
        self._database.execute("DELETE FROM windows")
