"""Bugs in streams: each function returns an edit, which turns every event of one answer into the events to send."""

from collections.abc import Callable, Sequence
from typing import Any

from proof.defects._defect import defect
from proof.defects._defect_middleware import Answer, Call
from proof.defects._lists import Ask
from xpander_mock.parts import Task, Turn, TurnEvents

Event = dict[str, Any]
Edit = Callable[[Event], list[Event]]
STREAM = "invoke_agent_stream"


def change(edit: Callable[[Event], Event]) -> Edit:
    """Return an edit that turns each event into one."""
    return lambda event: [edit(event)]


# STREAM-1: form and order


@defect("answer", "STREAM-1", STREAM, kind="schema")
def stream_as_plain_text(call: Call, answer: Answer) -> None:
    """The stream says that it is `text/plain`."""
    answer.headers["content-type"] = "text/plain; charset=utf-8"


@defect("events", "STREAM-1", STREAM)
def chunks_without_task(call: Call) -> Edit:
    """A chunk's `task_id` is empty."""
    return change(lambda event: event | ({"task_id": ""} if event["type"] == "chunk" else {}))


@defect("events", "STREAM-1", STREAM)
def chunks_carry_message_id(call: Call) -> Edit:
    """A chunk carries the id of the message as its `task_id`."""
    return change(lambda event: event | ({"task_id": f"msg_{event['task_id']}"} if event["type"] == "chunk" else {}))


@defect("events", "STREAM-1", STREAM)
def created_told_late(call: Call) -> Edit:
    """`task_created` is sent when the task has ended, just before `task_finished`."""
    held: list[Event] = []

    def edit(event: Event) -> list[Event]:
        if event["type"] == "task_created":
            held.append(event)
            return []
        return [*held, event] if event["type"] == "task_finished" else [event]

    return edit


@defect("events", "STREAM-1", STREAM)
def goodbye_after_finish(call: Call) -> Edit:
    """An event `disconnected` follows `task_finished`."""
    return lambda event: (
        [event, event | {"type": "disconnected", "data": {}}] if event["type"] == "task_finished" else [event]
    )


@defect("events", "STREAM-1", STREAM)
def created_not_told_on_later_turns(call: Call) -> Edit:
    """A stream that names an id has no `task_created`."""
    named = isinstance(call.body, dict) and bool(call.body.get("id"))
    return lambda event: [] if named and event["type"] == "task_created" else [event]


# STREAM-2: the chunks and the result


@defect("events", "STREAM-2", STREAM)
def last_chunk_lost(call: Call) -> Edit:
    """The last chunk is not sent."""
    held: list[Event] = []

    def edit(event: Event) -> list[Event]:
        if event["type"] != "chunk":
            return [event]
        sent = held[:]
        held[:] = [event]
        return sent

    return edit


@defect("events", "STREAM-2", STREAM)
def chunks_trimmed(call: Call) -> Edit:
    """Chunks lose their leading and trailing spaces."""
    return change(lambda event: event | ({"data": event["data"].strip()} if event["type"] == "chunk" else {}))


@defect("events", "STREAM-2", STREAM)
def chunks_in_ascii(call: Call) -> Edit:
    """In chunks, characters outside ASCII are question marks."""

    def edit(event: Event) -> Event:
        return event | ({"data": event["data"].encode("ascii", "replace").decode()} if event["type"] == "chunk" else {})

    return change(edit)


@defect("events", "STREAM-2", STREAM)
def first_chunk_repeated(call: Call) -> Edit:
    """The first chunk is sent twice."""
    seen: list[Event] = []

    def edit(event: Event) -> list[Event]:
        first = event["type"] == "chunk" and not seen
        seen.extend([event] if first else [])
        return [event, event] if first else [event]

    return edit


@defect("events", "STREAM-2", STREAM)
def finish_told_with_other_time(call: Call) -> Edit:
    """The last event's task has another `finished_at` than get shows."""
    return change(
        lambda event: (
            event | {"data": event["data"] | {"finished_at": "2026-01-01T00:00:00Z"}}
            if event["type"] == "task_finished"
            else event
        )
    )


@defect("events", "STREAM-2", STREAM)
def result_told_with_line_end(call: Call) -> Edit:
    """The last event's result ends with a line break, unlike the chunks and get."""
    return change(
        lambda event: (
            event | {"data": event["data"] | {"result": f"{event['data']['result']}\n"}}
            if event["type"] == "task_finished"
            else event
        )
    )


@defect("turn_events", "STREAM-2", STREAM)
class StreamEndsWithoutSubtasks(TurnEvents):
    """The last event's task has no sub-tasks, which get shows."""

    def closing(self, task: Task, turn: Turn, children: Sequence[Task], status: str, at: int) -> Event:
        return super().closing(task, turn, (), status, at)


# STREAM-3: the task in the events


@defect("events", "STREAM-3", STREAM, kind="schema")
def created_without_task(call: Call) -> Edit:
    """`task_created` carries the id alone."""
    return change(lambda event: event | ({"data": {"id": event["task_id"]}} if event["type"] == "task_created" else {}))


@defect("events", "STREAM-3", STREAM)
def finish_without_result(call: Call) -> Edit:
    """`task_finished` carries a task without its result."""
    return change(
        lambda event: event | {"data": event["data"] | {"result": None}} if event["type"] == "task_finished" else event
    )


@defect("events", "STREAM-3", STREAM)
def finish_still_executing(call: Call) -> Edit:
    """`task_finished` carries the task as it was before: executing, without `finished_at`."""
    return change(
        lambda event: (
            event | {"data": event["data"] | {"status": "executing", "finished_at": None}}
            if event["type"] == "task_finished"
            else event
        )
    )


# the form of what is streamed


@defect("events", "WIRE-1", STREAM, kind="schema")
def events_without_time(call: Call) -> Edit:
    """Events have a `timestamp` in place of `time`."""

    def edit(event: Event) -> Event:
        return {("timestamp" if name == "time" else name): value for name, value in event.items()}

    return change(edit)


@defect("events", "WIRE-1", STREAM, kind="schema")
def event_time_in_unix_seconds(call: Call) -> Edit:
    """An event's `time` is a number."""
    return change(lambda event: event | {"time": 1770430407})


@defect("around", "WIRE-1", STREAM, kind="status")
async def stream_is_created(call: Call, ask: Ask) -> Answer:
    """A stream begins with 201."""
    answer = await ask(call)
    if answer.status == 200:
        answer.status = 201
    return answer
