"""How things are timed: side by side in turns, so that the machine's moods touch all of them alike."""

from __future__ import annotations

import gc
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    measured: str
    against: str
    ratio: str
    goal: str
    met: str


def compared(what: str, mine: tuple[str, float], other: tuple[str, float], *, at_most: float) -> Row:
    """Make the row of something that shall take at most so many times as long as another."""
    ratio = mine[1] / other[1]
    return Row(what, told(*mine), told(*other), f"{ratio:.2f} ×", f"≤ {at_most} ×", "yes" if ratio <= at_most else "no")


def faster(what: str, mine: tuple[str, float], other: tuple[str, float], *, at_least: float) -> Row:
    """Make the row of something that shall be so many times as fast as another."""
    ratio = other[1] / mine[1]
    met = "yes" if ratio >= at_least else "no"
    return Row(what, told(*mine), told(*other), f"{ratio:.1f} × faster", f"≥ {at_least:g} × faster", met)


def told(name: str, seconds: float) -> str:
    """Return a name and a time as a person reads it."""
    unit, scale = next((u, s) for u, s in (("s", 1), ("ms", 1e-3), ("µs", 1e-6)) if seconds >= s or u == "µs")
    return f"{name}: {seconds / scale:.3g} {unit}"


def in_turns(
    *actions: Callable[[], object], rounds: int, loops: int, clock: Callable[[], float] = time.perf_counter
) -> list[float]:
    """Return the median seconds of each action, run in turns."""
    times: list[list[float]] = [[] for _ in actions]
    order = list(zip(times, actions, strict=True))
    for action in actions:
        action()
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            for taken, action in order:
                begun = clock()
                for _ in range(loops):
                    action()
                taken.append((clock() - begun) / loops)
            order.append(order.pop(0))  # whoever comes first pays for what the others left behind
            gc.collect()
    finally:
        gc.enable()
    return [statistics.median(taken) for taken in times]


@contextmanager
def serving(total: int, delay: float = 0.0) -> Iterator[str]:
    """Run the server of lists and give its address."""
    script = Path(__file__).with_name("server.py")
    process = subprocess.Popen([sys.executable, str(script), str(total), str(delay)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()
