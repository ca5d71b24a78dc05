"""The numbers behind the charts: shares of a bar, and counts that are taken only as often as they are cheap."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Counts = dict[str, dict[str, int]]
_PAUSE = 50  # times the seconds that a count took, until the next one


class AffordableCounts:
    """Counts of tasks by organization and status, taken again when the last count has long paid off.

    Counting a million tasks takes a tenth of a second, in which the mock answers nobody. A console that asks each
    second so costs the mock at most a fiftieth of its time.

    Args:
        count: Counts the tasks.
        clock: Tells seconds.
    """

    def __init__(self, count: Callable[[], Counts], clock: Callable[[], float] = time.perf_counter) -> None:
        self._count = count
        self._clock = clock
        self._counts: Counts = {}
        self._next = float("-inf")

    def get(self) -> Counts:
        """Return the numbers, new or as they were a short time ago."""
        begun = self._clock()
        if begun >= self._next:
            self._counts = self._count()
            ended = self._clock()
            self._next = ended + _PAUSE * (ended - begun)
        return self._counts


@dataclass(frozen=True)
class Segment:
    """One part of a bar: its label and count, where it begins and how long it is, in percent."""

    label: str
    count: int
    start: float
    length: float


def segments(counts: dict[str, int]) -> list[Segment]:
    """Divide a bar by counts; labels that count nothing get no length."""
    total = sum(counts.values()) or 1
    found: list[Segment] = []
    before = 0
    for label, count in counts.items():
        found.append(Segment(label, count, round(100 * before / total, 2), round(100 * count / total, 2)))
        before += count
    return found


def heights(counts: Sequence[int]) -> list[float]:
    """Return the heights of bars in percent of the highest one."""
    highest = max(counts, default=0) or 1
    return [round(100 * count / highest, 1) for count in counts]
