"""Printing of records: JSON, JSON Lines, CSV, or lines separated by tabs. Data goes to stdout, all else to stderr."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from xpander_cli.text import escaped_json, one_line

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from xpander_cli.options import Format

Record = Mapping[str, Any]

PLAIN_WIDTH = 100


def say(message: str) -> None:
    """Print a line for the person at the terminal, beside the data."""
    print(message, file=sys.stderr, flush=True)


def write(text: str) -> None:
    """Print data. It is UTF-8 whatever the locale says, so that JSON and CSV are what they should be."""
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:  # A test or a notebook that has put text in the place of stdout.
        sys.stdout.write(text)
        return
    sys.stdout.flush()
    buffer.write(text.encode("utf-8", "replace"))
    buffer.flush()


def csv_line(values: Iterable[object]) -> str:
    """Return a line of CSV (RFC 4180); lists and objects are JSON in it."""
    line = io.StringIO()
    csv.writer(line).writerow([_cell(value) for value in values])
    return line.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json_of(value)


def json_of(value: object, *, indent: bool = False) -> str:
    """Return a value as JSON in which nothing commands a terminal."""
    raw = msgspec.json.encode(value)
    return escaped_json((msgspec.json.format(raw, indent=2) if indent else raw).decode())


def write_records(records: Iterable[Record], form: Format, fields: Sequence[str] = ()) -> int:
    """Print records as they come, in any form but that of a table for people.

    Args:
        records: The records; they are read while they are printed.
        form: `json`, `jsonl`, `csv`; `table` prints lines separated by tabs.
        fields: The columns of CSV and of lines separated by tabs.

    Returns:
        How many there were.
    """
    number = 0
    if form == "csv":
        write(csv_line(fields))
    for number, record in enumerate(records, 1):
        if form == "json":
            write(("[\n" if number == 1 else ",\n") + json_of(record))
        elif form == "jsonl":
            write(json_of(record) + "\n")
        else:
            values = [record.get(name) for name in fields]
            if form == "csv":
                # A terminal obeys what it reads, a file must hold what the API said.
                write(csv_line(map(_shown, values) if sys.stdout.isatty() else values))
            else:
                write("\t".join(_shown(value) for value in values) + "\n")
    if form == "json":
        write("\n]\n" if number else "[]\n")
    return number


def _shown(value: object) -> str:
    return one_line(_cell(value))


def on_terminal() -> bool:
    """Return whether data goes to a terminal, and may be laid out for a person."""
    return sys.stdout.isatty()


def console(*, stderr: bool = False) -> Console:
    """Return rich's console: no markup, no guessing, and a closed pipe is an error like any other."""
    from rich.console import Console

    class Plain(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else PLAIN_WIDTH
    return Plain(stderr=stderr, markup=False, highlight=False, emoji=False, width=width, soft_wrap=False)


def show(*renderables: RenderableType) -> None:
    """Print what rich lays out, on stdout."""
    screen = console()
    for renderable in renderables:
        screen.print(renderable)
