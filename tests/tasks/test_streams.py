"""Streamed invokes: events as they arrive, and every way in which a stream can break."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

import xpander_tasks
from xpander_mock import XpanderMock
from xpander_tasks import TaskEvent

from .conftest import Connect, Serve
from .faults import STREAM_END, STREAM_HEAD, Act, Close, FaultServer, Got, Reset, Until, event, piece, reply, task
from .flavours import Flavour

CREATED = event("task_created", task(status="pending"))
CHUNKS = [event("chunk", "do"), event("chunk", "ne")]
FINISHED = event("task_finished", task())
WHOLE = [CREATED, event("brand_new_type", {"x": 1}), *CHUNKS, FINISHED]


def streaming(*acts: Act, polls: Iterable[bytes] = ()) -> Any:
    """Answer an invoke with the acts, and each poll with the next of `polls`, then with the last one forever."""
    left = list(polls) or [reply(task())]

    def answer(got: Got) -> Iterable[Act]:
        if got.method == "POST":
            return [STREAM_HEAD, *acts]
        return [left.pop(0) if len(left) > 1 else left[0]]

    return answer


def followed(client: Flavour, **options: Any) -> tuple[list[TaskEvent], Any]:
    stream = client.stream("a1", "hello", **options)
    return list(stream), stream


def invoked_once(server: FaultServer) -> bool:
    return server.sent("POST", "/invoke/stream") == 1


def test_events_of_the_mock_end_with_the_finished_task(client: Flavour, mock: XpanderMock) -> None:
    """The chunks joined are the result, the last event has the finished task, and nothing was lost."""
    stream = client.stream(mock.agent_id, "one two three")
    events = list(stream)
    assert [e.type for e in events if e.task is not None] == ["task_created", "task_updated", "task_finished"]
    assert stream.text == stream.task.result == "one two three"
    assert (stream.task.status, stream.lost) == ("completed", False)
    assert client.get(stream.task.id).result == "one two three"


def test_result_reads_on_to_the_end(client: Flavour, mock: XpanderMock) -> None:
    """`result` returns the task without iterating."""
    stream = client.stream(mock.agent_id, "one two three")
    assert next(stream).type in ("connected", "task_created")
    assert stream.result().result == "one two three"


def test_events_arrive_before_the_stream_ends(connect: Connect, serve: Serve) -> None:
    """An event is handed on when it is there, not when the answer is complete."""
    rest = Until()
    server = serve(streaming(piece(CREATED), rest, *map(piece, WHOLE[1:]), STREAM_END))
    stream = connect(server.url).stream("a1", "hello")
    assert next(stream).type == "task_created"
    rest.event.set()
    assert [e.type for e in stream] == ["brand_new_type", "chunk", "chunk", "task_finished"]


@pytest.mark.parametrize("size", [1, 7, 64])
def test_an_event_split_across_chunks(connect: Connect, serve: Serve, size: int) -> None:
    """Events are the same however the network cuts them."""
    content = b"".join(WHOLE)
    pieces = [piece(content[start : start + size]) for start in range(0, len(content), size)]
    server = serve(streaming(*pieces, STREAM_END))
    events, stream = followed(connect(server.url))
    assert [e.type for e in events] == ["task_created", "brand_new_type", "chunk", "chunk", "task_finished"]
    assert events[1].data == {"x": 1}
    assert (stream.text, stream.lost) == ("done", False)


CUTS: dict[str, list[Act]] = {
    "in an event": [piece(CREATED), piece(CHUNKS[0]), piece(CHUNKS[1][:20]), Reset()],
    "between events, reset": [piece(CREATED), piece(CHUNKS[0]), Reset()],
    "between events, closed": [piece(CREATED), piece(CHUNKS[0]), Close()],
    "after the events, in order": [piece(CREATED), piece(CHUNKS[0]), STREAM_END],
    "before the first event": [Reset()],
    "before the first event, in order": [STREAM_END],
    "silent past the timeout": [piece(CREATED), Until()],
}


@pytest.mark.parametrize("cut", CUTS)
def test_a_stream_that_is_cut_goes_on_by_polling(connect: Connect, serve: Serve, cut: str) -> None:
    """An event reports the lost connection, the task is polled to its end, and the invoke is not sent again."""
    polls = [reply(task(status="executing")), reply(task(status="executing")), reply(task())]
    server = serve(streaming(*CUTS[cut], polls=polls))
    client = connect(server.url)
    events, stream = followed(client, timeout=0.3)
    types = [e.type for e in events]
    assert types[types.index("connection_lost") :] == ["connection_lost", "task_updated", "task_finished"]
    assert events[types.index("connection_lost")].data
    assert (stream.task.result, stream.text, stream.lost) == ("done", "done", True)
    assert invoked_once(server)
    assert client.get("t1").id == "t1"


def test_a_stream_cut_before_its_headers(connect: Connect, serve: Serve) -> None:
    """The id was chosen before anything was sent, so that the task is found even if no answer came at all."""

    def answer(got: Got) -> Iterable[Act]:
        return [Reset()] if got.method == "POST" else [reply(task(id=got.path.split("/")[-1]))]

    server = serve(answer)
    events, stream = followed(connect(server.url))
    assert [e.type for e in events] == ["connection_lost", "task_finished"]
    assert stream.task.id == server.got[0].json()["id"]
    assert invoked_once(server)


def test_a_stream_cut_after_the_last_event(connect: Connect, serve: Serve) -> None:
    """Once the task has finished, a connection that breaks has nothing left to lose."""
    server = serve(streaming(*map(piece, WHOLE), Reset()))
    events, stream = followed(connect(server.url))
    assert (events[-1].type, stream.lost, server.sent("GET")) == ("task_finished", False, 0)


def test_a_stream_whose_invoke_never_arrived(connect: Connect, serve: Serve) -> None:
    """If no answer came and there is no such task, the error says so, after a few polls."""

    def answer(got: Got) -> Iterable[Act]:
        return [Reset()] if got.method == "POST" else [reply({"detail": "Task not found"}, 404)]

    server = serve(answer)
    client = connect(server.url)
    stream = client.stream("a1", "hello")
    assert next(stream).type == "connection_lost"
    with pytest.raises(xpander_tasks.LostConnectionError, match="there is no task"):
        next(stream)
    assert invoked_once(server)


def test_a_cut_turn_of_a_conversation_is_not_mistaken_for_the_one_before(connect: Connect, serve: Serve) -> None:
    """With the id of an earlier task, a poll could show the turn before: the caller has to decide."""
    server = serve(lambda got: [Reset()] if got.method == "POST" else [reply(task())])
    with pytest.raises(xpander_tasks.LostConnectionError, match="unknown"):
        followed(connect(server.url), id="t1")
    assert (server.sent("POST"), server.sent("GET")) == (1, 0)


def test_a_cut_turn_that_had_begun_goes_on(connect: Connect, serve: Serve) -> None:
    """Once an event has shown the new turn, its task can be followed by the id that it shares with earlier turns."""
    server = serve(streaming(piece(CREATED), Reset()))
    events, _ = followed(connect(server.url), id="t1")
    assert [e.type for e in events] == ["task_created", "connection_lost", "task_finished"]


def test_a_task_deleted_while_a_lost_stream_is_followed(connect: Connect, serve: Serve) -> None:
    """A task that the stream showed and that is gone is a 404, as everywhere."""
    server = serve(streaming(piece(CREATED), Reset(), polls=[reply({"detail": "Task not found"}, 404)]))
    with pytest.raises(xpander_tasks.NotFoundError):
        followed(connect(server.url))


@pytest.mark.parametrize(
    "broken", [b"data: {not json\n\n", b'data: {"type": 7}\n\n', b"data: \xff\xfe\n\n"], ids=["json", "type", "utf-8"]
)
def test_a_malformed_event(connect: Connect, serve: Serve, broken: bytes) -> None:
    """What cannot be read is passed on as such, and the stream goes on."""
    server = serve(streaming(piece(CREATED), piece(broken), *map(piece, CHUNKS), piece(FINISHED), STREAM_END))
    events, stream = followed(connect(server.url))
    assert [e.type for e in events] == ["task_created", "malformed", "chunk", "chunk", "task_finished"]
    assert isinstance(events[1].data, str)
    assert stream.task.result == "done"


@pytest.mark.parametrize("broken", [b"data: {not json\n\n", event("task_finished", {"status": "completed"})])
def test_a_last_event_that_cannot_be_read_costs_no_result(connect: Connect, serve: Serve, broken: bytes) -> None:
    """If the finished task does not come with the stream, it is looked up."""
    server = serve(streaming(piece(CREATED), piece(broken), STREAM_END))
    events, stream = followed(connect(server.url))
    assert (events[-1].type, stream.task.result) == ("task_finished", "done")


def test_a_stream_that_is_refused(client: Flavour) -> None:
    """A status other than success is the same error as of any operation."""
    with pytest.raises(xpander_tasks.NotFoundError, match="404"):
        next(client.stream("no-such-agent", "hello"))


def test_a_stream_that_was_closed_early_has_no_result(connect: Connect, serve: Serve) -> None:
    """Asking for the task of a stream that showed none is a usage error, which gives the reason."""
    server = serve(streaming(piece(event("connected", {})), Until()))
    stream = connect(server.url).stream("a1", "hello")
    assert next(stream).type == "connected"
    stream.close()
    with pytest.raises(xpander_tasks.UsageError, match="closed"):
        stream.result()
