"""Repeated strings, stored once and referred to by number."""

from xpander_mock.storage.database import Database

_INSERT = "INSERT INTO names (text) VALUES (?) RETURNING code"


class Names:
    """Codes of organizations, agents, users, statuses and other repeated strings.

    Args:
        database: Where the codes are stored.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._codes: dict[str, int] = {}
        database.on_discard(self._codes.clear)

    def find(self, text: str) -> int | None:
        """Return the code of a string; None, which equals nothing in SQL, when it was never stored."""
        code = self._codes.get(text)
        if code is None:
            row = self._database.execute("SELECT code FROM names WHERE text = ?", (text,)).fetchone()
            if row is None:
                return None
            code = self._codes[text] = row[0]
        return code

    def code(self, text: str | None) -> int | None:
        """Return the code of a string, a new one when it has none; None for None."""
        if text is None:
            return None
        code = self.find(text)
        if code is None:
            code = self._codes[text] = self._database.execute(_INSERT, (text,)).fetchone()[0]
        return code
