"""Each fault is really injected, on a socket. docs/faults.md has a row for every test here."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterable
from email.utils import formatdate
from typing import Any

import pytest

import xpander_tasks
from xpander_tasks import Configuration, Retry, Tasks

from .conftest import KEY, QUICK, Connect, Serve
from .faults import (
    STREAM_END,
    STREAM_HEAD,
    Act,
    Close,
    FaultServer,
    Got,
    Reset,
    Until,
    event,
    piece,
    reply,
    scripted,
    task,
)
from .flavours import Flavour

OK = reply(task())
BREAKS: dict[str, Iterable[Act]] = {
    "before the headers": [Reset()],
    "closed before the headers": [Close()],
    "in the headers": [OK[:20], Reset()],
    "after the headers": [OK[: OK.index(b"\r\n\r\n") + 4], Reset()],
    "in the body": [OK[:-40], Reset()],
    "body cut short": [OK[:-40], Close()],
}
READS: dict[str, Callable[[Flavour], Any]] = {
    "get": lambda client: client.get("t1"),
    "stop": lambda client: client.stop("t1"),
}
INVOKES: dict[str, Callable[[Flavour], Any]] = {
    "invoke": lambda client: client.invoke("a1", "hello"),
    "start": lambda client: client.start("a1", "hello"),
}


def assert_works(client: Flavour, server: FaultServer) -> None:
    """Check that the only connection of the client is free again."""
    server.answer = scripted(OK)
    assert client.get("t1").id == "t1"


@pytest.mark.parametrize("operation", READS)
@pytest.mark.parametrize("broken", BREAKS)
def test_a_broken_answer_to_a_read_or_stop_is_asked_for_again(
    connect: Connect, serve: Serve, broken: str, operation: str
) -> None:
    """A connection that is reset or closed at any point of the answer costs a read or a stop nothing but time."""
    server = serve(scripted(BREAKS[broken], BREAKS[broken], OK))
    client = connect(server.url)
    assert READS[operation](client).result == "done"
    assert len(server.got) == 3
    assert_works(client, server)


def test_a_connection_that_keeps_breaking_is_an_error_after_the_attempts(connect: Connect, serve: Serve) -> None:
    """When no attempt gets through, the caller learns how the last one broke, and the connection is free again."""
    server = serve(scripted([Reset()]))
    client = connect(server.url)
    with pytest.raises(xpander_tasks.LostConnectionError) as caught:
        client.get("t1")
    assert len(server.got) == QUICK.attempts
    assert (caught.value.method, caught.value.url) == ("GET", f"{server.url}/v1/tasks/t1")
    assert_works(client, server)


def test_a_delete_whose_answer_is_lost_has_deleted(connect: Connect, serve: Serve) -> None:
    """The 404 to a repeated delete means that the first one was carried out; a 404 to the first one is an error."""
    server = serve(scripted([Reset()], reply({"detail": "Task not found"}, 404)))
    client = connect(server.url)
    assert client.delete("t1") is None
    assert server.sent("DELETE") == 2
    with pytest.raises(xpander_tasks.NotFoundError):
        client.delete("t1")
    assert_works(client, server)


@pytest.mark.parametrize("operation", INVOKES)
@pytest.mark.parametrize("broken", BREAKS)
def test_an_invoke_is_not_sent_twice(connect: Connect, serve: Serve, broken: str, operation: str) -> None:
    """An invoke whose answer breaks may have run: it is not repeated, and the error has the id to look it up with."""
    server = serve(scripted(BREAKS[broken], OK))
    client = connect(server.url)
    with pytest.raises(xpander_tasks.LostConnectionError) as caught:
        INVOKES[operation](client)
    assert server.sent("POST") == 1
    assert caught.value.task_id == server.got[0].json()["id"]
    assert "unknown" in str(caught.value)
    assert_works(client, server)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
@pytest.mark.parametrize("operation", INVOKES)
def test_a_refused_invoke_is_not_sent_twice(connect: Connect, serve: Serve, status: int, operation: str) -> None:
    """A status that a read would be repeated on ends an invoke at once."""
    server = serve(scripted(reply({"detail": "no"}, status, retry_after="0")))
    client = connect(server.url)
    with pytest.raises(xpander_tasks.StatusError) as caught:
        INVOKES[operation](client)
    assert (caught.value.status_code, len(server.got)) == (status, 1)
    assert_works(client, server)


@pytest.fixture
def closed_port() -> Iterable[socket.socket]:
    """A port that refuses connections until its socket listens."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as reserved:
        reserved.bind(("127.0.0.1", 0))
        yield reserved


@pytest.mark.parametrize("operation", [*READS, *INVOKES])
def test_refused(connect: Connect, closed_port: socket.socket, operation: str) -> None:
    """Where nothing listens, every operation fails as never sent, after its attempts."""
    client = connect(f"http://127.0.0.1:{closed_port.getsockname()[1]}")
    with pytest.raises(xpander_tasks.ConnectError, match="ConnectError"):
        (READS | INVOKES)[operation](client)


@pytest.mark.parametrize("operation", [*READS, *INVOKES])
def test_refused_at_first(
    connect: Connect, closed_port: socket.socket, operation: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A server that is still starting is reached by the next attempt, also by an invoke: nothing was sent before."""
    sent: list[int] = []

    class Listen(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if "again in" in record.getMessage() and not sent:
                sent.append(0)
                closed_port.listen()
                threading.Thread(target=answer, daemon=True).start()

    def answer() -> None:
        connection, _ = closed_port.accept()
        with connection:
            request = b""
            while not (
                b"\r\n\r\n" in request and (request.startswith(b"GET") or b"hello" in request or b"stop" in request)
            ):
                request += connection.recv(65536)
            sent.append(1)
            connection.sendall(OK)

    handler = Listen()
    logger = logging.getLogger("xpander_tasks")
    caplog.set_level("INFO", "xpander_tasks")
    logger.addHandler(handler)
    try:
        client = connect(f"http://127.0.0.1:{closed_port.getsockname()[1]}")
        assert (READS | INVOKES)[operation](client).result == "done"
    finally:
        logger.removeHandler(handler)
    assert sent == [0, 1]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        pytest.param("<html>Bad gateway</html>", "<html>Bad gateway", id="not JSON"),
        pytest.param("", "truncated", id="empty"),
        pytest.param(task(id=7), "Expected `str`, got `int` - at `$.id`", id="wrong type"),
        pytest.param({"id": "t1"}, "missing required field", id="field missing"),
        pytest.param(b'{"id": "\xff"}', "invalid", id="not UTF-8"),
    ],
)
@pytest.mark.parametrize("operation", [*READS, *INVOKES])
def test_a_body_that_is_not_as_documented(connect: Connect, serve: Serve, body: Any, told: str, operation: str) -> None:
    """A body that is empty, no JSON or of a wrong type is an error that says what was expected and what came."""
    server = serve(scripted(reply(body, x_request_id="r-1")))
    client = connect(server.url)
    with pytest.raises(xpander_tasks.DecodeError) as caught:
        (READS | INVOKES)[operation](client)
    assert "to be Task" in str(caught.value)
    assert told.lower() in str(caught.value).lower()
    assert (caught.value.status_code, caught.value.request_id, len(server.got)) == (200, "r-1", 1)
    assert_works(client, server)


def test_a_slow_first_byte(connect: Connect, serve: Serve) -> None:
    """An answer that does not begin within the timeout is asked for again; an invoke is not."""
    server = serve(scripted([Until()], OK))
    client = connect(server.url, timeout=0.7)
    assert client.get("t1").result == "done"
    server.answer = scripted([Until()])
    with pytest.raises(xpander_tasks.RequestTimeoutError, match="ReadTimeout") as caught:
        client.invoke("a1", "hello", timeout=0.7)
    assert (server.sent("GET"), server.sent("POST")) == (2, 1)
    assert caught.value.task_id
    assert_works(client, server)


def test_a_slow_body(connect: Connect, serve: Serve) -> None:
    """A body that trickles is read to its end; one that stalls is a timeout."""

    def trickle(got: Got) -> Iterable[Act]:
        for start in range(0, len(OK), 40):
            yield OK[start : start + 40]
            time.sleep(0.03)

    server = serve(trickle)
    client = connect(server.url, timeout=0.7)
    assert client.get("t1").result == "done"
    server.answer = scripted([OK[:-40], Until()])
    with pytest.raises(xpander_tasks.RequestTimeoutError, match="ReadTimeout"):
        client.get("t1")
    assert_works(client, server)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(lambda: {"retry_after": "1"}, id="Retry-After in seconds"),
        pytest.param(lambda: {"retry_after": formatdate(time.time() + 2, usegmt=True)}, id="Retry-After as a date"),
        pytest.param(
            lambda: {
                "date": formatdate(1_000_000, usegmt=True),
                "x_ratelimit_limit": "100",
                "x_ratelimit_remaining": "0",
                "x_ratelimit_reset": "1000001",
            },
            id="X-RateLimit-Reset by a clock that is wrong",
        ),
    ],
)
def test_429_with_headers(connect: Connect, serve: Serve, headers: Callable[[], dict[str, str]]) -> None:
    """The wait that the answer asks for is kept, measured by the server's own clock."""
    server = serve(scripted(reply({"detail": "slow down"}, 429, **headers()), OK))
    begun = time.monotonic()
    assert connect(server.url).get("t1").result == "done"
    assert time.monotonic() - begun >= 0.9
    assert len(server.got) == 2


def test_429_without_headers(connect: Connect, serve: Serve) -> None:
    """Without a word on when, the next attempt comes after the backoff."""
    server = serve(scripted(reply({"detail": "slow down"}, 429), OK))
    assert connect(server.url).get("t1").result == "done"
    assert len(server.got) == 2


def test_429_that_asks_for_too_long(connect: Connect, serve: Serve) -> None:
    """A wait past the bound on time is not begun: the error comes at once and says how long it would be."""
    server = serve(scripted(reply({"detail": "slow down"}, 429, retry_after="3600")))
    client = connect(server.url)
    begun = time.monotonic()
    with pytest.raises(xpander_tasks.RateLimitedError) as caught:
        client.get("t1")
    assert time.monotonic() - begun < 30
    assert (caught.value.retry_after, len(server.got)) == (3600.0, 1)
    assert_works(client, server)


@pytest.mark.parametrize("status", [408, 502, 503, 504])
def test_a_storm_that_ends(connect: Connect, serve: Serve, status: int) -> None:
    """A read comes through once the storm is over."""
    bad = reply("<html>upstream</html>", status)
    server = serve(scripted(bad, bad, OK))
    assert connect(server.url).get("t1").result == "done"
    assert len(server.got) == 3


def test_a_storm_that_does_not_end(connect: Connect, serve: Serve) -> None:
    """The attempts are bounded, and the last answer becomes the error, whatever its body is."""
    server = serve(scripted(reply("<html>upstream</html>", 503)))
    client = connect(server.url)
    with pytest.raises(xpander_tasks.ServerError, match="upstream") as caught:
        client.get("t1")
    assert (caught.value.status_code, caught.value.body) == (503, "<html>upstream</html>")
    assert len(server.got) == QUICK.attempts
    assert_works(client, server)


def test_500(connect: Connect, serve: Serve) -> None:
    """500 is an error at once: the same request would fail again."""
    server = serve(scripted(reply({"detail": "Internal server error"}, 500)))
    client = connect(server.url)
    with pytest.raises(xpander_tasks.ServerError, match="Internal server error"):
        client.get("t1")
    assert len(server.got) == 1
    assert_works(client, server)


def test_timeout_of_connecting(connect: Connect, closed_port: socket.socket) -> None:
    """A server that does not take the connection is a timeout, and nothing was sent."""
    closed_port.listen(0)
    address = closed_port.getsockname()
    with socket.create_connection(address):  # fills the queue, so that the next connection is not answered
        client = connect(f"http://127.0.0.1:{address[1]}", timeout=0.1)
        for operation in (READS["get"], INVOKES["start"]):
            with pytest.raises(xpander_tasks.RequestTimeoutError, match="ConnectTimeout") as caught:
                operation(client)
            assert "unknown" not in str(caught.value)


def test_timeout_of_sending(connect: Connect, closed_port: socket.socket) -> None:
    """A server that does not read is a timeout; the invoke is not repeated."""
    closed_port.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    closed_port.listen()
    client = connect(f"http://127.0.0.1:{closed_port.getsockname()[1]}", timeout=0.2)
    with pytest.raises(xpander_tasks.RequestTimeoutError, match="WriteTimeout") as caught:
        client.start("a1", "x" * 20_000_000)
    assert "unknown" in str(caught.value)
    first, _ = closed_port.accept()
    first.close()
    closed_port.settimeout(0.1)
    with pytest.raises(TimeoutError):
        closed_port.accept()


def test_timeout_of_waiting_for_a_connection(connect: Connect, serve: Serve) -> None:
    """A pool without a free connection is a timeout, and nothing was sent."""
    head = STREAM_HEAD + piece(event("task_created", task(status="pending")))
    server = serve(scripted([head, Until()]))
    client = connect(server.url)
    stream = client.stream("a1", "hello")
    assert next(stream).type == "task_created"
    with pytest.raises(xpander_tasks.RequestTimeoutError, match="PoolTimeout"):
        client.get("t1", timeout=0.1)
    assert len(server.got) == 1
    stream.close()
    assert_works(client, server)


def test_cancelling_an_async_call(serve: Serve) -> None:
    """A cancelled call, wait, list or stream leaves no task behind and its connection free."""
    server = serve(scripted([Until()]))

    async def cancelled(tasks: Tasks) -> None:
        async def streamed() -> None:
            async for _ in tasks.astream("a1", "hello"):
                raise AssertionError("no event was sent")

        for call in (tasks.aget("t1"), tasks.await_for("t1"), tasks.alist(), tasks.ainvoke("a1", "hello"), streamed()):
            server.answer = scripted([Until()])
            before = len(server.got)
            running = asyncio.ensure_future(call)
            while len(server.got) == before:
                await asyncio.sleep(0.005)
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
            assert asyncio.all_tasks() == {asyncio.current_task()}
            server.answer = scripted(OK)
            assert (await tasks.aget("t1")).id == "t1"

    async def main() -> None:
        import httpx

        async with httpx.AsyncClient(limits=httpx.Limits(max_connections=1)) as http:
            await cancelled(Tasks(Configuration(api_key=KEY, base_url=server.url, retry=QUICK), async_http_client=http))

    asyncio.run(main())


def test_cancelling_a_wait_between_polls(serve: Serve) -> None:
    """A wait that is cancelled while it sleeps ends at once, and polls no more."""
    server = serve(scripted(reply(task(status="executing"))))

    async def main() -> None:
        async with Tasks(Configuration(api_key=KEY, base_url=server.url)) as tasks:
            seen = asyncio.Event()
            running = asyncio.create_task(
                tasks.await_for("t1", interval=60, max_interval=60, on_change=lambda _: seen.set())
            )
            await seen.wait()
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running

    begun = time.monotonic()
    asyncio.run(main())
    assert time.monotonic() - begun < 30
    assert len(server.got) == 1


def test_retries_that_sleep_end_when_the_reader_stops(connect: Connect, serve: Serve) -> None:
    """Closing an iterator ends the pages that are read ahead, even while they wait to be asked for again."""
    item = {name: value for name, value in task().items() if name != "input"}

    def answer(got: Got) -> Iterable[Act]:
        page = int(got.query["page"])
        if page > 1:
            return [reply({"detail": "later"}, 503, retry_after="60")]
        return [reply({"items": [item], "total": 9, "page": page, "per_page": 1, "total_pages": 9})]

    server = serve(answer)
    client = connect(server.url, connections=4, retry=Retry(attempts=5, max_time=300))
    pages = client.pages(concurrency=3, per_page=1)
    begun = time.monotonic()
    assert next(pages).page == 1
    while len(server.got) < 4:
        time.sleep(0.005)
        if client.runner is not None:
            client.runner.run(asyncio.sleep(0.005))
    pages.close()
    assert time.monotonic() - begun < 30
    assert_works(client, server)


def test_nothing_ends_with_a_connection_in_use(connect: Connect, serve: Serve) -> None:
    """A stream that is closed in the middle gives its connection back."""
    server = serve(scripted([STREAM_HEAD + piece(event("chunk", "a")), Until(), STREAM_END]))
    client = connect(server.url)
    stream = client.stream("a1", "hello")
    assert next(stream).text == "a"
    stream.close()
    assert_works(client, server)
