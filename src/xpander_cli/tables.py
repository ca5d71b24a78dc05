"""The table of tasks for a terminal: it fits the width, and an id is never cut, since commands need it whole."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from xpander_cli.output import Record
from xpander_cli.text import one_line
from xpander_cli.times import ago

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

STYLES = {
    "pending": "cyan",
    "executing": "blue",
    "paused": "yellow",
    "completed": "green",
    "failed": "red",
    "error": "red",
    "stopped": "bright_black",
}
_WIDE, _NARROW, _GAP, _REST = 125, 66, 2, 16

# What a table shows of a task when `--fields` does not say.
NARROW_FIELDS = ("id", "status", "created_at", "title")
WIDE_FIELDS = ("id", "status", "created_at", "updated_at", "agent_id", "title")
PLAIN_FIELDS = ("id", "status", "created_at", "agent_id", "title")


def status_text(status: object) -> Text:
    """Return a status in its colour."""
    from rich.text import Text

    name = one_line(str(status))
    return Text(name, style=STYLES.get(name, ""))


def task_table(records: Iterable[Record], width: int, fields: tuple[str, ...] | None = None) -> Table:
    """Return the table of tasks that fits a width.

    Args:
        records: The tasks.
        width: Columns of the terminal.
        fields: The columns; those that fit when None.
    """
    from rich.table import Table

    chosen = fields or (WIDE_FIELDS if width >= _WIDE else NARROW_FIELDS if width >= _NARROW else ("id",))
    now = datetime.now(UTC)
    rows = [[_cell(name, record.get(name), now) for name in chosen] for record in records]
    table = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, header_style="bold")
    left = width
    for at, name in enumerate(chosen):
        title = _TITLES.get(name, name.upper())
        natural = max([len(title), *(row[at].cell_len for row in rows)])
        # A long text is cut at the edge, not wrapped; an id is wrapped, not cut.
        room = (
            left
            if name == "id" or at == len(chosen) - 1
            else max(8, left - _REST if name.endswith("_id") else left // 2)
        )
        given = max(len(title), min(natural, room))
        table.add_column(title, width=given, no_wrap=name != "id", overflow="fold" if name == "id" else "ellipsis")
        left -= given + _GAP
    for row in rows:
        table.add_row(*row)
    return table


_TITLES = {"created_at": "CREATED", "updated_at": "UPDATED", "agent_id": "AGENT"}


def _cell(name: str, value: Any, now: datetime) -> Text:
    from rich.text import Text

    from xpander_cli.output import json_of

    if name == "status":
        return status_text(value)
    if name == "id":
        return Text(one_line(str(value)))
    style, shown = "", one_line(value if isinstance(value, str) else "" if value is None else json_of(value))
    if name.endswith("_at") and isinstance(value, str):
        with suppress(ValueError):
            style, shown = "bright_black", f"{ago(datetime.fromisoformat(value), now)} ago"
    return Text(shown, style=style)
