"""Measure the mock side by side with others; write docs/benchmarks-mock.json and, from it, docs/benchmarks-mock.md.

`TASKS=20000` measures with fewer tasks, `SECONDS=1` in less time, `DATA=FILE` with a file of tasks from an earlier run.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import httpx

from benchmarks import pages
from benchmarks.mock import figures, prism, rates
from benchmarks.mock.load_generator import megabytes
from benchmarks.mock.servers import mock_command, run_server
from benchmarks.results import Figure, MockResults, Rate

TASKS = int(os.environ.get("TASKS", "1000000"))
SECONDS = float(os.environ.get("SECONDS", "3"))
MODEL_CHECK_SECONDS = SECONDS if "SECONDS" in os.environ else 60.0


def measure(folder: Path) -> MockResults:
    """Measure everything.

    Args:
        folder: An empty folder for data files.
    """
    data = os.environ.get("DATA") or str(folder / "tasks.db")
    started = time.perf_counter()
    with run_server(*mock_command("--data", data, "--tasks", str(TASKS))) as server:
        seed_seconds = time.perf_counter() - started
        page = httpx.get(f"{server.url}/v1/tasks?per_page=50", headers=rates.HEADERS, timeout=60)
        measured = rates.task_rates(server, page, SECONDS)
        large_memory = megabytes(server.pid)
    measured += upper_bounds(page, folder)
    with run_server(*mock_command("--tasks", "1000")) as server:
        small = rates.measure(server, "/v1/tasks?per_page=50", seconds=SECONDS)
        measured.append(rates.rate_of("page-1-small", "page 1 of 50 with 1,000 tasks", small))
    share = measured[0].per_cpu_second / small.per_cpu_second
    others = [
        Figure("scaling", f"page 1 with {TASKS:,} tasks against 1,000", {"ratio": share}, f"{share:.0%}", "80%"),
        *default_figures(),
        memory("memory-large", f"memory, {TASKS:,} tasks in a file, after these requests", large_memory, "< 150 MB"),
        figures.startup("start", "default tasks", "< 0.4 s"),
        figures.startup("start-large", f"{TASKS:,} tasks in a file", "< 0.6 s", "--data", data),
        figures.model_check("model-check-memory", "in memory", MODEL_CHECK_SECONDS),
        figures.model_check(
            "model-check-file",
            "two workers on a file",
            MODEL_CHECK_SECONDS,
            *("--data", str(folder / "model.db"), "--workers", "2"),
        ),
    ]
    if "DATA" not in os.environ:
        text = f"{seed_seconds:.0f} s"
        others.append(Figure("seed", f"generating {TASKS:,} tasks", {"s": seed_seconds}, text))
    return MockResults(TASKS, page.json()["total"], measured, others)


def upper_bounds(page: httpx.Response, folder: Path) -> list[Rate]:
    """Measure servers that send one page from memory: Starlette, and Prism if it can be installed."""
    file = folder / "page.json"
    file.write_bytes(page.content)
    with run_server(sys.executable, "-m", "benchmarks.mock.static_server", str(file)) as server:
        starlette = rates.measure(server, "/v1/tasks", seconds=SECONDS)
    what = "upper bound: Starlette with the same bytes from memory"
    measured = [rates.rate_of("starlette", what, starlette)]
    if result := prism.measure(file, folder):
        measured.append(rates.rate_of("prism", "Prism with the same page as its example", result))
    return measured


def default_figures() -> list[Figure]:
    """Measure a mock with its default tasks and agents that answer at once."""
    with run_server(*mock_command("--pending", "0", "--executing", "0")) as server:
        return [
            figures.concurrent_invokes(server.url),
            memory("memory", "memory, default tasks", megabytes(server.pid), "< 80 MB"),
            figures.reset(server.url),
        ]


def memory(name: str, what: str, value: float, goal: str) -> Figure:
    """Return the figure of a memory size in megabytes."""
    return Figure(name, what, {"MB": value}, f"{value:.0f} MB", goal)


def main() -> None:
    """Measure everything, record it, and print the page."""
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder)).save()
    page = pages.mock_page()
    pages.MOCK_PAGE.write_text(page, encoding="utf-8")
    print(page)


if __name__ == "__main__":
    main()
