"""Peak memory while iterating over 200,000 tasks, against 2,000, each in a new process."""

from __future__ import annotations

import resource
import subprocess
import sys

from benchmarks.client.timing import list_server
from benchmarks.results import Comparison, Measurement
from xpander_tasks import Configuration, Tasks

MANY, FEW = 200_000, 2_000


def measure() -> list[Comparison]:
    """Measure both processes."""
    few, many = (Measurement(f"{total:,} tasks", peak_megabytes(total), "MB") for total in (FEW, MANY))
    what = "peak memory of a process that iterates over tasks"
    return [Comparison("memory-iterate", what, many, few, 0.1, "equal")]


def peak_megabytes(total: int) -> float:
    """Return the peak memory of a process that iterates over this many tasks."""
    with list_server(total) as url:
        command = [sys.executable, "-m", "benchmarks.client.memory", url, str(total)]
        return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout) / 1024


def iterate(url: str, total: int) -> None:
    """Iterate over all tasks and print the peak memory of this process in kB."""
    with Tasks(Configuration(api_key="benchmark", base_url=url)) as tasks:
        assert sum(1 for _ in tasks.iterate()) == total
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


if __name__ == "__main__":
    iterate(sys.argv[1], int(sys.argv[2]))
