"""What is shown of tasks that are followed: lines that change in a terminal, a line for each change elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from xpander_cli.output import console, csv_line, write, write_records
from xpander_cli.records import only
from xpander_cli.tables import status_text
from xpander_cli.text import one_line
from xpander_cli.times import ago, short
from xpander_cli.watching import Row, Watch

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from xpander_cli.options import Format

_MARKS = {"completed": "✓", "failed": "✗", "error": "✗", "stopped": "■", "paused": "⏸", "deleted": "✗"}
_PER_SECOND = 8


@contextmanager
def changes_printed(watching: Watch, form: Format, fields: Sequence[str]) -> Iterator[None]:
    """Print each change as a line while the tasks are followed."""
    if form == "csv":
        write(csv_line(fields))

    def printed(row: Row) -> None:
        record = only(row.record(), fields)
        if form == "csv":
            write(csv_line(record.values()))
        else:
            write_records([record], form, fields)

    watching.on_change = printed
    yield


def live(watching: Watch) -> AbstractContextManager[object] | None:
    """Return what keeps one line for each task up to date, if stderr is a terminal."""
    if not sys.stderr.isatty():
        return None
    from rich.live import Live

    return Live(
        get_renderable=lambda: table(watching, moving=True),
        console=console(stderr=True),
        refresh_per_second=_PER_SECOND,
        transient=True,
    )


def table(watching: Watch, *, moving: bool) -> Table:
    """Return the table of the tasks.

    Args:
        watching: The tasks.
        moving: Whether those that run have a spinner, and the tasks stand in an order of interest.
    """
    from rich.table import Table
    from rich.text import Text

    screen = console(stderr=moving)
    rows = sorted(watching.rows, key=lambda row: not row.moving) if moving else watching.rows
    now = datetime.now(UTC)
    longest = max(len(row.id) for row in rows)
    shown = Table.grid(padding=(0, 1, 0, 0))
    shown.add_column(width=1)
    shown.add_column(width=min(longest, max(8, screen.width - 34)), no_wrap=True, overflow="ellipsis")
    shown.add_column(width=9, no_wrap=True)
    shown.add_column(width=7, no_wrap=True, justify="right")
    shown.add_column(width=8, no_wrap=True, justify="right", style="bright_black")
    shown.add_column(width=max(1, screen.width - longest - 31), no_wrap=True, overflow="ellipsis")
    for row in rows:
        elapsed = row.elapsed(now)
        shown.add_row(
            _mark(row, moving=moving),
            Text(one_line(row.id)),
            Text("timed out", style="red") if row.timed_out else status_text(row.status or "…"),
            "" if elapsed is None else short(elapsed).split()[0],
            f"{ago(row.changed, now)} ago" if row.changed and moving else "",
            Text(one_line(row.title)),
        )
    return shown


_SPINNERS: dict[str, RenderableType] = {}


def _mark(row: Row, *, moving: bool) -> RenderableType:
    if moving and row.moving:
        from rich.spinner import Spinner

        # Kept: a new one would stand still at its first frame.
        return _SPINNERS.setdefault(row.id, Spinner("dots", style="blue"))
    return "…" if row.timed_out or row.moving else _MARKS.get(row.status, "?")
