"""A streamed invoke: events as they arrive, and polling when the connection is lost."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
from xpander_api_client.conversion import decode
from xpander_api_client.events import EventDecoder

from xpander_tasks._core.call import RequestSpec
from xpander_tasks._core.effects import Emit, Emitting, Flow, Read
from xpander_tasks._core.failures import UNDECODABLE, answer_error
from xpander_tasks._core.polling import Poller, has_ended
from xpander_tasks.errors import LostConnectionError, NotFoundError, RequestTimeoutError, TransportError
from xpander_tasks.models import Origin, Task, TaskEvent

TASK_EVENTS = frozenset({"task_created", "task_updated", "task_finished"})

# A task whose invoke was cut off before the first answer may appear late; after this many polls it never will.
_POLLS_FOR_LATE_TASK = 4


class EventStream:
    """Makes the flow of a streamed invoke."""

    def __init__(
        self,
        call: Callable[[RequestSpec], Flow[httpx.Response]],
        spec: RequestSpec,
        poller: Poller,
        origin: Callable[[httpx.Response, bytes], Origin],
        *,
        own_id: bool,
        max_bytes: int,
    ) -> None:
        """Set what the flow needs.

        Args:
            call: Makes the flow of a request.
            spec: The invoke, with the id of its task.
            poller: Polls that task once the stream is lost; its deadline is that of the stream.
            origin: Connects a task with the client and with the answer that it came in.
            own_id: Whether the id was generated for this invoke, so that a task with it can only come from this invoke.
            max_bytes: The most that may arrive without completing an event.
        """
        self._call = call
        self._spec = spec
        self._poller = poller
        self._origin = origin
        self._own_id = own_id
        self._max_bytes = max_bytes
        self._answered = False
        self._seen = False  # whether an event has shown the task

    def events(self) -> Emitting[TaskEvent, None]:
        """Emit the events of the invoke until its task has finished.

        Raises:
            LostConnectionError: The connection broke before the first event, and the task does not appear.
            WaitTimeoutError: The deadline passed before the task had finished.
        """
        broken: TransportError | httpx.RequestError
        try:
            if (yield from self._stream()):
                return
            broken = LostConnectionError(0, "the stream ended before task_finished", task_id=self._poller.task_id)
        except (LostConnectionError, RequestTimeoutError, httpx.RequestError) as error:
            if not (self._answered or self._spec.attempts.may_have_run):
                raise  # nothing was sent, so that there is no task to poll
            broken = error
        if self._poller.expired:
            raise self._poller.timed_out() from broken
        yield from self._poll(broken)

    def _stream(self) -> Emitting[TaskEvent, bool]:
        """Emit the events that arrive, and return whether the last one showed the finished task."""
        response = yield from self._call(self._spec)
        self._answered = True
        decoder = EventDecoder()
        pending = 0
        while chunk := (yield Read(self._spec.deadline)):
            pending += len(chunk)
            for data in decoder.feed(chunk):
                pending = 0
                event = self._decoded(data, response)
                yield Emit(event)
                if event.type == "task_finished" and event.task is not None:
                    return True
            if pending > self._max_bytes:
                raise answer_error(
                    response,
                    f"an event of the stream is larger than {self._max_bytes} bytes",
                    None,
                    self._poller.task_id,
                )
        return False

    def _poll(self, broken: TransportError | httpx.RequestError) -> Emitting[TaskEvent, None]:
        """Emit that the connection was lost, and then what polling shows."""
        reason = broken.description if isinstance(broken, TransportError) else f"{type(broken).__name__}: {broken}"
        if not (self._seen or self._own_id):
            # The task may show an earlier turn, so that nothing tells whether this one began.
            raise LostConnectionError(
                0, f"{reason}; whether this turn began is unknown", task_id=self._poller.task_id
            ) from broken
        yield Emit(self._made("connection_lost", reason))
        polls = 0
        while not self._poller.done:
            try:
                task = yield from self._poller.change()
            except NotFoundError:
                polls += 1
                if self._seen:
                    raise
                if polls == _POLLS_FOR_LATE_TASK:
                    raise LostConnectionError(
                        0, f"{reason}; there is no task {self._poller.task_id}", task_id=self._poller.task_id
                    ) from broken
                yield from self._poller.pause()
            else:
                kind = "task_finished" if has_ended(task) else "task_updated"
                yield Emit(self._made(kind, msgspec.json.decode(task._origin.content), task))

    def _decoded(self, data: bytes, response: httpx.Response) -> TaskEvent:
        """Decode the data of an event; what cannot be decoded becomes an event of type `malformed`."""
        try:
            event: TaskEvent = decode(data, TaskEvent)
        except UNDECODABLE:
            return self._made("malformed", data.decode(errors="replace"))
        self._seen = self._seen or event.task_id == self._poller.task_id
        if event.type in TASK_EVENTS:
            with suppress(*UNDECODABLE):  # a partial task stays in `data`; the whole one can be polled
                self._show_task(event, response)
        return event

    def _show_task(self, event: TaskEvent, response: httpx.Response) -> None:
        """Let an event show the task that was invoked; that of another, such as a sub-task, stays in its `data`."""
        content = msgspec.json.encode(event.data)
        task = decode(content, Task)
        if event.type == "task_created" and not self._seen and self._own_id:
            # A server that chooses ids itself tells here which one it chose.
            self._poller.task_id = task.id
        if task.id == self._poller.task_id:
            self._seen = True
            event._task = task
            event._task._origin = self._origin(response, content)

    def _made(self, type: str, data: Any, task: Task | None = None) -> TaskEvent:
        """Return an event that did not come from the server."""
        event = TaskEvent(
            type=type, task_id=self._poller.task_id, organization_id="", time=datetime.now(UTC), data=data
        )
        if task is not None:
            event._task = task
        return event
