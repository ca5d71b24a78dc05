"""The table of measured figures in README.md, from the recorded results."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from proof import _results
from proof._false_alarm_runs import FalseAlarmRuns

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
BENCHMARKS = ROOT / "docs" / "benchmarks.json"
BEGIN, END = "<!-- figures: written by `make docs` -->\n", "<!-- end of figures -->\n"


def readme() -> str:
    """Return README.md with the table as it would be written now.

    Raises:
        ValueError: A marker of the table is missing.
    """
    head, begin, rest = README.read_text(encoding="utf-8").partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"expected the markers {BEGIN.strip()!r} and {END.strip()!r} in README.md")
    return head + begin + "".join(f"| {' | '.join(row)} |\n" for row in figures()) + end + tail


def figures() -> list[tuple[str, str, str]]:
    """Return the rows of the table: what was measured, the figure, and the figure that it is compared with."""
    results, runs = _results.load().values(), FalseAlarmRuns.load()
    caught = sum(result.caught for result in results)
    baseline = sum(bool(result.baseline) for result in results)
    recorded = json.loads(BENCHMARKS.read_text(encoding="utf-8"))["comparisons"]
    comparisons: dict[str, dict[str, Any]] = {row["name"]: row for row in recorded}
    return [
        ("measured", "here", "compared with"),
        ("---", "---", "---"),
        (f"bugs found, of {len(results)} put into a server", f"{caught}", f"{baseline} by schemathesis alone"),
        ("contract runs of a healthy server without a false alarm", f"{runs.quiet} of {len(runs.runs)}", ""),
        _duration("decode a page of 50 tasks", comparisons["decode-stock"], "the stock generator's models"),
        _duration("decode a page of 50 tasks", comparisons["decode-untyped"], "msgspec without models"),
        _duration("one `list` call over loopback", comparisons["list-call-sdk"], "the official SDK"),
        _duration("one `list` call over loopback", comparisons["list-call-httpx"], "bare httpx without models"),
        _size("installed client", comparisons),
    ]


def _duration(what: str, comparison: dict[str, Any], other: str) -> tuple[str, str, str]:
    ours = comparison["ours"]["value"]
    if comparison["other"] is None:
        return what, _seconds(ours), ""
    theirs = comparison["other"]["value"]
    faster = comparison["kind"] == "faster"
    ratio = f"{theirs / ours:.1f} × as fast as" if faster else f"{ours / theirs:.2f} × the time of"
    return what, _seconds(ours), f"{ratio} {other} ({_seconds(theirs)})"


def _size(what: str, comparisons: dict[str, dict[str, Any]]) -> tuple[str, str, str]:
    packages, megabytes = comparisons["install-packages"], comparisons["install-megabytes"]

    def text(side: str) -> str:
        return f"{packages[side]['value']:.0f} packages, {megabytes[side]['value']:.0f} MB"

    return what, text("ours"), f"{text('other')} for the official SDK" if packages["other"] else ""


def _seconds(value: float) -> str:
    return f"{value * 1e6:.0f} µs" if value < 1e-3 else f"{value * 1e3:.1f} ms"
