"""The stream of events: read as it arrives, however it is cut, and what takes its place."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest
from xpander_api_client import AuthenticatedClient, errors
from xpander_api_client.api.tasks import invoke_agent_stream
from xpander_api_client.models import ErrorDetail, InvokeRequest, TaskEvent, TaskInput
from xpander_api_client.types import UNSET

BODY = InvokeRequest(input=TaskInput(text="Tell me."))
HEADERS = {"content-type": "text/event-stream; charset=utf-8"}


def event(number: int, **changes: Any) -> dict[str, Any]:
    time = "2026-02-07T02:13:28Z"
    return {
        "type": "chunk",
        "task_id": "t",
        "organization_id": "o",
        "time": time,
        "data": f"é\u2028{number}",
        **changes,
    }


def sent(number: int) -> bytes:
    return b"data: " + json.dumps(event(number), ensure_ascii=False).encode() + b"\n\n"


EVENTS = [TaskEvent.from_dict(event(number)) for number in range(3)]
FIRST, SECOND, THIRD = (json.dumps(event(number), ensure_ascii=False) for number in range(3))
HALF = FIRST.index('"task_id"')
FORMS = {
    "plain": f"data: {FIRST}\n\ndata: {SECOND}\n\ndata: {THIRD}\n\n",
    "crlf": f"data: {FIRST}\r\n\r\ndata: {SECOND}\r\n\r\ndata: {THIRD}\r\n\r\n",
    "cr": f"data: {FIRST}\r\rdata: {SECOND}\r\rdata: {THIRD}\r\r",
    "several lines": f"data: {FIRST[:HALF]}\ndata: {FIRST[HALF:]}\n\ndata: {SECOND}\n\ndata: {THIRD}\n\n",
    "comments": f": hello\n\ndata: {FIRST}\n: in between\n:\n\n: ping\n\n\ndata: {SECOND}\n\ndata: {THIRD}\n\n",
    "bare comment": f"data: {FIRST[:HALF]}\n:\ndata: {FIRST[HALF:]}\n\ndata: {SECOND}\n\ndata: {THIRD}\n\n",
    "other fields": f"id: 1\nevent: x\ndata:{FIRST}\nretry: 9\n\ndata: {SECOND}\nfoo: 1\n\nid: 3\n\ndata: {THIRD}\n\n",
    "cut at the end": f"data: {FIRST}\n\ndata: {SECOND}\n\ndata: {THIRD}\n\ndata: {FIRST[:HALF]}",
}


def client_for(answer: Callable[[], httpx.Response]) -> AuthenticatedClient:
    transport = httpx.MockTransport(lambda request: answer())
    return AuthenticatedClient("https://api.example", api_key="k", httpx_args={"transport": transport})


def pieces(content: bytes, size: int) -> list[bytes]:
    return [content[start : start + size] for start in range(0, len(content), size)]


async def slowly(parts: list[bytes]) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 10_000])
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_events_are_the_same_however_they_are_written_and_cut(form: str, size: int) -> None:
    """Every form that the standard allows, cut anywhere, gives the same events in all flavours."""
    parts = pieces(form.encode(), size)
    client = client_for(lambda: httpx.Response(200, headers=HEADERS, content=iter(parts)))
    with invoke_agent_stream.stream("a", client=client, body=BODY) as events:
        assert list(events) == EVENTS
    assert invoke_agent_stream.sync("a", client=client, body=BODY) == EVENTS

    async def check() -> None:
        client = client_for(lambda: httpx.Response(200, headers=HEADERS, content=slowly(parts)))
        async with invoke_agent_stream.astream("a", client=client, body=BODY) as events:
            assert [event async for event in events] == EVENTS
        assert await invoke_agent_stream.asyncio("a", client=client, body=BODY) == EVENTS

    asyncio.run(check())


def test_events_are_given_as_they_arrive() -> None:
    """An event is given before the next one is sent, and leaving early closes the answer."""
    steps: list[str] = []

    def content() -> Iterator[bytes]:
        try:
            for number in range(3):
                steps.append(f"sent {number}")
                yield sent(number)
        finally:
            steps.append("closed")

    client = client_for(lambda: httpx.Response(200, headers=HEADERS, content=content()))
    with invoke_agent_stream.stream("a", client=client, body=BODY) as events:
        for number, each in zip(range(2), events, strict=False):
            assert each == EVENTS[number]
            steps.append(f"given {number}")
    assert steps[:4] == ["sent 0", "given 0", "sent 1", "given 1"]


def test_events_are_given_as_they_arrive_asynchronously() -> None:
    """The same for `astream`: the server waits for the reader, and the reader still gets each event."""

    async def check() -> None:
        given = asyncio.Event()

        async def content() -> AsyncIterator[bytes]:
            for number in range(3):
                yield sent(number)
                await given.wait()
                given.clear()

        client = client_for(lambda: httpx.Response(200, headers=HEADERS, content=content()))
        seen = []
        async with asyncio.timeout(5), invoke_agent_stream.astream("a", client=client, body=BODY) as events:
            async for each in events:
                seen.append(each)
                given.set()
        assert seen == EVENTS

    asyncio.run(check())


def test_the_request_asks_for_events_and_is_patient() -> None:
    """It accepts an event stream, and waits for the next event without limit unless the call sets one."""
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, headers=HEADERS)

    options: dict[str, Any] = {"api_key": "k", "httpx_args": {"transport": httpx.MockTransport(answer)}}
    for client in (
        AuthenticatedClient("https://x.example", **options),
        AuthenticatedClient("https://x.example", timeout=4, **options),
    ):
        for timeout in (UNSET, 2.0, None):
            with invoke_agent_stream.stream("a", client=client, body=BODY, timeout=timeout) as events:
                assert list(events) == []
    assert {request.headers["accept"] for request in requests} == {"text/event-stream"}
    assert [request.extensions["timeout"]["read"] for request in requests] == [None, 2.0, None] * 2
    assert [request.extensions["timeout"]["connect"] for request in requests] == [5.0, 2.0, None, 4, 2.0, None]


@pytest.mark.parametrize("flavour", ["stream", "astream"])
@pytest.mark.parametrize(
    ("status", "content", "error", "message"),
    [
        (404, b'{"detail": "no such agent"}', errors.ErrorResponse, "answered 404: a documented error, ErrorDetail"),
        (503, b"busy", errors.UnexpectedStatus, "answered 503: the status is not documented"),
        (500, b"<html>", errors.UndecodableBody, "answered 500: JSON is malformed"),
        (200, b'{"id": "t"}', errors.UndecodableBody, "answered 200: .*text/event-stream.*application/json"),
    ],
)
def test_an_answer_without_events_is_a_typed_error(
    flavour: str, status: int, content: bytes, error: type[errors.ResponseError], message: str
) -> None:
    """A documented error carries its parsed body; anything else is the error that another operation raises."""
    headers = {"content-type": "application/json"}
    client = client_for(lambda: httpx.Response(status, headers=headers, content=content))
    with pytest.raises(error, match=message) as caught:
        read(client, flavour)
    assert caught.value.status_code == status
    if isinstance(caught.value, errors.ErrorResponse):
        assert caught.value.parsed == ErrorDetail(detail="no such agent")


@pytest.mark.parametrize("flavour", ["stream", "astream", "sync"])
@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (b"{oops", errors.UndecodableBody, "malformed"),
        (b'{"type": 7}', errors.InvalidBody, "Expected `str`, got `int` at `\\$.type` of TaskEvent"),
    ],
)
def test_a_malformed_event_is_a_typed_error(
    flavour: str, data: bytes, error: type[errors.ResponseError], message: str
) -> None:
    """An event that is not JSON, or not an event, says so; those before it have been given."""
    client = client_for(lambda: httpx.Response(200, headers=HEADERS, content=sent(0) + b"data: " + data + b"\n\n"))
    with pytest.raises(error, match=message):
        read(client, flavour)


def test_one_event_can_be_read_by_itself() -> None:
    """`parse_event` reads the data of an event that came by other means, of any type."""
    assert invoke_agent_stream.parse_event(FIRST) == EVENTS[0]
    unknown = invoke_agent_stream.parse_event(json.dumps(event(0, type="invented_later", data={"any": [1]}, more=1)))
    assert (unknown.type, unknown.data) == ("invented_later", {"any": [1]})
    with pytest.raises(errors.InvalidBody, match="missing required field `type`"):
        invoke_agent_stream.parse_event("{}")


def read(client: AuthenticatedClient, flavour: str) -> None:
    """Read all that comes, by one of the flavours."""

    async def arriving() -> None:
        async with invoke_agent_stream.astream("a", client=client, body=BODY) as events:
            async for each in events:
                assert each == EVENTS[0]

    if flavour == "astream":
        asyncio.run(arriving())
    elif flavour == "stream":
        with invoke_agent_stream.stream("a", client=client, body=BODY) as events:
            for each in events:
                assert each == EVENTS[0]
    else:
        invoke_agent_stream.sync("a", client=client, body=BODY)
