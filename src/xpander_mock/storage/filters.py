"""What lists select by, as SQL."""

import msgspec

from xpander_mock.storage.database import Database
from xpander_mock.storage.names import Names


class Filter(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What a list selects by; None selects everything. Instants in microseconds since 1970, both inclusive."""

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
        """Whether one index yields the list in its order, without passing over tasks that are not selected."""
        return len([text for text in msgspec.structs.astuple(self)[1:7] if text is not None]) <= 1


class Filters:
    """Turns filters into SQL.

    Args:
        database: The database that the SQL is for.
        names: The codes of strings in it.
    """

    def __init__(self, database: Database, names: Names) -> None:
        self.database = database
        self.names = names

    def where(self, chosen: Filter) -> tuple[str, list[int | None]]:
        """Return the SQL condition of a filter and its values."""
        terms = ["organization = ?"]
        values = [self.names.find(chosen.organization_id)]
        for column, text in (
            ("agent", chosen.agent_id),
            ("status", chosen.status),
            ("user", chosen.user_id),
            ("internal", chosen.internal_status),
            ("triggering", chosen.triggering_agent_id),
        ):
            if text is not None:
                terms.append(f"{column} = ?")
                values.append(self.names.find(text))
        if chosen.parent_task_id is not None:
            terms.append("parent = ?")
            values.append(self.sequence_number(chosen.parent_task_id))
        for bound, instant in (("created >= ?", chosen.since), ("created <= ?", chosen.until)):
            if instant is not None:
                terms.append(bound)
                values.append(instant)
        return " AND ".join(terms), values

    def order(self) -> str:
        """Return the order of lists: newest first; of the same instant, the task that came last first."""
        return "created DESC, seq DESC"

    def count(self, chosen: Filter) -> int:
        """Count the tasks that a filter selects, one by one."""
        where, values = self.where(chosen)
        total: int = self.database.execute(f"SELECT count(*) FROM tasks WHERE {where}", values).fetchone()[0]
        return total

    def sequence_number(self, task_id: str) -> int | None:
        """Return the number of a task's row; None, which equals nothing in SQL, when there is none."""
        row = self.database.execute("SELECT seq FROM tasks WHERE id = ?", (task_id,)).fetchone()
        return None if row is None else row[0]
