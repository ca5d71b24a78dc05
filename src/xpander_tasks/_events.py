"""A streamed invoke: events as they arrive, and how it goes on when the connection is lost."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
from xpander_api_client.api import EventDecoder

from xpander_tasks._call import Request
from xpander_tasks._errors import LostConnectionError, NoAnswerError, NotFoundError, RequestTimeoutError
from xpander_tasks._models import Origin, Task, TaskEvent
from xpander_tasks._polling import FINAL, Poller
from xpander_tasks._steps import Emit, Emitting, Flow, Read

TASK_EVENTS = frozenset({"task_created", "task_updated", "task_finished"})

# A task whose invoke was cut off before the first answer may show up late; after this many looks it never will.
_LOOKS_FOR_LATE_TASK = 4


def read_events(
    call: Callable[[Request], Flow[httpx.Response]],
    request: Request,
    poller: Poller,
    origin: Callable[[httpx.Response, bytes], Origin],
    *,
    own_id: bool,
) -> Emitting[TaskEvent, None]:
    """Emit the events of an invoke until its task has finished.

    Arguments:
        call: Makes the flow of a request.
        request: The invoke, with the id of its task.
        poller: Follows that task once the stream is lost.
        origin: Ties a task to the client and to the answer that showed it.
        own_id: Whether the id was made for this invoke, so that a task of that id can only come from it.

    Raises:
        LostConnectionError: The connection broke before the first event, and there is no sign of the task.
    """
    task_id = request.task_id or ""
    met = False
    broken: Exception = LostConnectionError(0, "the stream ended before task_finished", task_id=task_id)
    try:
        response = yield from call(request)
        decoder = EventDecoder()
        while chunk := (yield Read()):
            for data in decoder.feed(chunk):
                event = decoded(data, task_id, lambda content: origin(response, content))
                met = met or event.type in TASK_EVENTS
                yield Emit(event)
                if event.type == "task_finished" and event.task is not None:
                    return
    except (LostConnectionError, RequestTimeoutError, httpx.RequestError) as error:
        broken = error
    reason = broken.description if isinstance(broken, NoAnswerError) else f"{type(broken).__name__}: {broken}"
    if not (met or own_id):  # the task may show an earlier turn, so that nothing tells whether this one began
        raise LostConnectionError(0, f"{reason}; whether this turn began is unknown", task_id=task_id) from broken
    yield Emit(added("connection_lost", task_id, reason))
    looks = 0
    while not poller.done:
        try:
            task = yield from poller.change()
        except NotFoundError:
            looks += 1
            if met:
                raise
            if looks == _LOOKS_FOR_LATE_TASK:
                raise LostConnectionError(0, f"{reason}; there is no task {task_id}", task_id=task_id) from broken
            yield from poller.pause()
        else:
            yield Emit(added("task_finished" if task.status in FINAL else "task_updated", task_id, None, task))


def decoded(data: bytes, task_id: str, origin: Callable[[bytes], Origin]) -> TaskEvent:
    """Return the event that `data:` holds, one of type `malformed` if it is not as documented."""
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
    """Return an event of this package's own making."""
    event = TaskEvent(type=type, task_id=task_id, organization_id="", time=datetime.now(UTC), data=data)
    if task is not None:
        event._task = task
    return event
