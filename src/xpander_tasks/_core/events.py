"""A streamed invoke: events as they arrive, and polling when the connection is lost."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
from xpander_api_client.events import EventDecoder

from xpander_tasks._core.call import RequestSpec
from xpander_tasks._core.effects import Emit, Emitting, Flow, Read
from xpander_tasks._core.polling import FINAL, Poller
from xpander_tasks.errors import LostConnectionError, NotFoundError, RequestTimeoutError, TransportError
from xpander_tasks.models import Origin, Task, TaskEvent

TASK_EVENTS = frozenset({"task_created", "task_updated", "task_finished"})

# A task whose invoke was cut off before the first answer may appear late; after this many polls it never will.
_POLLS_FOR_LATE_TASK = 4


def read_events(
    call: Callable[[RequestSpec], Flow[httpx.Response]],
    request: RequestSpec,
    poller: Poller,
    origin: Callable[[httpx.Response, bytes], Origin],
    *,
    own_id: bool,
) -> Emitting[TaskEvent, None]:
    """Emit the events of an invoke until its task has finished.

    Args:
        call: Makes the flow of a request.
        request: The invoke, with the id of its task.
        poller: Polls that task once the stream is lost.
        origin: Connects a task with the client and with the answer that it came in.
        own_id: Whether the id was generated for this invoke, so that a task with it can only come from this invoke.

    Raises:
        LostConnectionError: The connection broke before the first event, and the task does not appear.
    """
    task_id = request.task_id or ""
    seen = False
    broken: Exception = LostConnectionError(0, "the stream ended before task_finished", task_id=task_id)
    try:
        response = yield from call(request)
        decoder = EventDecoder()
        while chunk := (yield Read()):
            for data in decoder.feed(chunk):
                event = decoded(data, task_id, lambda content: origin(response, content))
                seen = seen or event.type in TASK_EVENTS
                yield Emit(event)
                if event.type == "task_finished" and event.task is not None:
                    return
    except (LostConnectionError, RequestTimeoutError, httpx.RequestError) as error:
        broken = error
    reason = broken.description if isinstance(broken, TransportError) else f"{type(broken).__name__}: {broken}"
    if not (seen or own_id):  # the task may show an earlier turn, so that nothing tells whether this one began
        raise LostConnectionError(0, f"{reason}; whether this turn began is unknown", task_id=task_id) from broken
    yield Emit(added("connection_lost", task_id, reason))
    polls = 0
    while not poller.done:
        try:
            task = yield from poller.change()
        except NotFoundError:
            polls += 1
            if seen:
                raise
            if polls == _POLLS_FOR_LATE_TASK:
                raise LostConnectionError(0, f"{reason}; there is no task {task_id}", task_id=task_id) from broken
            yield from poller.pause()
        else:
            yield Emit(added("task_finished" if task.status in FINAL else "task_updated", task_id, None, task))


def decoded(data: bytes, task_id: str, origin: Callable[[bytes], Origin]) -> TaskEvent:
    """Decode the data of an event; what cannot be decoded becomes an event of type `malformed`."""
    try:
        event = msgspec.json.decode(data, type=TaskEvent)
    except msgspec.DecodeError:
        return added("malformed", task_id, data.decode(errors="replace"))
    if event.type in TASK_EVENTS:
        with suppress(msgspec.ValidationError):  # a partial task stays in `data`; the whole one can be polled
            event._task = msgspec.convert(event.data, Task)
            event._task._origin = origin(msgspec.json.encode(event.data))
    return event


def added(type: str, task_id: str, data: Any, task: Task | None = None) -> TaskEvent:
    """Return an event that did not come from the server."""
    event = TaskEvent(type=type, task_id=task_id, organization_id="", time=datetime.now(UTC), data=data)
    if task is not None:
        event._task = task
    return event
