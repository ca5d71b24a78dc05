"""Write `docs/benchmarks.md` and `docs/benchmarks-mock.md` from the recorded results.

Run by `make docs`, and after each benchmark; a test checks that both pages are up to date.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.results import DOCS, ClientResults, Comparison, Measurement, MockResults

CLIENT_PAGE, MOCK_PAGE = DOCS / "benchmarks.md", DOCS / "benchmarks-mock.md"
GENERATED = "<!-- Written by `make docs` from the figures in {file}; do not edit. -->"


def client_page() -> str:
    """Return the page of the client's benchmarks."""
    results = ClientResults.load()
    rows = "\n".join(_row(comparison) for comparison in results.comparisons)
    return f"""{GENERATED.format(file="benchmarks.json")}
# Benchmarks of the client

Measured by `make bench`. Each row compares the medians of two things that were measured alternately in one run. Compare
the ratios; the times are those of one machine on one day. No ratio fails a build.

| what | measured | against | ratio | goal | met |
|---|---|---|---|---|---|
{rows}

{results.machine}
"""


def mock_page() -> str:
    """Return the page of the mock's benchmarks."""
    results = MockResults.load()
    first = results.rates[0].per_cpu_second
    rates = "\n".join(
        f"| {rate.what} | {rate.per_cpu_second:,.0f} | {rate.per_second:,.0f} | {rate.per_cpu_second / first:.0%} "
        f"| {rate.goal} |"
        for rate in results.rates
    )
    figures = "\n".join(f"| {figure.what} | {figure.text} | {figure.goal} |" for figure in results.figures)
    return f"""{GENERATED.format(file="benchmarks-mock.json")}
# Benchmarks of the mock

Measured by `make bench-mock`, one row after the other, with one worker, {results.tasks:,} tasks of which
{results.own_tasks:,} belong to the organization that asks, exact totals, and 16 connections that stay open. The first
column counts answers per second of the server's processor time, which is what one core can give; the second counts
answers per second of wall time, while other processes used the machine too. Compare the ratios. No ratio fails a build.

| what | answers per processor second | answers per second | relative to page 1 | goal |
|---|---|---|---|---|
{rates}

| what | measured | goal |
|---|---|---|
{figures}

{results.machine}
"""


def outdated() -> list[Path]:
    """Return the pages that differ from what `main` would write now."""
    pages = {CLIENT_PAGE: client_page(), MOCK_PAGE: mock_page()}
    return [path for path, text in pages.items() if not path.exists() or path.read_text(encoding="utf-8") != text]


def _row(comparison: Comparison) -> str:
    if comparison.ratio is None:
        ratio, met = "not measured", comparison.skipped
    else:
        ratio = f"{comparison.ratio:.1f} × faster" if comparison.kind == "faster" else f"{comparison.ratio:.2f} ×"
        met = {True: "yes", False: "no", None: ""}[comparison.met]
    match comparison.kind:
        case _ if comparison.goal is None:
            goal = ""
        case "at most":
            goal = f"≤ {comparison.goal:g} ×"
        case "faster":
            goal = f"≥ {comparison.goal:g} × faster"
        case "equal":
            goal = f"equal, ± {comparison.goal:.0%}"
    other = show(comparison.other) if comparison.other else ""
    return f"| {comparison.what} | {show(comparison.ours)} | {other} | {ratio} | {goal} | {met} |"


def show(measurement: Measurement) -> str:
    """Return the label and the value with a readable unit, such as `httpx: 1.2 ms`."""
    if measurement.unit != "s":
        return f"{measurement.label}: {measurement.value:.4g} {measurement.unit}"
    scales = (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6))
    unit, scale = next((u, s) for u, s in scales if measurement.value >= s or u == "µs")
    return f"{measurement.label}: {measurement.value / scale:.3g} {unit}"


def main() -> int:
    """Write both pages; return the exit status."""
    CLIENT_PAGE.write_text(client_page(), encoding="utf-8")
    MOCK_PAGE.write_text(mock_page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
