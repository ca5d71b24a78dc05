"""`xpander-tasks stats`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from xpander_cli import exits
from xpander_cli.errors import CommandError
from xpander_cli.options import Connection, Filters, Output

if TYPE_CHECKING:
    from xpander_cli.stats.summary import Summary

# Enough to be faster than one page after the other; more gains little.
_CONCURRENCY = 4
_ATTEMPTS = 8


def stats(
    file: Annotated[Path | None, Parameter(name="FILE")] = None,
    /,
    *,
    html: Annotated[Path | None, Parameter(metavar="FILE")] = None,
    filters: Filters = Filters(),  # noqa: B008 - frozen
    output: Output = Output(),  # noqa: B008 - frozen
    connection: Connection = Connection(),  # noqa: B008 - frozen
) -> int:
    """Show how many tasks there are, how many fail and how long they take.

    By status, agent and day, with the slowest tasks. The failure rate is the share of failed and error among completed,
    failed and error; durations run from the creation to the last change of tasks that have ended. Days are in UTC.

    Args:
        file: A file that `export` has written; no network is needed then.
        html: Write one page with charts, which needs no other file; one that is there is replaced.

    Examples:
        xpander-tasks stats --since 30d
        xpander-tasks stats --agent agent-42 --html report.html
        xpander-tasks export tasks.jsonl && xpander-tasks stats tasks.jsonl
        xpander-tasks stats -o csv > stats.csv
    """
    from xpander_cli.output import console, on_terminal, say, show, write_records
    from xpander_cli.records import chosen_fields, only
    from xpander_cli.stats.summary import FIELDS

    fields = chosen_fields(output.fields, FIELDS)
    if file is not None and filters.given():
        raise CommandError("expected filters or a file, got both", hint="`export` takes the filters.")
    summary, source = _of_api(filters, connection) if file is None else (_of_file(file), str(file))
    if html is not None:
        _write_page(html, summary, source)
        say(f"The statistics of {summary.all.tasks:,} tasks are in {html}.")
    elif output.output == "table" and on_terminal() and output.fields is None:
        from xpander_cli.stats.screen import layout

        show(*layout(summary, console().width)) if summary.all.tasks else say("No tasks match.")
    else:
        write_records((only(record, fields) for record in summary.records()), output.output, fields)
    return exits.DONE


def _of_api(filters: Filters, connection: Connection) -> tuple[Summary, str]:
    from xpander_cli.progress import Pages
    from xpander_cli.session import connect
    from xpander_cli.stats.summary import Summary

    summary = Summary()
    with connect(connection, attempts=_ATTEMPTS) as tasks:
        pages = tasks.pages(filters=filters.given(), concurrency=_CONCURRENCY)
        for page in Pages("Counting").follow(pages):
            for item in page.items:
                summary.add(
                    {
                        "id": item.id,
                        "agent_id": item.agent_id,
                        "status": item.status,
                        "title": item.title,
                        "created_at": item.created_at,
                        "updated_at": item.updated_at,
                    }
                )
        return summary, tasks.configuration.base_url or ""


def _of_file(file: Path) -> Summary:
    from xpander_cli.stats.source import exported_tasks
    from xpander_cli.stats.summary import Summary

    summary = Summary()
    for task in exported_tasks(file):
        summary.add(task)
    return summary


def _write_page(path: Path, summary: Summary, source: str) -> None:
    from xpander_cli.stats.html import html_page

    # Written beside and renamed, so that a full disk does not leave half a page in the place of a whole one.
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_text(html_page(summary, source), encoding="utf-8", errors="replace")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise CommandError(f"cannot write {path}: {error.strerror or error}", code=exits.FAILED) from None
