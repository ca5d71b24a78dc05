"""`xpander-tasks watch`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from xpander_cli import exits
from xpander_cli.errors import CommandError
from xpander_cli.options import Connection, Filters, Output
from xpander_cli.times import span

if TYPE_CHECKING:
    from xpander_cli.watching import Watch

_FIELDS = ("time", "id", "status", "title", "elapsed", "result")
_PLAIN_FIELDS = ("time", "id", "status", "title")


def watch(
    ids: Annotated[list[str] | None, Parameter(name="ID")] = None,
    /,
    *,
    exit_status: bool = False,
    timeout: Annotated[str | None, Parameter(metavar="TIME")] = None,
    interval: Annotated[str | None, Parameter(metavar="TIME")] = None,
    filters: Filters = Filters(),  # noqa: B008 - frozen
    output: Output = Output(),  # noqa: B008 - frozen
    connection: Connection = Connection(),  # noqa: B008 - frozen
) -> int:
    """Follow tasks until all are done.

    Give ids, or filters that choose among the tasks that are pending, executing or paused now. A terminal shows one
    line for each task, which changes; a pipe gets a line for each change, JSON a list of the last states. The exit
    code is 6 when a task is paused, 5 when the time is over, 3 when a task vanished.

    Args:
        ids: Ids of the tasks.
        exit_status: Exit with 1 when a task failed, ended in error or was stopped.
        timeout: Give up after this time, such as 10m; the tasks go on.
        interval: Time between two looks at a task; without it they become rarer, and with more tasks too.

    Examples:
        xpander-tasks watch 5f0d6c2e-8a64-4a3c-9c53-0f6b1c7a2f10 --exit-status --timeout 10m && echo done
        xpander-tasks watch --agent agent-42 --since 1h
        xpander-tasks watch 5f0d6c2e-8a64-4a3c-9c53-0f6b1c7a2f10 -o jsonl --fields time,status
    """
    seconds = None if timeout is None else span(timeout, "--timeout")
    pause = None if interval is None else span(interval, "--interval")
    if seconds == 0 or pause == 0:
        raise CommandError("expected --timeout and --interval above 0")
    import asyncio

    from xpander_cli.output import say
    from xpander_cli.records import chosen_fields
    from xpander_cli.selection import selected
    from xpander_cli.session import connect
    from xpander_cli.watching import Watch

    plain = output.output == "table" and output.fields is None
    fields = list(_PLAIN_FIELDS) if plain else chosen_fields(output.fields, _FIELDS)
    with connect(connection, attempts=8) as tasks:
        chosen, complete = selected(tasks, ids or [], filters, active=True)
        if not chosen:
            say("Nothing to watch.")
            return exits.DONE if complete else exits.NOT_FOUND
        watching = Watch(tasks, chosen, timeout=seconds, interval=pause)
        try:
            with _printer(output, fields, watching):
                asyncio.run(watching.run())
        except KeyboardInterrupt:
            say("interrupted; the tasks go on: `xpander-tasks stop ID` stops one")
            return exits.INTERRUPTED
    _print_last(output, fields, watching)
    return watching.exit_code(exit_status=exit_status, complete=complete)


def _printer(output: Output, fields: Sequence[str], watching: Watch) -> Any:
    """Return what shows the changes while the tasks are watched, as a context manager."""
    from contextlib import nullcontext

    from xpander_cli.output import on_terminal
    from xpander_cli.screen import changes_printed, live

    if output.output in ("jsonl", "csv") or (output.output == "table" and not on_terminal()):
        return changes_printed(watching, output.output, fields)
    return live(watching) or nullcontext()


def _print_last(output: Output, fields: Sequence[str], watching: Watch) -> None:
    from xpander_cli.output import on_terminal, show, write_records
    from xpander_cli.records import only
    from xpander_cli.screen import table

    if output.output == "json":
        write_records((only(row.record(), fields) for row in watching.rows), "json")
    elif output.output == "table" and on_terminal():
        show(table(watching, moving=False))
