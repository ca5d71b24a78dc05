"""Requests that stay open until a turn has ended: synchronous invokes and streams."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from xpander_mock.rules.notifier import Notifier
from xpander_mock.rules.repository import TaskRepository
from xpander_mock.rules.turn_events import TurnEvents
from xpander_mock.storage.task import RUNNING, STOPPED, Task, Turn

_POLL_MICROSECONDS = 250_000


class ShuttingDown(Exception):
    """The mock stops while a request waits. Nothing is known of the turn's end, so the connection is to be cut."""


class TurnFollower:
    """Follows turns to their end.

    Args:
        repository: The tasks.
        notifier: Wakes the requests that wait for a task.
        events: The events of a turn.
        shared: Whether other processes change tasks too: they notify nobody here, so tasks are polled.
    """

    def __init__(self, repository: TaskRepository, notifier: Notifier, events: TurnEvents, *, shared: bool) -> None:
        self.repository = repository
        self.clock = repository.clock
        self.notifier = notifier
        self._events = events
        self._shared = shared
        self._released = False

    def release(self) -> None:
        """End all waiting with `ShuttingDown`."""
        self._released = True
        self.notifier.notify_all()

    async def result(self, task: Task, turn: Turn) -> dict[str, Any]:
        """Wait until a turn has ended, and return the task as that turn left it; a deleted task counts as stopped.

        Raises:
            ShuttingDown: The mock stops.
        """
        number = len(task.turns) - 1
        with self.notifier.subscribed(task.id) as changed:
            while True:
                changed.clear()
                now = self._find(task, number)
                if now is None:
                    return self.repository.views.task_at(task, (), turn, STOPPED)
                if now.turns[number].status not in RUNNING:
                    return self.repository.show(now, now.turns[number])
                await self._wait(self.repository.lifecycle.due(now), changed)

    async def events(self, task: Task, turn: Turn) -> AsyncIterator[dict[str, Any]]:
        """Yield the events of a turn from its invoke to its end, each when it happens.

        Raises:
            ShuttingDown: The mock stops.
        """
        number = len(task.turns) - 1
        answer = turn.answer
        assert answer is not None
        for event in self._events.opening(task, turn, self._children(task)):
            yield event
        begun, sent = False, 0
        with self.notifier.subscribed(task.id) as changed:
            while True:
                changed.clear()
                now = self._find(task, number)
                if now is None:
                    yield self._events.closing(task, turn, (), STOPPED, self.clock.now())
                    return
                task, turn = now, now.turns[number]
                if turn.started is not None and not begun:
                    begun = True
                    for event in self._events.work(task, turn, self._children(task)):
                        yield event
                ready = self._events.chunks_due(answer, turn, self.clock.now())
                for chunk in answer.chunks[sent:ready]:
                    yield self._events.event(task, "chunk", max(self.clock.now(), turn.asked), chunk)
                sent = max(sent, ready)
                if turn.status not in RUNNING:
                    ended = turn.ended or turn.paused or self.clock.now()
                    yield self._events.closing(task, turn, self._children(task), turn.status, ended)
                    return
                until = self._events.next_chunk(answer, turn, sent) or self.repository.lifecycle.due(task)
                await self._wait(until, changed)

    def _find(self, task: Task, number: int) -> Task | None:
        """Return the task as it is now; None when it was deleted, even if its id is used again."""
        if self._released:
            raise ShuttingDown
        now = self.repository.find(task.id)
        same = now is not None and len(now.turns) > number and now.turns[number].asked == task.turns[number].asked
        return now if same else None

    def _children(self, task: Task) -> list[Task]:
        return self.repository.table.children(task.id)

    async def _wait(self, until: int | None, changed: asyncio.Event) -> None:
        if self._shared:
            soon = self.clock.now() + _POLL_MICROSECONDS
            until = soon if until is None else min(until, soon)
        await self.clock.wait(until, changed)
