"""The command line: its help, a list of one page, and an export, each in new processes and by wall time."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.client.timing import list_server
from benchmarks.results import Comparison, Measurement

ROUNDS = 9
EXPORT_ROUNDS = 3
EXPORTED = 20_000
HELP_GOAL_SECONDS = 0.15
# httpx imports its own command line where click is installed, as for development; users of the client do not have it.
WITHOUT_CLICK = "import sys; sys.modules['click'] = None; "
COMMAND = WITHOUT_CLICK + "from xpander_cli import main; sys.exit(main(sys.argv[1:]))"
BARE_LIST = WITHOUT_CLICK + (
    "import httpx, json, os\n"
    "url, headers = os.environ['XPANDER_BASE_URL'], {'x-api-key': os.environ['XPANDER_API_KEY']}\n"
    "page = httpx.get(f'{url}/v1/tasks', params={'page': 1, 'per_page': 50}, headers=headers).json()\n"
    "for item in page['items']: print(json.dumps(item))\n"
)
ITERATE = WITHOUT_CLICK + (
    "from xpander_tasks import Tasks\nwith Tasks() as tasks: print(sum(1 for _ in tasks.iterate(concurrency=2)))\n"
)


def measure() -> list[Comparison]:
    """Measure the three rows."""
    return [measure_help(), measure_list(), measure_export()]


def measure_help() -> Comparison:
    """Measure `--help`, which imports neither the client nor rich, against a fixed goal."""
    (ours,) = median_seconds([[COMMAND, "--help"]], ROUNDS, {})
    measured = Measurement("`xpander-tasks --help`", ours)
    return Comparison("cli-help", "help of the command line", measured, Measurement("the goal", HELP_GOAL_SECONDS), 1)


def measure_list() -> Comparison:
    """Measure a list of 50 tasks against a program of httpx alone that prints the same."""
    with list_server(50) as url:
        environment = {"XPANDER_BASE_URL": url, "XPANDER_API_KEY": "benchmark"}
        command = [COMMAND, "list", "--limit", "50", "-o", "jsonl"]
        ours, bare = median_seconds([command, [BARE_LIST]], ROUNDS, environment)
    measured = Measurement("`xpander-tasks list -o jsonl`", ours)
    other = Measurement("`python -c` with httpx and json", bare)
    return Comparison("cli-list", "a process that prints 50 tasks", measured, other, 1.6)


def measure_export() -> Comparison:
    """Measure an export against a program that only iterates over the same tasks."""
    with list_server(EXPORTED) as url, tempfile.TemporaryDirectory() as folder:
        environment = {"XPANDER_BASE_URL": url, "XPANDER_API_KEY": "benchmark"}
        command = [COMMAND, "export", str(Path(folder) / "tasks.jsonl"), "--force"]
        ours, iterated = median_seconds([command, [ITERATE]], EXPORT_ROUNDS, environment)
    measured = Measurement("`xpander-tasks export`", ours)
    other = Measurement("`tasks.iterate`", iterated)
    return Comparison("cli-export", f"a process that reads {EXPORTED:,} tasks", measured, other, round(1 / 0.9, 2))


def median_seconds(programs: Sequence[Sequence[str]], rounds: int, environment: dict[str, str]) -> list[float]:
    """Return the median wall time of each program in seconds; the programs run alternately.

    Args:
        programs: For each, the code and the arguments of a Python process.
        rounds: Number of runs of each.
        environment: Variables to add to the environment.
    """
    times: list[list[float]] = [[] for _ in programs]
    for _ in range(rounds):
        for durations, program in zip(times, programs, strict=True):
            started = time.perf_counter()
            subprocess.run(
                [sys.executable, "-c", *program], check=True, capture_output=True, env={**os.environ, **environment}
            )
            durations.append(time.perf_counter() - started)
    return [statistics.median(durations) for durations in times]
