"""Tasks of an exported file: JSON Lines, CSV or Parquet."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from xpander_cli import exits
from xpander_cli.errors import CommandError
from xpander_cli.export.formats import check_parquet, format_of

# Results of tasks are long, and stand in one cell.
_LONGEST_CELL = 1 << 30


def exported_tasks(path: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the tasks of a file that `export` has written, one by one.

    Args:
        path: The file; the ending of its name tells its format.

    Raises:
        CommandError: The file cannot be read, or is no export.
    """
    try:
        match format_of(path):
            case "csv":
                yield from _csv(path)
            case "parquet":
                yield from _parquet(path)
            case _:
                yield from _lines(path)
    except OSError as error:
        raise CommandError(f"cannot read {path}: {error.strerror or error}", code=exits.FAILED) from None
    except UnicodeDecodeError:
        raise CommandError(f"{path} is not UTF-8", hint="expected a file that `export` has written") from None


def _lines(path: Path) -> Iterator[Mapping[str, Any]]:
    decode = msgspec.json.Decoder(dict[str, Any]).decode
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                task = decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                hint = "A file that `export` has written has one JSON object in each line."
                raise CommandError(f"{path}, line {number}: expected a task as JSON: {error}", hint=hint) from None
            yield _checked(task, f"{path}, line {number}")


def _csv(path: Path) -> Iterator[Mapping[str, Any]]:
    csv.field_size_limit(min(_LONGEST_CELL, sys.maxsize))
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        _checked(dict.fromkeys(rows.fieldnames or (), ""), f"{path}, line 1")
        try:
            yield from rows
        except csv.Error as error:
            raise CommandError(f"{path}, line {rows.line_num}: expected CSV: {error}") from None


def _parquet(path: Path) -> Iterator[Mapping[str, Any]]:
    check_parquet()
    import polars

    wanted = ("id", "agent_id", "status", "title", "created_at", "updated_at")
    try:
        frame = polars.scan_parquet(path)
        names = frame.collect_schema().names()
        _checked(dict.fromkeys(names, ""), str(path))
        for batch in frame.select([name for name in wanted if name in names]).collect_batches():
            yield from batch.iter_rows(named=True)
    except polars.exceptions.PolarsError as error:
        raise CommandError(f"{path}: expected Parquet: {str(error).splitlines()[0]}") from None


def _checked(task: Mapping[str, Any], place: str) -> Mapping[str, Any]:
    if "status" not in task:
        known = ", ".join(map(str, task)) or "none"
        raise CommandError(
            f"{place}: expected a task with the field `status`, got the fields: {known[:200]}",
            hint="Export with `--fields id,agent_id,status,title,created_at,updated_at`, or without --fields.",
        )
    return task
