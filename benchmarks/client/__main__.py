"""Measures the client side by side with what it is compared to, and writes docs/benchmarks.md."""

from __future__ import annotations

import platform
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.client import calling, decoding, importing, memory, paging
from benchmarks.client.measure import Row

TABLE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
HEAD = """# Benchmarks of the client

Written by `make bench`. Each row compares two things in one run, in turns, by the medians: read the ratios, as the
times are of one machine on one day. No ratio fails a build.

| what | measured | against | ratio | goal | met |
|---|---|---|---|---|---|
"""


def main() -> None:
    """Measure everything, print the rows as they come, and write the table."""
    rows: list[Row] = []
    for part in (decoding, calling, importing, paging, memory):
        for row in part.rows():
            rows.append(row)
            print(f"{row.what}\n    {row.measured} | {row.against}\n    {row.ratio} (goal {row.goal}): {row.met}")
    lines = [f"| {r.what} | {r.measured} | {r.against} | {r.ratio} | {r.goal} | {r.met} |" for r in rows]
    day = datetime.now(UTC).date()
    foot = f"\n{day}, Python {platform.python_version()}, {platform.system()} {platform.machine()}.\n"
    TABLE.write_text(HEAD + "\n".join(lines) + "\n" + foot)


if __name__ == "__main__":
    main()
