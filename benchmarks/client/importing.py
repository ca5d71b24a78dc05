"""Import time, against httpx alone, each in a fresh process."""

from __future__ import annotations

import statistics
import subprocess
import sys

from benchmarks.client.measure import Row, compared

# httpx imports a command line program where rich and click are installed, as they are for development. Without it the
# comparison is as strict as in an environment of the client's own.
WITHOUT_EXTRAS = "import sys; sys.modules.update(dict.fromkeys(('rich', 'click'), None)); "


def rows(rounds: int = 15) -> list[Row]:
    """Measure."""
    statements = ["import httpx", "from xpander_tasks import Tasks", "from xpander_tasks import Tasks, Task"]
    times: list[list[float]] = [[] for _ in statements]
    for _ in range(rounds):
        for taken, statement in zip(times, statements, strict=True):
            taken.append(seconds(statement))
    alone, mine, models = (statistics.median(taken) for taken in times)
    other = ("`import httpx`", alone)
    return [
        compared("import time", ("`from xpander_tasks import Tasks`", mine), other, at_most=1.4),
        Row(
            "the same with the models, which the first call imports",
            f"`from xpander_tasks import Tasks, Task`: {models * 1e3:.3g} ms",
            f"`import httpx`: {alone * 1e3:.3g} ms",
            f"{models / alone:.2f} ×",
            "none",
            "—",
        ),
    ]


def seconds(statement: str) -> float:
    """Return the seconds of processor time that a statement takes in a fresh process."""
    code = f"{WITHOUT_EXTRAS}import time; begun = time.process_time(); {statement}; print(time.process_time() - begun)"
    return float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
