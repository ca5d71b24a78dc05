"""The times of a task as lines: one for each turn, from the invoke to the end."""

from dataclasses import dataclass

from xpander_mock.rules.times import format_instant
from xpander_mock.storage.task import PENDING, RUNNING, Task, Turn

# Seconds of a unit and its name, and those of the next smaller one.
_UNITS = ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min"), (60, "min", 1, "s"))


@dataclass(frozen=True)
class Stretch:
    """A stretch of a line: the status during it, where it begins and how long it is, in percent, and its duration."""

    status: str
    start: float
    length: float
    duration: str


@dataclass(frozen=True)
class Line:
    """The line of one turn: its status, when it was asked and when it ended, and its stretches."""

    status: str
    asked: str
    ended: str | None
    duration: str
    stretches: list[Stretch]


def time_lines(task: Task, now: int) -> list[Line]:
    """Return a line for each turn of a task, oldest first.

    Args:
        task: The task.
        now: The mock's time in microseconds since 1970, where the line of a running turn ends.
    """
    return [_line(turn, now) for turn in task.turns]


def _line(turn: Turn, now: int) -> Line:
    end = max(turn.asked, now if turn.status in RUNNING else turn.ended or turn.paused or turn.started or turn.asked)
    started = end if turn.started is None else min(max(turn.started, turn.asked), end)
    whole = max(1, end - turn.asked)
    waited = round(100 * (started - turn.asked) / whole, 2)
    stretches = [Stretch(PENDING, 0, waited, duration(started - turn.asked))]
    if turn.started is not None:
        stretches.append(Stretch(turn.status, waited, round(100 - waited, 2), duration(end - started)))
    ended = None if turn.status in RUNNING else format_instant(end)
    return Line(turn.status, format_instant(turn.asked), ended, duration(end - turn.asked), stretches)


def duration(micros: int) -> str:
    """Write a duration in its two largest units, such as `150 ms`, `1.2 s`, `3 min 5 s` or `2 d 3 h`."""
    if micros < 999_500:
        return f"{micros / 1000:.3g} ms"
    if micros < 59_950_000:
        return f"{micros / 1_000_000:.3g} s"
    seconds = round(micros / 1_000_000)
    size, unit, small, small_unit = next(units for units in _UNITS if seconds >= units[0])
    rest = seconds % size // small
    return f"{seconds // size} {unit}" + (f" {rest} {small_unit}" if rest else "")
