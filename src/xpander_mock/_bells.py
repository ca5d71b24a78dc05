"""Wakes those who wait for a task when something other than time changes it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple


class _Waiter(NamedTuple):
    loop: asyncio.AbstractEventLoop
    event: asyncio.Event


class Bells:
    """One event for each waiter, by task. Bells may be rung from any thread."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[_Waiter]] = {}

    @contextmanager
    def at(self, task_id: str) -> Iterator[asyncio.Event]:
        """An event that is set each time the task's bell rings; the waiter clears it."""
        event = asyncio.Event()
        loop = asyncio.get_running_loop()
        waiter = _Waiter(loop, event)
        self._waiting.setdefault(task_id, set()).add(waiter)
        try:
            yield event
        finally:
            self._waiting[task_id].discard(waiter)
            if not self._waiting[task_id]:
                del self._waiting[task_id]

    def ring(self, task_id: str) -> None:
        """Wake those who wait for a task."""
        for loop, event in list(self._waiting.get(task_id, ())):
            loop.call_soon_threadsafe(event.set)

    def ring_all(self) -> None:
        """Wake everybody."""
        for task_id in list(self._waiting):
            self.ring(task_id)

    def __len__(self) -> int:
        return sum(len(waiters) for waiters in self._waiting.values())
