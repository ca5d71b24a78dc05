"""Timing of alternatives in one run, alternately, so that a busy moment of the machine slows all of them alike."""

from __future__ import annotations

import gc
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def median_seconds(
    *actions: Callable[[], object], rounds: int, loops: int, clock: Callable[[], float] = time.perf_counter
) -> list[float]:
    """Return the median duration of each action in seconds.

    Args:
        actions: The actions, which run alternately.
        rounds: Number of timed rounds for each action.
        loops: Number of calls in a round.
        clock: Clock in seconds; `time.process_time` excludes waiting.
    """
    times: list[list[float]] = [[] for _ in actions]
    order = list(zip(times, actions, strict=True))
    for action in actions:
        action()
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            for durations, action in order:
                started = clock()
                for _ in range(loops):
                    action()
                durations.append((clock() - started) / loops)
            order.append(order.pop(0))  # the first action of a round pays for caches that the last one filled
            gc.collect()
    finally:
        gc.enable()
    return [statistics.median(durations) for durations in times]


@contextmanager
def list_server(total: int, delay: float = 0.0) -> Iterator[str]:
    """Run `list_server.py` in a process and yield its address.

    Args:
        total: Number of tasks in the list.
        delay: Seconds before each answer.
    """
    script = Path(__file__).with_name("list_server.py")
    process = subprocess.Popen([sys.executable, str(script), str(total), str(delay)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()
