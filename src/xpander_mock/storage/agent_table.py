"""The rows of agents."""

from xpander_mock.storage.database import Database


class AgentTable:
    """Agents: whose they are, and their names.

    Args:
        database: Where the rows are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, agent_id: str, organization_id: str, name: str) -> None:
        """Insert an agent, or replace the one with its id."""
        self._database.execute("INSERT OR REPLACE INTO agents VALUES (?, ?, ?)", (agent_id, organization_id, name))

    def organization_of(self, agent_id: str) -> str | None:
        """Return the organization that an agent belongs to, None for an unknown agent."""
        row = self._database.execute("SELECT organization_id FROM agents WHERE id = ?", (agent_id,)).fetchone()
        return None if row is None else row[0]

    def names(self) -> dict[str, dict[str, str]]:
        """Return the names of all agents by organization and agent id, in the order of names."""
        rows = self._database.execute("SELECT organization_id, id, name FROM agents ORDER BY organization_id, name, id")
        names: dict[str, dict[str, str]] = {}
        for organization_id, agent_id, name in rows:
            names.setdefault(organization_id, {})[agent_id] = name
        return names

    def all(self) -> list[tuple[str, str, str]]:
        """Return all agents: id, organization and name."""
        return self._database.execute("SELECT id, organization_id, name FROM agents ORDER BY id").fetchall()

    @property
    def empty(self) -> bool:
        """Whether there is no agent yet, as in a new file."""
        return self._database.execute("SELECT 1 FROM agents LIMIT 1").fetchone() is None
