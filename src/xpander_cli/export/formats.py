"""The formats of an export: lines of JSON or of CSV, and Parquet, which is made from finished lines of JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from xpander_cli.errors import CommandError
from xpander_cli.output import csv_line
from xpander_cli.records import of_item, only

if TYPE_CHECKING:
    from xpander_tasks import TasksListItem

ExportFormat = Literal["jsonl", "csv", "parquet"]

_SUFFIXES: dict[str, ExportFormat] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".parquet": "parquet",
}
_MOMENTS = ("created_at", "updated_at")


def format_of(path: Path) -> ExportFormat:
    """Return the format that a file's name says; JSON Lines when it says none."""
    return _SUFFIXES.get(path.suffix.lower(), "jsonl")


def encoder(form: ExportFormat, fields: Sequence[str]) -> Callable[[Iterable[TasksListItem]], bytes]:
    """Return what makes lines of tasks."""
    if form == "csv":
        return lambda items: "".join(csv_line(only(of_item(item), fields).values()) for item in items).encode(
            "utf-8", "replace"
        )
    encode = msgspec.json.Encoder().encode_lines
    return lambda items: encode([only(of_item(item), fields) for item in items])


def check_parquet() -> None:
    """Check that Parquet can be written, before anything is read.

    Raises:
        CommandError: The extra is not installed.
    """
    if find_spec("polars") is None:
        raise CommandError("Parquet needs polars", hint="pip install 'xpander-tasks[parquet]'")


def to_parquet(lines: Path, target: Path, fields: Sequence[str]) -> None:
    """Convert finished lines of JSON into Parquet, in memory that does not grow with them; moments are in UTC."""
    import polars

    frame = polars.scan_ndjson(lines, schema=dict.fromkeys(fields, polars.String))
    moments = [polars.col(name).str.to_datetime(time_zone="UTC") for name in _MOMENTS if name in fields]
    frame.with_columns(moments).sink_parquet(target)
