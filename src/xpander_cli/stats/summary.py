"""Counts, failure rates and durations of tasks. Memory grows with the number of tasks only by their durations."""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from math import ceil
from typing import Any

from xpander_cli.times import between

FAILED = ("failed", "error")
"""The statuses that count as failures."""

FINISHED = ("completed", *FAILED)
"""The statuses that failure rates are measured on; a task that was stopped or still runs has neither failed nor not."""

ENDED = (*FINISHED, "stopped")
SLOWEST = 10
FIELDS = ("group", "name", "tasks", "failed", "failure_rate", "p50", "p95")


@dataclass(slots=True)
class Group:
    """Tasks that have something in common."""

    tasks: int = 0
    finished: int = 0
    failed: int = 0
    durations: array[float] = field(default_factory=lambda: array("d"))

    def add(self, status: str, seconds: float | None) -> None:
        """Count a task.

        Args:
            status: Its status.
            seconds: From its creation to its last change, if it has ended.
        """
        self.tasks += 1
        self.finished += status in FINISHED
        self.failed += status in FAILED
        if seconds is not None:
            self.durations.append(seconds)

    def merge(self, other: Group) -> None:
        """Count the tasks of another group."""
        self.tasks += other.tasks
        self.finished += other.finished
        self.failed += other.failed
        self.durations.extend(other.durations)

    @property
    def failure_rate(self) -> float | None:
        """The share of failures among the finished tasks, 0 to 1; None if none has finished."""
        return self.failed / self.finished if self.finished else None

    def percentile(self, percent: int) -> float | None:
        """Return the seconds within which this percentage of the ended tasks ended; None if none has."""
        if not self.durations:
            return None
        ordered = sorted(self.durations)
        return ordered[max(0, ceil(len(ordered) * percent / 100) - 1)]

    def record(self, group: str, name: str) -> dict[str, Any]:
        """Return the figures as a record."""
        rate = None if self.failure_rate is None else round(self.failure_rate, 4)
        p50, p95 = self.percentile(50), self.percentile(95)
        return dict(zip(FIELDS, (group, name, self.tasks, self.failed, rate, p50, p95), strict=True))


@dataclass(frozen=True, order=True, slots=True)
class SlowTask:
    """A task that took long; the order is that of the seconds."""

    seconds: float
    id: str
    status: str
    title: str


class Summary:
    """The statistics of the tasks that were added."""

    def __init__(self) -> None:
        """Start without tasks."""
        self.all = Group()
        self.statuses: dict[str, Group] = {}
        self.agents: dict[str, Group] = {}
        self.days: dict[date, Group] = {}
        self._slowest: list[SlowTask] = []

    def add(self, record: Mapping[str, Any]) -> None:
        """Add a task, as a list shows it; what it lacks is not counted.

        Args:
            record: Its fields; moments as ISO 8601 or as datetimes.
        """
        status = str(record.get("status") or "unknown")
        created = _moment(record.get("created_at"))
        seconds = between(created, _moment(record.get("updated_at"))) if status in ENDED else None
        groups = [self.all, self.statuses.setdefault(status, Group())]
        if agent := record.get("agent_id"):
            groups.append(self.agents.setdefault(str(agent), Group()))
        if created is not None:
            groups.append(self.days.setdefault(created.astimezone(UTC).date(), Group()))
        for group in groups:
            group.add(status, seconds)
        if seconds is not None:
            task = SlowTask(seconds, str(record.get("id") or ""), status, str(record.get("title") or ""))
            if len(self._slowest) < SLOWEST:
                heapq.heappush(self._slowest, task)
            else:
                heapq.heappushpop(self._slowest, task)

    @property
    def slowest(self) -> list[SlowTask]:
        """The tasks that took longest, the longest first."""
        return sorted(self._slowest, reverse=True)

    @property
    def busiest_agents(self) -> list[tuple[str, Group]]:
        """The agents, those with most tasks first."""
        return sorted(self.agents.items(), key=lambda item: (-item[1].tasks, item[0]))

    @property
    def by_status(self) -> list[tuple[str, Group]]:
        """The statuses, those of most tasks first."""
        return sorted(self.statuses.items(), key=lambda item: (-item[1].tasks, item[0]))

    def periods(self, most: int) -> tuple[str, list[tuple[str, Group]]]:
        """Divide the time into days, weeks or months, without gaps: the finest that gives few periods.

        Args:
            most: At most this many periods. What is older than this many months is left out.

        Returns:
            `day`, `week` or `month`, and the start of each period with its tasks, the oldest first.
        """
        if not self.days:
            return "day", []
        last, span = max(self.days), (max(self.days) - min(self.days)).days
        name, length = "day", 1
        if span >= most:
            name, length = "week", 7  # the last one ends with the last day, so that it is whole
        if span // length < most:
            starts = [last.toordinal() - (at + 1) * length + 1 for at in range(span // length + 1)]
            labels = [date.fromordinal(max(1, start)).isoformat() for start in starts]
            ages = {day: (last - day).days // length for day in self.days}
        else:
            name, newest = "month", last.year * 12 + last.month
            ages = {day: newest - day.year * 12 - day.month for day in self.days}
            months = [newest - 1 - at for at in range(min(most, max(ages.values()) + 1))]
            labels = [f"{month // 12:04}-{month % 12 + 1:02}" for month in months]
        merged = [Group() for _ in labels]
        for day, age in ages.items():
            if age < len(merged):
                merged[age].merge(self.days[day])
        return name, list(zip(labels, merged, strict=True))[::-1]

    def records(self) -> list[dict[str, Any]]:
        """Return all figures as records of one shape."""
        slowest = [
            ("slowest", task.id, 1, int(task.status in FAILED), None, task.seconds, task.seconds)
            for task in self.slowest
        ]
        return [
            self.all.record("all", "all"),
            *(group.record("status", name) for name, group in self.by_status),
            *(group.record("agent", name) for name, group in self.busiest_agents),
            *(self.days[day].record("day", day.isoformat()) for day in sorted(self.days)),
            *(dict(zip(FIELDS, row, strict=True)) for row in slowest),
        ]


def _moment(value: object) -> datetime | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)
