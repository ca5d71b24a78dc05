"""Leaving, closing and ending early: silent, at once, and nothing is left behind."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import httpx
import pytest

import xpander_tasks
from xpander_tasks import Configuration, Tasks

from .conftest import KEY, QUICK, Connect, Serve
from .faults import STREAM_HEAD, Act, FaultServer, Got, Until, event, page, piece, reply, scripted, task
from .flavours import Flavour

SOON = 6.0
"""Seconds within which what does not wait for a held answer is done, on a slow machine too; a held answer takes ten."""


def slow_pages(got: Got) -> Iterable[Act]:
    """Answer the first page at once, and hold all others."""
    number = int(got.query.get("page", 1))
    return [reply(page(number, 9))] if number == 1 else [Until()]


def held_events(got: Got) -> Iterable[Act]:
    """Answer an invoke with one event, and hold the rest; hold every poll of the task."""
    if got.method == "POST":
        return [STREAM_HEAD, piece(event("task_created", task(status="pending"))), Until()]
    return [Until()]


def until(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds, as for what another thread does."""
    ends = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < ends, "it never happened"
        time.sleep(0.002)


def our_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("xpander_tasks")]


def run_alone(body: str, url: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a process that shows every warning as an error."""
    script = (
        "import asyncio, logging, sys, threading, time\n"
        "logging.getLogger('asyncio').setLevel(logging.ERROR)  # a slow first import is no leak\n"
        "from xpander_tasks import Configuration, Tasks\n"
        f"configuration = Configuration(api_key='k', base_url={url!r})\n"
    ) + textwrap.dedent(body)
    return subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", script], capture_output=True, text=True, timeout=60
    )


LEAVING = {
    "break": """
        async def main():
            async with Tasks(configuration) as tasks:
                async for item in tasks.aiterate(per_page=1, concurrency=3):
                    break
        asyncio.run(main())
        """,
    "break out of pages": """
        async def main():
            async with Tasks(configuration) as tasks:
                async for page in tasks.apages(per_page=1, concurrency=3):
                    break
        asyncio.run(main())
        """,
    "an exception in the body": """
        async def main():
            async with Tasks(configuration) as tasks:
                try:
                    async for item in tasks.aiterate(per_page=1, concurrency=3):
                        raise KeyError
                except KeyError:
                    pass
        asyncio.run(main())
        """,
    "never closed": """
        async def main():
            tasks = Tasks(configuration)
            iterator = tasks.aiterate(per_page=1, concurrency=3)
            await anext(iterator)
        asyncio.run(main())
        """,
    "never begun": """
        async def main():
            async with Tasks(configuration) as tasks:
                tasks.aiterate()
                tasks.awatch("t1")
        asyncio.run(main())
        """,
    "blocking": """
        with Tasks(configuration) as tasks:
            for item in tasks.iterate(per_page=1, concurrency=3):
                break
        """,
    "blocking, never closed": """
        tasks = Tasks(configuration)
        iterator = tasks.iterate(per_page=1, concurrency=3)
        next(iterator)
        """,
    "closed": """
        async def main():
            async with Tasks(configuration) as tasks:
                iterator = tasks.aiterate(per_page=1, concurrency=3)
                await anext(iterator)
                await iterator.aclose()
        asyncio.run(main())
        """,
}


@pytest.mark.parametrize("way", LEAVING)
def test_leaving_an_iterator_early_is_silent_and_quick(serve: Serve, way: str) -> None:
    """Whatever way an iterator is left, nothing is printed, and nothing waits for the pages that are being read."""
    begun = time.monotonic()
    done = run_alone(LEAVING[way], serve(slow_pages).url)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert time.monotonic() - begun < SOON


STREAMS = {
    "break": """
        async def main():
            async with Tasks(configuration) as tasks:
                async for event in tasks.astream("a1", "hello"):
                    break
        asyncio.run(main())
        """,
    "blocking": """
        with Tasks(configuration) as tasks:
            for event in tasks.stream("a1", "hello"):
                break
        """,
}


@pytest.mark.parametrize("way", STREAMS)
def test_leaving_a_stream_early_is_silent(serve: Serve, way: str) -> None:
    """The connection of a stream that is dropped is closed."""
    done = run_alone(STREAMS[way], serve(held_events).url)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_client_that_outlives_its_event_loop_leaks_no_socket(serve: Serve) -> None:
    """`asyncio.run` inside a plain `with` block closes what it opened."""
    script = """
        with Tasks(configuration) as tasks:
            for _ in range(3):
                assert len(asyncio.run(tasks.alist())) == 1
        """
    done = run_alone(script, serve(scripted(reply(page(1, 1)))).url)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_end_of_the_process_does_not_wait_for_pages(serve: Serve) -> None:
    """Threads that read ahead do not keep a process alive."""
    script = """
        tasks = Tasks(configuration)
        iterator = tasks.iterate(per_page=1, concurrency=3)
        next(iterator)
        sys.stdout.write(str(time.time()))
        """
    done = run_alone(script, serve(slow_pages).url)
    assert (done.returncode, done.stderr) == (0, "")
    assert time.time() - float(done.stdout) < SOON


def test_ctrl_c_ends_a_list_at_once(serve: Serve) -> None:
    """An interrupt is not held up by the pages that are being read."""
    script = """
        import signal
        main = threading.main_thread().ident
        threading.Timer(0.3, lambda: signal.pthread_kill(main, signal.SIGINT)).start()
        with Tasks(configuration) as tasks:
            try:
                tasks.list(concurrency=3)
            except KeyboardInterrupt:
                begun = time.time()
        sys.stdout.write(str(begun))
        """
    done = run_alone(script, serve(slow_pages).url)
    assert (done.returncode, done.stderr) == (0, "")
    assert time.time() - float(done.stdout) < SOON


def test_an_iterator_that_is_dropped_needs_no_garbage_collector(connect: Connect, serve: Serve) -> None:
    """No iterator is part of a reference cycle, so that dropping it ends it."""
    server = serve(slow_pages)
    client = connect(server.url, connections=4)
    gc.collect()
    gc.disable()
    try:
        for make in (client.iterate, client.pages):
            iterator = make(per_page=1, concurrency=3)
            next(iterator)
            del iterator
            if client.runner is None:
                until(lambda: our_threads() == [])
            else:
                client.runner.run(asyncio.sleep(0.05))
                assert asyncio.all_tasks(client.runner.get_loop()) == set()
    finally:
        gc.enable()


def test_reads_that_are_abandoned_close_their_connections(serve: Serve) -> None:
    """The threads that read ahead end, and so do the connections they read from, though the server never answers."""
    server = serve(slow_pages)
    with Tasks(Configuration(api_key=KEY, base_url=server.url)) as tasks:
        pages = tasks.pages(per_page=1, concurrency=3)
        next(pages)
        until(lambda: len(server.got) == 4)
        begun = time.monotonic()
        pages.close()
        assert time.monotonic() - begun < SOON
        until(lambda: our_threads() == [])
        with pytest.raises(StopIteration):
            next(pages)


OPEN: dict[str, tuple[Callable[[Got], Iterable[Act]], Callable[[Flavour], Any]]] = {
    "iterate": (slow_pages, lambda client: [*client.iterate(per_page=1)]),
    "pages, without reading ahead": (slow_pages, lambda client: [*client.pages(per_page=1, concurrency=0)]),
    "list": (slow_pages, lambda client: client.list(concurrency=2)),
    "stream": (held_events, lambda client: client.stream("a1", "hello").result()),
    "get": (held_events, lambda client: client.get("t1")),
    "wait_for": (scripted(reply(task(status="executing"))), lambda client: client.wait_for("t1", interval=60)),
    "watch": (scripted(reply(task(status="executing"))), lambda client: [*client.watch("t1", interval=60)]),
    "a rate limit": (
        scripted(reply(task(status="executing"))),
        lambda client: [client.get("t1") for _ in range(5)],
    ),
    "a retry": (
        scripted(reply({"detail": "later"}, 503, retry_after="60")),
        lambda client: client.get("t1"),
    ),
}


@pytest.mark.parametrize("call", OPEN)
def test_what_is_open_when_the_client_is_closed_ends_with_closed_error(
    connect: Connect, serve: Serve, call: str
) -> None:
    """Closing from another thread at once wakes every waiting call with `ClosedError`."""
    answer, action = OPEN[call]
    server = serve(answer)
    client = connect(server.url, connections=4, rate_limit="4/60s", retry=xpander_tasks.Retry(max_time=300))
    failed: list[BaseException] = []

    def work() -> None:
        try:
            action(client)
        except BaseException as error:
            failed.append(error)

    worker = threading.Thread(target=work)
    worker.start()
    until(lambda: len(server.got) >= {"a rate limit": 4, "list": 2}.get(call, 1))
    time.sleep(0.05)
    begun = time.monotonic()
    client.tasks.close()
    worker.join(30)
    assert time.monotonic() - begun < SOON
    assert [type(error) for error in failed] == [xpander_tasks.ClosedError]


def test_an_open_iterator_of_a_closed_client_says_so(connect: Connect, serve: Serve) -> None:
    """Reading on after `close` is the same error as any call."""
    server = serve(lambda got: [reply(page(int(got.query["page"]), 9))])
    client = connect(server.url)
    iterator = client.iterate(per_page=1, concurrency=0)
    next(iterator)
    client.tasks.close()
    with pytest.raises(xpander_tasks.ClosedError, match="make a new Tasks"):
        next(iterator)


def test_a_given_client_that_is_closed_is_told(connect: Connect, serve: Serve) -> None:
    """When the user's own client was closed, the error is no bare RuntimeError."""
    server = serve(scripted(reply(task())))
    own, own_async = httpx.Client(), httpx.AsyncClient()
    tasks = Tasks(Configuration(api_key=KEY, base_url=server.url), http_client=own, async_http_client=own_async)

    async def main() -> None:
        await own_async.aclose()
        await tasks.aget("t1")

    own.close()
    with pytest.raises(xpander_tasks.ClosedError, match="http_client"):
        tasks.get("t1")
    with pytest.raises(xpander_tasks.ClosedError, match="client"):
        asyncio.run(main())


def test_one_iterator_is_read_by_one_thread(serve: Serve) -> None:
    """Two threads cannot share an iterator: the second gets an error, and the first goes on."""
    hold = Until()

    def answer(got: Got) -> Iterable[Act]:
        return [hold, reply(page(1, 1))]

    server: FaultServer = serve(answer)
    with Tasks(Configuration(api_key=KEY, base_url=server.url, retry=QUICK)) as tasks:
        iterator = tasks.pages()
        found: list[Any] = []
        worker = threading.Thread(target=lambda: found.append(next(iterator)))
        worker.start()
        until(lambda: len(server.got) == 1)
        with pytest.raises(xpander_tasks.UsageError, match="another thread"):
            next(iterator)
        hold.event.set()
        worker.join()
        assert found[0].total == 1
