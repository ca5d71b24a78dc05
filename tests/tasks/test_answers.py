"""Answers that are not as documented: each is read as far as it can be, or is one of the client's own errors."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from typing import Any

import attrs
import pydantic
import pytest

import xpander_tasks

from .conftest import Connect, Serve
from .faults import STREAM_END, STREAM_HEAD, Act, Got, Reset, event, item, page, piece, reply, scripted, task
from .flavours import Flavour

NAIVE = "2026-02-07T02:13:27"
AWARE = "2026-02-07T02:13:27Z"
DEEP = b'{"detail": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
INVOKES: dict[str, Any] = {
    "invoke": lambda client: client.invoke("a1", "hello", id="t1"),
    "start": lambda client: client.start("a1", "hello", id="t1"),
    "stream": lambda client: list(client.stream("a1", "hello", id="t1")),
}


def paged(items: list[dict[str, Any]], per_page: int = 10) -> Any:
    """Answer with the pages of a list, whatever `to_date` says."""

    def answer(got: Got) -> Iterable[Act]:
        number = int(got.query["page"])
        shown = items[(number - 1) * per_page : number * per_page]
        return [reply(page(number, len(items), *shown, per_page=per_page))]

    return answer


@pytest.mark.parametrize(
    "dates",
    [[NAIVE] * 25, [AWARE, NAIVE] * 12 + [AWARE], [NAIVE.replace("27", f"{40 - n}") for n in range(25)], [None] * 25],
    ids=["naive", "mixed", "naive, in order", "none"],
)
@pytest.mark.parametrize("agent", [[], ["a1"]], ids=["organization", "agent"])
def test_a_list_with_dates_without_offset_comes_whole(
    connect: Connect, serve: Serve, dates: list[str | None], agent: list[str]
) -> None:
    """Dates that cannot bound the list are no error of the user; the list is then read without a bound."""
    items = [item(number, created_at=date) for number, date in enumerate(dates)]
    server = serve(paged(items))
    client = connect(server.url)
    assert [i.id for i in client.list(*agent)] == [i["id"] for i in items]
    assert all("to_date" not in got.query for got in server.got)


@pytest.mark.parametrize("invoke", ["invoke", "start"])
@pytest.mark.parametrize("body", ["<html>", "", {"id": "t1"}, [], b"\xff", DEEP])
def test_an_invoke_whose_answer_cannot_be_read_tells_its_task(
    connect: Connect, serve: Serve, body: Any, invoke: str
) -> None:
    """The agent may be running; the error has the id to look it up with."""
    server = serve(scripted(reply(body)))
    with pytest.raises(xpander_tasks.DecodeError) as caught:
        INVOKES[invoke](connect(server.url))
    assert caught.value.task_id == server.got[0].json()["id"] == "t1"
    assert server.sent("POST") == 1


@pytest.mark.parametrize(
    "broken",
    [
        b'data: {"type": "chunk", "task_id": "t1", "data": "\xff\xfe"}\n\n',
        b"data: \xff\xfe\n\n",
        b'data: {"type": "task_updated", "data": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n\n",
        b'data: {"type": "x", "task_id": "t1", "organization_id": "o1", "time": "2026-02-07T02:13:27Z", "data": '
        + b'{"a":' * 50_000
        + b"1"
        + b"}" * 50_000
        + b"}\n\n",
    ],
    ids=["bad UTF-8 in a string", "bad UTF-8", "deep list", "deep object"],
)
def test_an_event_that_cannot_be_decoded_does_not_end_the_stream(connect: Connect, serve: Serve, broken: bytes) -> None:
    """It is passed on as `malformed`, and what follows is read."""
    pieces = [
        piece(event("task_created", task(status="pending"))),
        piece(broken),
        piece(event("task_finished", task())),
    ]
    client = connect(serve(scripted([STREAM_HEAD, *pieces, STREAM_END])).url)
    assert [e.type for e in client.stream("a1", "hello")] == ["task_created", "malformed", "task_finished"]


def test_a_delete_that_was_refused_at_first_and_then_not_found_is_not_found(connect: Connect, serve: Serve) -> None:
    """A refused attempt has deleted nothing, so that the 404 is real."""
    gone = reply({"detail": "Task not found"}, 404)
    for refusal in (reply({"detail": "slow"}, 429, retry_after="0"), reply({"detail": "later"}, 503)):
        server = serve(scripted(refusal, gone))
        with pytest.raises(xpander_tasks.NotFoundError):
            connect(server.url).delete("t1")
        assert server.sent("DELETE") == 2
    server = serve(scripted(reply("", 502), reply({"detail": "slow"}, 429, retry_after="0"), gone))
    assert connect(server.url).delete("t1") is None


@pytest.mark.parametrize("body", [DEEP, b"\xff\xfe", b"", b"[" * 100_000])
def test_a_refusal_with_a_body_beyond_reading_keeps_its_status(connect: Connect, serve: Serve, body: bytes) -> None:
    """The status decides the class, whatever the body is."""
    with pytest.raises(xpander_tasks.NotFoundError) as caught:
        connect(serve(scripted(reply(body, 404))).url).get("t1")
    assert caught.value.status_code == 404


@pytest.mark.parametrize("status", [200, 404])
@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_body_that_cannot_be_decompressed_keeps_its_status(
    connect: Connect, serve: Serve, status: int, encoding: str
) -> None:
    """The status and the request id came through; the error has them, and nothing is repeated."""
    server = serve(scripted(reply(b"no gzip", status, content_encoding=encoding, x_request_id="r-1")))
    client = connect(server.url)
    with pytest.raises(xpander_tasks.TasksError, match="decompress") as caught:
        client.get("t1")
    assert (caught.value.status_code, caught.value.request_id, len(server.got)) == (status, "r-1", 1)
    assert type(caught.value) is (xpander_tasks.DecodeError if status == 200 else xpander_tasks.NotFoundError)
    server.answer = scripted(reply(task()))
    assert client.get("t1").id == "t1"


FAR = "9" * 19
HEADERS = [
    {"retry_after": FAR},
    {"retry_after": "9" * 5_000},
    {"retry_after": f"Mon, 01 Jan {FAR} 00:00:00 GMT"},
    {"retry_after": "Mon, 99 Foo 2026 99:99:99 GMT"},
    {"date": f"Mon, 01 Jan {FAR} 00:00:00 GMT", "x_ratelimit_reset": "1"},
    {"x_ratelimit_remaining": "9" * 5_000, "x_ratelimit_reset": "9" * 5_000},
    {"x_ratelimit_remaining": "0", "x_ratelimit_reset": "9" * 5_000},
    {"x_ratelimit_remaining": "-1", "x_ratelimit_reset": "soon"},
    {"x_ratelimit_remaining": "٣", "x_ratelimit_reset": "٣"},
]


@pytest.mark.parametrize("headers", HEADERS, ids=[json.dumps(h)[:50] for h in HEADERS])
@pytest.mark.parametrize("status", [200, 429])
def test_headers_with_numbers_beyond_sense(
    connect: Connect, serve: Serve, headers: dict[str, str], status: int
) -> None:
    """They are no reason to fail in another way than the status says, nor to wait for ages."""
    body = task() if status == 200 else {"detail": "slow down"}
    encoded = {name: value.encode().decode("latin-1") for name, value in headers.items()}
    client = connect(serve(scripted(reply(body, status, **encoded))).url)
    for _ in range(2):
        if status == 200:
            assert client.get("t1").id == "t1"
        else:
            with pytest.raises(xpander_tasks.RateLimitedError):
                client.get("t1")


def test_an_event_with_a_field_of_tomorrow_is_an_event(connect: Connect, serve: Serve) -> None:
    """What the contract does not know is no reason to call an event malformed."""
    unknown = event("chunk", "x").replace(b'{"type"', b'{"sequence": 7, "type"')
    pieces = [
        piece(event("task_created", task(status="pending"))),
        piece(unknown),
        piece(event("task_finished", task())),
    ]
    client = connect(serve(scripted([STREAM_HEAD, *pieces, STREAM_END])).url)
    assert [e.type for e in client.stream("a1", "hello")] == ["task_created", "chunk", "task_finished"]


def test_an_event_of_polling_has_the_data_of_the_task(connect: Connect, serve: Serve) -> None:
    """`event.data["status"]` can be read after a lost connection as well."""

    def answer(got: Got) -> Iterable[Act]:
        if got.method == "POST":
            return [STREAM_HEAD, piece(event("task_created", task(status="pending"))), Reset()]
        return [reply(task(colour="red"))]

    *_, last = connect(serve(answer).url).stream("a1", "hello")
    assert (last.type, last.data["status"], last.data["colour"]) == ("task_finished", "completed", "red")
    assert last.data == json.loads(last.task.response.content)


def test_the_end_of_another_task_does_not_end_the_stream(connect: Connect, serve: Serve) -> None:
    """A sub-task that finishes is passed on, and the stream is still that of the invoked task."""
    other = event("task_finished", task(id="sub", result="not this"), id="sub")
    events = [
        event("task_created", task(status="pending")),
        other,
        event("chunk", "done"),
        event("task_finished", task()),
    ]
    stream = connect(serve(scripted([STREAM_HEAD, *map(piece, events), STREAM_END])).url).stream("a1", "hello")
    assert [e.type for e in stream] == ["task_created", "task_finished", "chunk", "task_finished"]
    assert (stream.task.id, stream.task.result, stream.text) == ("t1", "done", "done")


class Point(pydantic.BaseModel):
    x: int


@attrs.define
class Shape:
    points: list[Point]


@pytest.mark.parametrize(
    ("result", "as_type", "expected"),
    [
        ('[{"x": 1}, {"x": "2"}]', list[Point], [Point(x=1), Point(x=2)]),
        ('{"a": {"x": 1}}', dict[str, Point], {"a": Point(x=1)}),
        ("null", Point | None, None),
        ('{"points": [{"x": 1}]}', Shape, Shape([Point(x=1)])),
    ],
)
def test_pydantic_models_inside_other_types(
    connect: Connect, serve: Serve, result: str, as_type: Any, expected: Any
) -> None:
    """A list, a dictionary or a class of pydantic models is decoded like the model itself."""
    found = connect(serve(scripted(reply(task(result=result)))).url).get("t1")
    assert found.parsed(as_type) == expected


@pytest.mark.parametrize(
    ("result", "as_type", "kind"),
    [
        ('[{"x": "no"}]', list[Point], "DecodeError"),
        ("[" * 100_000, list[Any], "DecodeError"),
        ("[" * 100_000, Point, "DecodeError"),
        ("1", object(), "UsageError"),
        ("1", set[list[int]] | set[str], "UsageError"),
    ],
)
def test_results_that_do_not_fit_or_types_that_cannot_be_decoded(
    connect: Connect, serve: Serve, result: str, as_type: Any, kind: str
) -> None:
    """The result is to blame for one, the caller for the other."""
    found = connect(serve(scripted(reply(task(result=result)))).url).get("t1")
    with pytest.raises(getattr(xpander_tasks, kind)):
        found.parsed(as_type)


@pytest.mark.parametrize("concurrency", [0, 1, 4])
@pytest.mark.parametrize("echo", [False, True])
def test_a_server_that_ignores_the_page_is_told(connect: Connect, serve: Serve, concurrency: int, echo: bool) -> None:
    """The first page over and over must not pass for the list."""
    items = [item(number) for number in range(10)]

    def answer(got: Got) -> Iterable[Act]:
        return [reply(page(int(got.query["page"]) if echo else 1, 250, *items, per_page=10))]

    with pytest.raises(xpander_tasks.DecodeError, match="page 2"):
        connect(serve(answer).url, connections=5).list("a1", concurrency=concurrency)


def test_an_empty_page_before_the_last_is_told(connect: Connect, serve: Serve) -> None:
    """A server that says there is more and sends nothing would be asked for ever."""

    def answer(got: Got) -> Iterable[Act]:
        number = int(got.query["page"])
        return [reply(page(number, 10**18, item(1)) if number == 1 else page(number, 10**18) | {"items": []})]

    with pytest.raises(xpander_tasks.DecodeError, match="expected tasks on page 2"):
        connect(serve(answer).url).list("a1", concurrency=0)


def test_an_id_that_comes_twice_on_a_page_is_listed_once(connect: Connect, serve: Serve) -> None:
    """No task comes twice, as promised, even if the server repeats itself."""
    client = connect(serve(scripted(reply(page(1, 3, item(1), item(1), item(2), per_page=50)))).url)
    assert [i.id for i in client.list()] == ["t1", "t2"]


def bomb(megabytes: int) -> bytes:
    return gzip.compress(json.dumps(task(result="")).encode()[:-2] + b" " * (megabytes << 20) + b'"}')


@pytest.mark.parametrize("status", [200, 500])
def test_an_answer_that_grows_beyond_the_limit_is_not_read(connect: Connect, serve: Serve, status: int) -> None:
    """A hundred kilobytes that decompress to a hundred megabytes are refused at the limit, and the error says why."""
    body = bomb(100)
    assert len(body) < 200_000
    server = serve(scripted(reply(body, status, content_encoding="gzip")))
    client = connect(server.url)
    with pytest.raises(xpander_tasks.TasksError, match=r"larger than 67108864 bytes.*max_body") as caught:
        client.get("t1")
    assert caught.value.status_code == status
    server.answer = scripted(reply(task()))
    assert client.get("t1").id == "t1"


def test_the_limit_of_an_answer_can_be_set(connect: Connect, serve: Serve) -> None:
    """Plain and compressed bodies count by their size after decompression."""
    big = {"result": "x" * 5_000}
    for answer in (reply(task(**big)), reply(gzip.compress(json.dumps(task(**big)).encode()), content_encoding="gzip")):
        url = serve(scripted(answer)).url
        assert connect(url, max_body=10_000).get("t1").result == big["result"]
        with pytest.raises(xpander_tasks.DecodeError, match="larger than 4000 bytes"):
            connect(url, max_body=4_000).get("t1")


@pytest.mark.parametrize("compressed", [False, True])
def test_an_event_beyond_the_limit_ends_the_stream(connect: Connect, serve: Serve, compressed: bool) -> None:
    """A stream may be endless, one event of it may not."""
    head, data = STREAM_HEAD, b"data: " + b"x" * 50_000
    if compressed:
        head, data = STREAM_HEAD[:-2] + b"content-encoding: gzip\r\n\r\n", gzip.compress(data)
    client: Flavour = connect(serve(scripted([head, piece(data), STREAM_END])).url, max_body=10_000)
    with pytest.raises(xpander_tasks.DecodeError, match="an event of the stream is larger than 10000 bytes"):
        list(client.stream("a1", "hello"))


def test_a_change_is_told_to_a_coroutine(connect: Connect, serve: Serve) -> None:
    """An async `on_change` is awaited by the awaited half; the blocking half says that it cannot."""
    seen: list[Any] = []

    async def on_change(task: xpander_tasks.Task) -> None:
        seen.append(task.status)

    client = connect(serve(scripted(reply(task(status="executing")), reply(task()))).url)
    if client.runner is None:
        with pytest.raises(xpander_tasks.UsageError, match="async"):
            client.wait_for("t1", on_change=on_change, interval=0.01)
    else:
        client.wait_for("t1", on_change=on_change, interval=0.01)
        assert seen == ["executing", "completed"]
