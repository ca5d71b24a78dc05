"""Options that several commands share. They become options of a command by a parameter of these types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from xpander_cli.errors import CommandError
from xpander_cli.times import moment

if TYPE_CHECKING:
    from xpander_tasks import TaskFilters

Status = Literal["pending", "executing", "paused", "error", "failed", "completed", "stopped"]
Format = Literal["table", "json", "jsonl", "csv"]

ACTIVE = ("pending", "executing", "paused")
"""The statuses of a task that can still be stopped, in the order in which they follow each other."""


@Parameter(name="*", group="Connection")
@dataclass(frozen=True, kw_only=True)
class Connection:
    """Which API is asked, and how much is said about it."""

    profile: Annotated[str | None, Parameter(env_var="XPANDER_PROFILE")] = None
    """Settings of this name in the file that `doctor` shows; without it, XPANDER_API_KEY and XPANDER_BASE_URL."""
    debug: bool = False
    """Show each request and, after an error, where it came from. Keys are never shown."""


@Parameter(name="*", group="Filters")
@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which tasks are meant."""

    agent: Annotated[str | None, Parameter(metavar="ID")] = None
    """Tasks of this agent."""
    status: Status | None = None
    """Tasks in this status."""
    since: Annotated[str | None, Parameter(metavar="TIME")] = None
    """Created at this time or later: a span before now, such as 24h, or a date."""
    until: Annotated[str | None, Parameter(metavar="TIME")] = None
    """Created at this time or earlier."""
    user: Annotated[str | None, Parameter(metavar="ID")] = None
    """Tasks of this user."""
    parent: Annotated[str | None, Parameter(metavar="ID")] = None
    """Sub-tasks of this task."""
    triggering_agent: Annotated[str | None, Parameter(metavar="ID")] = None
    """Tasks that this agent has triggered."""
    internal_status: Annotated[str | None, Parameter(metavar="TEXT")] = None
    """Tasks in this internal status."""

    def given(self) -> TaskFilters:
        """Return the filters that were given, under the API's names.

        Raises:
            CommandError: A filter is empty, or no time.
        """
        given: TaskFilters = {}
        if self.agent is not None:
            given["agent_id"] = self.agent
        if self.status is not None:
            given["status"] = self.status
        if self.user is not None:
            given["user_id"] = self.user
        if self.parent is not None:
            given["parent_task_id"] = self.parent
        if self.triggering_agent is not None:
            given["triggering_agent_id"] = self.triggering_agent
        if self.internal_status is not None:
            given["internal_status"] = self.internal_status
        if "" in given.values():
            # A variable that was never set: all tasks are not what was meant.
            raise CommandError("expected a value after each filter, got an empty one; is a variable not set?")
        if self.since is not None:
            given["from_date"] = moment(self.since, "--since")
        if self.until is not None:
            given["to_date"] = moment(self.until, "--until")
        return given


@Parameter(name="*", group="Output")
@dataclass(frozen=True, kw_only=True)
class Output:
    """How data is printed."""

    output: Annotated[Format, Parameter(name=["--output", "-o"], metavar="FORMAT")] = "table"
    """A table, which is tab-separated and without a head when piped; a JSON array; a JSON object a line; or CSV."""
    fields: Annotated[str | None, Parameter(metavar="NAMES")] = None
    """Fields to print, separated by commas, in this order."""
