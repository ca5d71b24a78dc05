"""Wakes requests that wait for a task, when something other than the passing of time has changed it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple


class _Waiter(NamedTuple):
    loop: asyncio.AbstractEventLoop
    event: asyncio.Event


class Notifier:
    """One event for each waiting request, by task. Any thread may notify."""

    def __init__(self) -> None:
        self._waiters: dict[str, set[_Waiter]] = {}

    @contextmanager
    def subscribed(self, task_id: str) -> Iterator[asyncio.Event]:
        """Yield an event that is set at each notification about the task; the waiter clears it."""
        event = asyncio.Event()
        waiter = _Waiter(asyncio.get_running_loop(), event)
        self._waiters.setdefault(task_id, set()).add(waiter)
        try:
            yield event
        finally:
            self._waiters[task_id].discard(waiter)
            if not self._waiters[task_id]:
                del self._waiters[task_id]

    def notify(self, task_id: str) -> None:
        """Wake the requests that wait for a task."""
        for loop, event in list(self._waiters.get(task_id, ())):
            loop.call_soon_threadsafe(event.set)

    def notify_all(self) -> None:
        """Wake all waiting requests."""
        for task_id in list(self._waiters):
            self.notify(task_id)

    def __len__(self) -> int:
        return sum(len(waiters) for waiters in self._waiters.values())
