"""Memory while iterating over 200,000 tasks, against 2,000, each in a fresh process."""

from __future__ import annotations

import resource
import subprocess
import sys

from benchmarks.client.measure import Row, serving
from xpander_tasks import Configuration, Tasks

MANY, FEW = 200_000, 2_000


def rows() -> list[Row]:
    """Measure."""
    few, many = (peak(total) for total in (FEW, MANY))
    ratio = many / few
    return [
        Row(
            "peak memory of a process that iterates over 200,000 tasks",
            f"200,000: {many / 1024:.1f} MB",
            f"2,000: {few / 1024:.1f} MB",
            f"{ratio:.2f} ×",
            "flat, ± 10%",
            "yes" if 0.9 <= ratio <= 1.1 else "no",
        )
    ]


def peak(total: int) -> int:
    """Return the peak memory in kB of a process that iterates over so many tasks."""
    with serving(total) as url:
        command = [sys.executable, "-m", "benchmarks.client.memory", url, str(total)]
        return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def iterate(url: str, total: int) -> None:
    """Iterate and print the peak memory of this process in kB."""
    with Tasks(Configuration(api_key="benchmark", base_url=url)) as tasks:
        assert sum(1 for _ in tasks.iterate()) == total
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


if __name__ == "__main__":
    iterate(sys.argv[1], int(sys.argv[2]))
