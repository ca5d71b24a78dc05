"""`xpander-tasks list`."""

from __future__ import annotations

import sys
from itertools import islice
from typing import Annotated

from cyclopts import Parameter

from xpander_cli.errors import CommandError
from xpander_cli.options import Connection, Filters, Output

DEFAULT_LIMIT = 20
_PAGE = 50


def list_tasks(
    *,
    limit: Annotated[int | None, Parameter(metavar="N")] = None,
    all: bool = False,
    filters: Filters = Filters(),  # noqa: B008 - frozen
    output: Output = Output(),  # noqa: B008 - frozen
    connection: Connection = Connection(),  # noqa: B008 - frozen
) -> int:
    """List tasks, newest first.

    Filters combine: a task has to match all of them. Without --limit or --all the newest 20 are shown.

    Args:
        limit: Show at most this many.
        all: Show every match, however many pages that takes.

    Examples:
        xpander-tasks list
        xpander-tasks list --agent agent-42 --status failed --since 24h
        xpander-tasks list --all -o csv --fields id,status,title > tasks.csv
    """
    if limit is not None and (all or limit < 1):
        raise CommandError("expected --limit of at least 1, and not together with --all")
    from xpander_cli import records, tables
    from xpander_cli.output import console, on_terminal, say, show, write_records
    from xpander_cli.session import connect

    chosen = records.chosen_fields(output.fields, records.LIST_FIELDS)
    wanted = None if all else min(limit or DEFAULT_LIMIT, sys.maxsize)
    with connect(connection) as tasks:
        # What is read ahead would be thrown away where one page is enough.
        small = wanted is not None and wanted <= _PAGE
        found = tasks.iterate(
            filters=filters.given(), concurrency=0 if small else 4, per_page=wanted if wanted and small else _PAGE
        )
        with found:
            rows = (records.only(records.of_item(item), records.LIST_FIELDS) for item in islice(found, wanted))
            if output.output == "table" and on_terminal():
                fields = tuple(chosen) if output.fields else None
                kept = list(rows)
                if kept:
                    show(tables.task_table(kept, console().width, fields))
                shown = len(kept)
            elif output.output in ("table", "csv"):
                plain = output.output == "table" and not output.fields
                shown = write_records(rows, output.output, tables.PLAIN_FIELDS if plain else chosen)
            else:
                shown = write_records((records.only(row, chosen) for row in rows), output.output)
            total = found.total or 0
    if not shown:
        say("No tasks match.")
    elif shown < total and limit is None and not all:
        say(f"{shown} of {total} tasks; --limit N or --all shows more.")
    return 0
