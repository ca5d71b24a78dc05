"""The events of a streamed invoke, and what they have shown so far."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

from xpander_tasks._lazy_module import LazyModule
from xpander_tasks._run.iterators import AsyncResultIterator, AwaitedRunner, ResultIterator, Runner
from xpander_tasks.errors import UsageError

if TYPE_CHECKING:
    from xpander_tasks import models
else:
    models = LazyModule("xpander_tasks.models")


class _StreamState:
    """What the events so far have shown.

    Attributes:
        task: The task in the last event that had one; at the end the finished task.
        lost: Whether the connection broke, so that the events since then come from polling.
    """

    def __init__(self) -> None:
        self.task: models.Task | None = None
        self.lost = False
        self._chunks: list[str] = []

    def add(self, event: models.TaskEvent) -> models.TaskEvent:
        self._chunks.append(event.text)
        self.task = event.task or self.task
        self.lost = self.lost or event.type == "connection_lost"
        return event

    @property
    def text(self) -> str:
        if self.lost and self.task is not None and isinstance(self.task.result, str):
            return self.task.result
        return "".join(self._chunks)

    def finished(self) -> models.Task:
        if self.task is None:
            raise UsageError(0, "the stream was closed before it showed its task")
        return self.task


class _WithState:
    """The attributes that both kinds of streams have."""

    _state: _StreamState

    @property
    def task(self) -> models.Task | None:
        """The task in the last event that had one; at the end the finished task."""
        return self._state.task

    @property
    def lost(self) -> bool:
        """Whether the connection broke, so that the events since then come from polling."""
        return self._state.lost

    @property
    def text(self) -> str:
        """The result so far: the chunks joined, or the task's result if chunks were lost with the connection."""
        return self._state.text


class TaskStream(ResultIterator["models.TaskEvent"], _WithState):
    """The events of a streamed invoke. It is sent when the first event is read, and ends with the finished task."""

    def __init__(self, runner: Runner, flow: Generator[Any, Any, Any], ended: Callable[[], None]) -> None:
        """Iterate over the events that a flow emits; the arguments are those of `ResultIterator`."""
        super().__init__(runner, flow, ended)
        self._state = _StreamState()

    def __next__(self) -> models.TaskEvent:
        """Return the next event, waiting for it.

        Raises:
            TasksError: The invoke failed, or its task cannot be followed any more.
        """
        return self._state.add(self._next())

    def result(self) -> models.Task:
        """Read the remaining events and return the finished task.

        Raises:
            UsageError: The stream was closed before an event showed its task.
            TasksError: The invoke failed, or its task cannot be followed any more.
        """
        for _ in self:
            pass
        return self._state.finished()


class AsyncTaskStream(AsyncResultIterator["models.TaskEvent"], _WithState):
    """The events of a streamed invoke, for `async for`. It is sent when the first event is read."""

    def __init__(self, runner: AwaitedRunner, flow: Generator[Any, Any, Any], ended: Callable[[], None]) -> None:
        """Iterate over the events that a flow emits; the arguments are those of `AsyncResultIterator`."""
        super().__init__(runner, flow, ended)
        self._state = _StreamState()

    async def __anext__(self) -> models.TaskEvent:
        """Return the next event, waiting for it.

        Raises:
            TasksError: The invoke failed, or its task cannot be followed any more.
        """
        return self._state.add(await self._next())

    async def result(self) -> models.Task:
        """Read the remaining events and return the finished task.

        Raises:
            UsageError: The stream was closed before an event showed its task.
            TasksError: The invoke failed, or its task cannot be followed any more.
        """
        async for _ in self:
            pass
        return self._state.finished()
