"""`xpander-tasks export`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from xpander_cli import exits
from xpander_cli.errors import CommandError
from xpander_cli.export.formats import ExportFormat
from xpander_cli.options import Connection, Filters

if TYPE_CHECKING:
    from xpander_cli.export.growing import GrowingFile
    from xpander_tasks import TaskFilters, Tasks

# More threads would read no faster, and each brings memory of its own.
_CONCURRENCY = 2
_ATTEMPTS = 8


def export(
    file: Annotated[str, Parameter(name="FILE", allow_leading_hyphen=True)],
    /,
    *,
    format: ExportFormat | None = None,
    fields: Annotated[str | None, Parameter(metavar="NAMES")] = None,
    resume: bool = False,
    force: bool = False,
    filters: Filters = Filters(),  # noqa: B008 - frozen
    connection: Connection = Connection(),  # noqa: B008 - frozen
) -> int:
    """Write tasks into a file, however many there are.

    The file appears when it is whole. Until then it grows as FILE.part; an export that was cut, even by a power
    failure, goes on there with --resume, and no task is lost or comes twice. The rate limit is kept to, and how long
    that takes is said first.

    Args:
        file: The file, or - for stdout.
        format: The format; without it the ending of the name decides. Parquet needs the extra `parquet`.
        fields: Fields to write, separated by commas.
        resume: Go on with an export that was cut.
        force: Replace the file, or begin again.

    Examples:
        xpander-tasks export tasks.jsonl
        xpander-tasks export failed.csv --status failed --since 30d --fields id,title,created_at
        xpander-tasks export tasks.parquet --resume
        xpander-tasks export - | gzip > tasks.jsonl.gz
    """
    from xpander_cli.export import formats
    from xpander_cli.records import LIST_FIELDS, chosen_fields
    from xpander_cli.session import connect

    if file.startswith("-") and file != "-":
        raise CommandError(f"unknown option {file}", hint="A file of that name is ./" + file)
    chosen = chosen_fields(fields, LIST_FIELDS)
    path = Path(file)
    if not file or path.is_dir():
        raise CommandError(f"expected a file, got the folder {file}" if file else "expected a file, got no name")
    form = format or formats.format_of(path)
    if form == "parquet":
        formats.check_parquet()
    given = filters.given()
    with connect(connection, attempts=_ATTEMPTS) as tasks:
        if file == "-":
            if resume or force or form == "parquet":
                raise CommandError("expected a file for --resume, --force and Parquet, got stdout")
            return _to_stdout(tasks, given, form, chosen)
        asked = _asked(tasks.configuration.base_url, form, chosen, filters)
        with _opened(path, asked, given, resume=resume, force=force) as growing:
            if growing.complete:
                from xpander_cli.output import say

                say(f"{path} is whole already.")
                return exits.DONE
            return _to_file(tasks, growing, form, chosen)


def _asked(base_url: str | None, form: str, fields: list[str], filters: Filters) -> dict[str, Any]:
    """Return what decides the content of a file, by the names of the options."""
    from dataclasses import asdict

    given = {f"--{name.replace('_', '-')}": value for name, value in asdict(filters).items() if value is not None}
    return {"the address": base_url, "--format": form, "--fields": ",".join(fields), **given}


def _opened(path: Path, asked: dict[str, Any], given: TaskFilters, *, resume: bool, force: bool) -> GrowingFile:
    from datetime import datetime

    from xpander_cli.export.growing import GrowingFile

    filters = {key: value.isoformat() if isinstance(value, datetime) else str(value) for key, value in given.items()}
    try:
        return GrowingFile(path, asked, filters, resume=resume, force=force)
    except OSError as error:
        raise CommandError(f"cannot write {path}: {error.strerror or error}", code=exits.FAILED) from None


def _to_stdout(tasks: Tasks, filters: TaskFilters, form: ExportFormat, fields: list[str]) -> int:
    import sys

    from xpander_cli.export.formats import encoder
    from xpander_cli.output import csv_line, write
    from xpander_cli.progress import Pages

    if sys.stdout.isatty():
        raise CommandError("a terminal obeys what it reads", hint="Use a pipe or a file; `list --all` is for reading.")
    encode = encoder(form, fields)
    if form == "csv":
        write(csv_line(fields))
    for page in Pages("Exporting").follow(tasks.pages(filters=filters, concurrency=_CONCURRENCY)):
        write(encode(page.items).decode())
    return exits.DONE


def _to_file(tasks: Tasks, growing: GrowingFile, form: ExportFormat, fields: list[str]) -> int:
    from xpander_cli.export.formats import encoder, to_parquet
    from xpander_cli.output import csv_line, say
    from xpander_cli.progress import Pages
    from xpander_cli.times import short
    from xpander_tasks import TasksError

    state = growing.state
    encode = encoder(form, fields)
    progress = Pages("Exporting", state.written)
    if state.written:
        say(f"{state.written:,} tasks are there; going on with those of {state.oldest:%Y-%m-%d %H:%M:%S} and before.")
    try:
        if not state.finished:
            if form == "csv" and growing.state.size == 0:
                growing.write(csv_line(fields).encode())
            rest: Any = state.rest()
            for page in progress.follow(tasks.pages(filters=rest, concurrency=_CONCURRENCY)):
                growing.write(encode(state.unseen(page.items)))
        whole = growing.finish()
        if form == "parquet":
            lines, whole = whole, whole.with_name(f"{whole.name}.parquet")
            to_parquet(lines, whole, fields)
        growing.publish(whole)
    except KeyboardInterrupt:
        say(f"\ninterrupted after {growing.saved_tasks:,} tasks; the same command with --resume goes on.")
        return exits.INTERRUPTED
    except TasksError:
        say(f"{growing.saved_tasks:,} tasks are saved; the same command with --resume goes on.")
        raise
    except OSError as error:
        raise CommandError(
            f"cannot write {growing.path}: {error.strerror or error}",
            hint="When the disk has room again, the same command with --resume goes on.",
            code=exits.FAILED,
        ) from error
    say(f"{state.written:,} tasks are in {growing.path} ({short(progress.seconds)}).")
    return exits.DONE
