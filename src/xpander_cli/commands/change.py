"""`xpander-tasks stop` and `xpander-tasks delete`: what will happen is said first, and each outcome after it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from xpander_cli import exits
from xpander_cli.errors import CommandError
from xpander_cli.options import Connection, Filters, Output

if TYPE_CHECKING:
    from xpander_tasks import Tasks

_SHOWN = 10


def stop(
    ids: Annotated[list[str] | None, Parameter(name="ID")] = None,
    /,
    *,
    yes: Annotated[bool, Parameter(name=["--yes", "-y"])] = False,
    filters: Filters = Filters(),  # noqa: B008 - frozen
    output: Output = Output(),  # noqa: B008 - frozen
    connection: Connection = Connection(),  # noqa: B008 - frozen
) -> int:
    """Stop tasks that run or are paused.

    Give ids, or filters that choose among the tasks that are pending, executing or paused. Says which tasks it will
    stop and asks; a failure does not keep it from stopping the others.

    Args:
        ids: Ids of the tasks.
        yes: Do not ask.

    Examples:
        xpander-tasks stop 5f0d6c2e-8a64-4a3c-9c53-0f6b1c7a2f10
        xpander-tasks stop --agent agent-42 --yes
    """
    return _change("stop", "stopped", _stop, ids or [], filters, output, connection, active=True, yes=yes)


def delete(
    ids: Annotated[list[str] | None, Parameter(name="ID")] = None,
    /,
    *,
    yes: Annotated[bool, Parameter(name=["--yes", "-y"])] = False,
    filters: Filters = Filters(),  # noqa: B008 - frozen
    output: Output = Output(),  # noqa: B008 - frozen
    connection: Connection = Connection(),  # noqa: B008 - frozen
) -> int:
    """Delete tasks and their sub-tasks.

    Give ids or filters. A task that runs is cancelled first. Says which tasks it will delete and asks; a failure does
    not keep it from deleting the others. There is no way back: `export` first.

    Args:
        ids: Ids of the tasks.
        yes: Do not ask.

    Examples:
        xpander-tasks delete 5f0d6c2e-8a64-4a3c-9c53-0f6b1c7a2f10
        xpander-tasks delete --status stopped --until 30d --yes
    """
    return _change("delete", "deleted", _delete, ids or [], filters, output, connection, active=False, yes=yes)


def _stop(tasks: Tasks, task_id: str) -> str:
    status = str(tasks.stop(task_id).status)
    return status if status == "stopped" else f"was {status} already"


def _delete(tasks: Tasks, task_id: str) -> str:
    tasks.delete(task_id)
    return "deleted"


def _change(
    verb: str,
    done: str,
    change: Callable[[Tasks, str], str],
    ids: Sequence[str],
    filters: Filters,
    output: Output,
    connection: Connection,
    *,
    active: bool,
    yes: bool,
) -> int:
    from xpander_cli.output import say, write_records
    from xpander_cli.records import chosen_fields, only
    from xpander_cli.selection import selected
    from xpander_cli.session import connect

    known = ("id", "outcome", "error", "title")
    fields = chosen_fields(output.fields, known) if output.fields else known
    with connect(connection) as tasks:
        chosen, complete = selected(tasks, ids, filters, active=active)
        if not chosen:
            say(f"Nothing to {verb}.")
            return exits.DONE if complete else exits.NOT_FOUND
        if not yes:
            _ask(verb, chosen)
        outcomes: list[dict[str, Any]] = []
        rows = (only(outcome, fields) for outcome in _each(tasks, change, chosen, outcomes))
        write_records(rows, output.output, fields)
    failed = [outcome for outcome in outcomes if outcome["error"]]
    failures = f", {len(failed)} failed" if failed else ""
    say(f"{len(outcomes) - len(failed)} of {_counted(len(outcomes))} {done}{failures}.")
    if failed:
        return exits.FAILED
    return exits.DONE if complete else exits.NOT_FOUND


def _each(
    tasks: Tasks, change: Callable[[Tasks, str], str], chosen: list[dict[str, Any]], outcomes: list[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Change one task after the other; each outcome is yielded, and appended to `outcomes`, when it is known."""
    from xpander_cli.text import one_line
    from xpander_tasks import TasksError, UnauthorizedError

    for record in chosen:
        outcome = {"id": record["id"], "outcome": "failed", "error": None, "title": record.get("title")}
        try:
            outcome["outcome"] = change(tasks, record["id"])
        except UnauthorizedError:
            raise  # The key is refused: so it would be for each of the others.
        except TasksError as error:
            outcome["error"] = one_line(str(error))
        outcomes.append(outcome)
        yield outcome


def _ask(verb: str, chosen: list[dict[str, Any]]) -> None:
    """Say what will happen, and go on only if the person agrees.

    Raises:
        CommandError: The person does not, or there is none to ask.
    """
    from xpander_cli.output import say
    from xpander_cli.text import one_line

    say(f"This will {verb} {_counted(len(chosen))}:")
    for record in chosen[:_SHOWN]:
        say("  " + "  ".join(one_line(str(record.get(name) or "")) for name in ("id", "status", "title")))
    if len(chosen) > _SHOWN:
        say(f"  and {len(chosen) - _SHOWN} more")
    if not sys.stdin.isatty():
        raise CommandError("nobody is there to agree, so nothing was changed", hint="--yes agrees.")
    print(f"{verb.capitalize()} {'it' if len(chosen) == 1 else 'them'}? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise CommandError("not agreed; nothing was changed", code=exits.FAILED)


def _counted(number: int) -> str:
    return "1 task" if number == 1 else f"{number:,} tasks"
