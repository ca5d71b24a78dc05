"""Following many tasks at once, whatever is shown of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from xpander_cli import exits
from xpander_cli.times import between

if TYPE_CHECKING:
    from xpander_tasks import Task, Tasks

FINAL = ("completed", "failed", "error", "stopped")

# Seconds: the documents allow 100 requests a minute, so that each more task makes all of them rarer.
_FIRST_LOOK, _RAREST, _EACH = 0.5, 10.0, 0.6


@dataclass
class Row:
    """One task that is followed.

    Args:
        id: Its id.
        title: Its title.
        status: Its status when last seen; `deleted` when it vanished.
        created: When it was created.
        finished: When it finished.
        changed: When a change was last seen here.
        result: Its result.
        timed_out: Whether the time was over before it was done.
    """

    id: str
    title: str = ""
    status: str = ""
    created: datetime | None = None
    finished: datetime | None = None
    changed: datetime | None = None
    result: str | None = None
    timed_out: bool = False

    @property
    def moving(self) -> bool:
        """Whether it may still change."""
        return self.status in ("", "pending", "executing") and not self.timed_out

    def elapsed(self, now: datetime) -> float | None:
        """Return the seconds from its creation to its end, or until now."""
        return between(self.created, self.finished or now)

    def take(self, task: Task) -> None:
        """Take over what a task shows now."""
        self.title, self.status = task.title or "", str(task.status)
        self.created, self.finished, self.result = task.created_at, task.finished_at, task.result
        self.changed = datetime.now(UTC)

    def record(self) -> dict[str, Any]:
        """Return it as a record."""
        now = self.changed or datetime.now(UTC)
        return {
            "time": now.isoformat(timespec="milliseconds"),
            "id": self.id,
            "status": "timed out" if self.timed_out else self.status,
            "title": self.title,
            "elapsed": self.elapsed(now),
            "result": self.result,
        }


class Watch:
    """Follows tasks until each is done, is paused, has vanished, or the time is over.

    Args:
        tasks: The client.
        records: The tasks, as they were found.
        timeout: Seconds in all; None for no limit.
        interval: Seconds between two looks at a task; None to let them become rarer.
    """

    def __init__(
        self, tasks: Tasks, records: Sequence[dict[str, Any]], *, timeout: float | None, interval: float | None
    ) -> None:
        """Begin with what is known of the tasks."""
        self._tasks = tasks
        self._timeout = timeout
        crowd = _EACH * len(records)
        self._interval = interval or max(_FIRST_LOOK, crowd / 5)
        self._rarest = interval or max(_RAREST, crowd)
        self.rows = [Row(record["id"], record.get("title") or "") for record in records]
        self.on_change: Callable[[Row], None] = lambda row: None

    async def run(self) -> None:
        """Follow all of them.

        Raises:
            TasksError: The API cannot be asked any more.
        """
        async with self._tasks:
            await asyncio.gather(*(self._follow(row) for row in self.rows))

    async def _follow(self, row: Row) -> None:
        from xpander_tasks import NotFoundError, WaitTimeoutError

        def changed(task: Task) -> None:
            row.take(task)
            self.on_change(row)

        try:
            await self._tasks.await_for(
                row.id,
                timeout=self._timeout,
                interval=self._interval,
                max_interval=self._rarest,
                on_change=changed,
            )
        except NotFoundError:
            row.status, row.changed = "deleted", datetime.now(UTC)
            self.on_change(row)
        except WaitTimeoutError:
            row.timed_out, row.changed = True, datetime.now(UTC)
            self.on_change(row)

    def exit_code(self, *, exit_status: bool, complete: bool) -> int:
        """Return the exit code: failures first, then what keeps the tasks from being done.

        Args:
            exit_status: Whether a task that did not complete is a failure.
            complete: Whether every task that was asked for was found.
        """
        statuses = {row.status for row in self.rows if not row.timed_out}
        if exit_status and statuses & {"failed", "error", "stopped"}:
            return exits.FAILED
        if any(row.timed_out for row in self.rows):
            return exits.TIMED_OUT
        if "paused" in statuses:
            return exits.PAUSED
        return exits.DONE if complete and "deleted" not in statuses else exits.NOT_FOUND
