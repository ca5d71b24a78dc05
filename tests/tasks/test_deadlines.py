"""One deadline spans everything inside it: polls, retries, pauses, the rate limit, bodies that trickle.

On a virtual clock, and over sockets where the network itself has to be cut short.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import httpx
import pytest

import xpander_tasks
from xpander_tasks import Retry
from xpander_tasks._core.poll_options import PollOptions

from .conftest import Connect, Serve
from .faults import STREAM_HEAD, Act, Got, event, piece, reply, scripted, task
from .virtual import Server, Takes, VirtualClient, failing, timed_out

EXECUTING = task(status="executing")


def answers(*found: dict[str, Any] | Takes) -> Server:
    """Answer in turn, the last one from then on."""
    left = list(found)

    def server(request: httpx.Request) -> Takes:
        taken = left.pop(0) if len(left) > 1 else left[0]
        return taken if isinstance(taken, Takes) else Takes(0.1, httpx.Response(200, json=taken))

    return server


def wait(client: VirtualClient, timeout: float | None, **options: Any) -> xpander_tasks.Task:
    return client.run(client.operations.wait("t1", PollOptions(timeout, **options), None, False))


@pytest.mark.parametrize(
    "outage",
    [failing(503), failing(500), failing(429), failing(408), failing(httpx.ConnectError), failing(httpx.ReadError)],
    ids=["503", "500", "429", "408", "refused", "cut"],
)
@pytest.mark.parametrize("seen", [False, True])
def test_a_wait_goes_on_through_an_outage_until_its_deadline(outage: Takes, seen: bool) -> None:
    """Then the error has the task as last seen, if it was seen, and the last failure as its cause."""
    client = VirtualClient(answers(EXECUTING, outage) if seen else answers(outage))
    took, error = timed_out(client, lambda: wait(client, 30))
    assert took == pytest.approx(30)
    assert isinstance(error.__cause__, xpander_tasks.TasksError)
    assert (error.task is not None) == seen
    assert "the last poll failed" in str(error)


def test_a_wait_outlasts_an_outage() -> None:
    """The server comes back after a minute, and the wait returns the task."""
    begun: list[float] = []

    def server(request: httpx.Request) -> Takes:
        begun.append(client.clock.now)
        out = 5 < client.clock.now - begun[0] < 65
        found = EXECUTING if client.clock.now - begun[0] < 70 else task()
        return failing(503) if out else Takes(0.1, httpx.Response(200, json=found))

    client = VirtualClient(server)
    assert wait(client, 300).status == "completed"
    assert client.clock.now - begun[0] < 100


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusal_ends_a_wait_at_once(status: int) -> None:
    """What no patience can change is raised as it is."""
    client = VirtualClient(answers(EXECUTING, failing(status)))
    with pytest.raises(xpander_tasks.StatusError) as caught:
        wait(client, 300)
    assert caught.value.status_code == status
    assert len(client.sent) == 2


def test_a_wait_without_a_timeout_gives_an_outage_up_after_the_time_of_retries() -> None:
    """Without a deadline, an outage that does not end would otherwise never be reported."""
    client = VirtualClient(answers(EXECUTING, failing(503)), retry=Retry(max_time=60))
    begun = client.clock.now
    with pytest.raises(xpander_tasks.ServerError):
        wait(client, None)
    assert 60 < client.clock.now - begun < 120


def test_a_rate_limit_does_not_outlast_the_deadline() -> None:
    """A place in the rate limit that comes too late is not waited for."""
    client = VirtualClient(answers(EXECUTING), rate_limit="1/60s")
    took, error = timed_out(client, lambda: wait(client, 1, interval=0.1))
    assert took == pytest.approx(1)
    assert "rate limit" in str(error.__cause__)
    assert error.task is not None


def test_a_limit_told_by_the_server_does_not_outlast_the_deadline() -> None:
    """The same holds for the wait that the server's headers ask for."""
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1770009999"}
    client = VirtualClient(answers(Takes(0.1, httpx.Response(200, json=EXECUTING, headers=headers))))
    took, _ = timed_out(client, lambda: wait(client, 2, interval=0.1))
    assert took == pytest.approx(2)


def test_a_retry_does_not_outlast_the_deadline() -> None:
    """A retry that would come too late is not begun, and the wait lasts as long as it was asked to."""
    client = VirtualClient(answers(failing(503, {"retry-after": "20"})))
    took, _ = timed_out(client, lambda: wait(client, 10))
    assert took == pytest.approx(10)


def test_a_slow_poll_is_cut_at_the_deadline() -> None:
    """The last poll gets the time that is left and no more."""
    client = VirtualClient(answers(EXECUTING, Takes(100, httpx.Response(200, json=EXECUTING))))
    took, _ = timed_out(client, lambda: wait(client, 10))
    assert took == pytest.approx(10)


def test_watching_has_the_same_deadline() -> None:
    """Its time starts when the first value is asked for."""
    client = VirtualClient(answers(EXECUTING))
    watching = client.emitted(client.operations.watch("t1", PollOptions(5)))
    client.clock.now += 60
    assert next(watching).status == "executing"
    took, _ = timed_out(client, lambda: next(watching))
    assert took == pytest.approx(5, abs=0.2)


def streaming(*pieces: tuple[float, bytes], polled: dict[str, Any] | Takes = EXECUTING) -> Server:
    """Answer an invoke with pieces of a stream, and every poll with the same."""

    def server(request: httpx.Request) -> Takes:
        if request.method == "POST":
            return Takes(0.1, httpx.Response(200), list(pieces))
        return polled if isinstance(polled, Takes) else Takes(0.1, httpx.Response(200, json=polled))

    return server


CREATED = event("task_created", EXECUTING)


@pytest.mark.parametrize(
    "server",
    [
        streaming((0, CREATED), *[(1, b": keep-alive\n\n")] * 500),
        streaming((0, CREATED), (500, b"")),
        streaming((0, CREATED)),
        streaming((0, CREATED), polled=failing(503)),
        streaming(*[(1, b"d")] * 500),
    ],
    ids=["keep-alives", "silence", "cut, then polled", "cut, then an outage", "one event that trickles"],
)
def test_a_stream_has_one_deadline(server: Server) -> None:
    """Events, silence, keep-alives and the polling after a loss all share `max_time`."""
    client = VirtualClient(server)
    flow = client.operations.stream("a1", "hello", {"id": None}, None, 30)
    client.clock.now += 60  # the time starts when the first event is asked for
    took, error = timed_out(client, lambda: list(client.emitted(flow)))
    assert took == pytest.approx(30, abs=0.2)
    assert error.task_id is not None
    assert len([request for _, request in client.sent if request.method == "POST"]) == 1


def trickling(body: bytes) -> Any:
    """Answer with a few bytes each tenth of a second, for much longer than any deadline here."""

    def answer(got: Got) -> Iterable[Act]:
        for start in range(0, len(body), 2):
            yield body[start : start + 2]
            time.sleep(0.1)

    return answer


@pytest.mark.parametrize("part", ["headers", "body"])
def test_an_answer_that_trickles_is_cut_at_the_deadline(connect: Connect, serve: Serve, part: str) -> None:
    """Though each byte comes within the timeout of a read, the whole may not outlast the deadline."""
    whole = reply(task(result="x" * 2_000))
    at_once = 0 if part == "headers" else whole.index(b"\r\n\r\n") + 4

    def answer(got: Got) -> Iterable[Act]:
        yield whole[:at_once]
        yield from trickling(whole[at_once:])(got)

    server = serve(answer)
    begun = time.monotonic()
    with pytest.raises(xpander_tasks.WaitTimeoutError):
        connect(server.url, timeout=30).wait_for("t1", timeout=1)
    assert 1 <= time.monotonic() - begun < 10


def test_keep_alives_do_not_outlast_the_deadline(connect: Connect, serve: Serve) -> None:
    """A stream of nothing but comments ends with its time, over a socket too."""

    def answer(got: Got) -> Iterable[Act]:
        yield STREAM_HEAD + piece(CREATED)
        for _ in range(300):
            yield piece(b": keep-alive\n\n")
            time.sleep(0.1)

    client = connect(serve(answer).url)
    begun = time.monotonic()
    with pytest.raises(xpander_tasks.WaitTimeoutError) as caught:
        list(client.stream("a1", "hello", max_time=1))
    assert 1 <= time.monotonic() - begun < 10
    assert caught.value.task is None or caught.value.task.status == "executing"


def test_a_connection_is_free_after_a_deadline(connect: Connect, serve: Serve) -> None:
    """What was cut short does not hold the only connection."""
    server = serve(trickling(reply(task(result="x" * 2_000))))
    client = connect(server.url, timeout=30)
    with pytest.raises(xpander_tasks.WaitTimeoutError):
        client.wait_for("t1", timeout=0.5)
    server.answer = scripted(reply(task()))
    assert client.get("t1").id == "t1"
