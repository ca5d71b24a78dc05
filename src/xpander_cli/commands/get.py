"""`xpander-tasks get`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from xpander_cli import exits
from xpander_cli.options import Connection, Output

if TYPE_CHECKING:
    from rich.console import RenderableType


def get(
    ids: Annotated[list[str], Parameter(name="ID")],
    /,
    *,
    output: Output = Output(),  # noqa: B008 - frozen
    connection: Connection = Connection(),  # noqa: B008 - frozen
) -> int:
    """Show tasks in full.

    One that is missing does not keep the others from being shown; the exit code is 3 then. Tokens and headers that a
    task carries for its agent are never printed.

    Args:
        ids: Ids of the tasks.

    Examples:
        xpander-tasks get 5f0d6c2e-8a64-4a3c-9c53-0f6b1c7a2f10
        xpander-tasks get 5f0d6c2e-8a64-4a3c-9c53-0f6b1c7a2f10 -o json --fields status,result,tokens
    """
    from xpander_cli.output import on_terminal, say, show, write, write_records
    from xpander_cli.records import chosen_fields, of_task, only, task_fields
    from xpander_cli.session import connect
    from xpander_cli.text import one_line
    from xpander_tasks import NotFoundError

    code, found = exits.DONE, []
    with connect(connection) as tasks:
        for task_id in dict.fromkeys(ids):
            try:
                found.append(of_task(tasks.get(task_id)))
            except NotFoundError:
                say(f"{one_line(task_id)}: not found")
                code = exits.NOT_FOUND
    present = list(dict.fromkeys(name for record in found for name in record))
    fields = chosen_fields(output.fields, task_fields(found)) if output.fields else present
    rows = [only(record, fields) for record in found]
    if output.output == "table":
        for row in rows:
            if on_terminal():
                show(_card(row), "")
            else:
                write("".join(f"{name}\t{_plain(value)}\n" for name, value in _said(row).items()) + "\n")
    else:
        write_records(rows, output.output, fields)
    return code


def _said(record: dict[str, Any]) -> dict[str, Any]:
    """Return what of a record says something."""
    return {name: value for name, value in record.items() if value not in (None, [], {}, False)}


def _plain(value: object) -> str:
    from xpander_cli.output import json_of
    from xpander_cli.text import one_line

    return one_line(value if isinstance(value, str) else json_of(value))


def _card(record: dict[str, Any]) -> RenderableType:
    """Return a task as names and values."""
    from rich.table import Table
    from rich.text import Text

    from xpander_cli.output import json_of
    from xpander_cli.tables import status_text
    from xpander_cli.text import block

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _said(record).items():
        if name == "status":
            shown = status_text(value)
        elif isinstance(value, str):
            shown = Text(block(value))
        else:
            shown = Text(json_of(value, indent=isinstance(value, (dict, list))))
        table.add_row(name, shown)
    return table
