"""Import time, against httpx alone, each in a new process."""

from __future__ import annotations

import statistics
import subprocess
import sys

from benchmarks.results import Comparison, Measurement

# httpx imports a command line program if rich and click are installed, as in a development environment. Blocking both
# makes the comparison as strict as in an environment with the client alone.
WITHOUT_EXTRAS = "import sys; sys.modules.update(dict.fromkeys(('rich', 'click'), None)); "
STATEMENTS = ("import httpx", "from xpander_tasks import Tasks", "from xpander_tasks import Tasks, Task")


def measure(rounds: int = 15) -> list[Comparison]:
    """Measure the import of the client, and of the client with its models, which are imported at the first call."""
    times: list[list[float]] = [[] for _ in STATEMENTS]
    for _ in range(rounds):
        for durations, statement in zip(times, STATEMENTS, strict=True):
            durations.append(seconds(statement))
    httpx, client, models = (
        Measurement(f"`{statement}`", statistics.median(durations))
        for statement, durations in zip(STATEMENTS, times, strict=True)
    )
    return [
        Comparison("import", "import time", client, httpx, 1.4),
        Comparison("import-models", "import time with the models, which the first call imports", models, httpx),
    ]


def seconds(statement: str) -> float:
    """Return the seconds of processor time that a statement takes in a new process."""
    code = (
        f"{WITHOUT_EXTRAS}import time; started = time.process_time(); {statement}; print(time.process_time() - started)"
    )
    return float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
