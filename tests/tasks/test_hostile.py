"""Whatever the caller passes and whatever a server sends, a call returns what it promises or raises a `TasksError`.

`make test` tries 300 cases, `make hostile` 50,000. Each also proves that the call ends, sends no invoke twice, leaks no
thread, task or connection, and shows no credential.
"""

from __future__ import annotations

import asyncio
import dataclasses
import inspect
import itertools
import logging
import os
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xpander_api_client import AuthenticatedClient
from xpander_api_client.api.tasks import get_task, invoke_agent, invoke_agent_stream, list_tasks
from xpander_api_client.errors import ApiError
from xpander_api_client.models import InvokeRequest, TaskInput
from xpander_api_client.types import Response

from xpander_tasks import Configuration, Message, Retry, Task, TaskEvent, Tasks, TasksError, TasksListItem, TasksPage
from xpander_tasks._core.poll_options import PollOptions
from xpander_tasks.models import FullThread

from . import hostile
from .conftest import KEY, SSL_CONTEXT
from .faults import FaultServer, event, reply, scripted, task
from .flavours import Flavour
from .hostile import ANYTHING, FILTERS, Script
from .virtual import Takes, VirtualClient, failing

CASES = int(os.environ.get("HOSTILE_CASES", "300"))
WORKING = scripted(reply(task()))
RETRY = Retry(attempts=2, backoff=0.001, max_backoff=0.001, max_time=1)
LONGEST = 60.0
"""Seconds after which a call counts as hung; none takes one, and no slow machine makes one take so long."""


def cases(share: float) -> settings:
    """Try a share of the cases, the same ones in every run."""
    return settings(
        max_examples=max(1, round(CASES * share)),
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.filter_too_much,
            HealthCheck.function_scoped_fixture,
            HealthCheck.differing_executors,
        ],
    )


class Fleet:
    """A blocking and an awaited client, on a server that sends any bytes."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.server = self._stack.enter_context(FaultServer(scripted(b"")))
        configuration = Configuration(api_key=KEY, base_url=self.server.url, timeout=2.0, retry=RETRY)
        transport = httpx.HTTPTransport(verify=SSL_CONTEXT)
        async_transport = httpx.AsyncHTTPTransport(verify=SSL_CONTEXT)
        self.pools: list[Any] = [transport._pool, async_transport._pool]
        self.runner = self._stack.enter_context(asyncio.Runner())
        self.tasks = Tasks(configuration, transport=transport, async_transport=async_transport)
        self.flavours = [Flavour(self.tasks, None), Flavour(self.tasks, self.runner)]

    def close(self) -> None:
        self.runner.run(self.tasks.aclose())
        self._stack.close()

    def assert_nothing_left(self) -> None:
        """Check that no connection is in use, and that no thread or task of ours still runs."""
        ends = time.monotonic() + LONGEST
        while left := self.left():
            assert time.monotonic() < ends, f"left behind: {left}"
            time.sleep(0.001)

    def left(self) -> list[object]:
        """Return the threads and tasks that still run, and the connections that are in use."""
        self.runner.run(asyncio.sleep(0))
        threads = [thread for thread in threading.enumerate() if thread.name.startswith("xpander_tasks")]
        connections = [connection for pool in self.pools for connection in pool.connections]
        used = [each for each in connections if not (each.is_idle() or each.is_closed())]
        return [*threads, *asyncio.all_tasks(self.runner.get_loop()), *used]


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else None
    made = Fleet()
    yield made
    made.close()
    if before is not None:
        assert len(os.listdir("/proc/self/fd")) <= before, "a socket is left"


def attempted(action: Callable[[], Any], promised: Callable[[Any], bool]) -> Any:
    """Run a call and check what becomes of it: what was promised, or an error of ours that shows no credential."""
    begun = time.monotonic()
    try:
        found = action()
    except TasksError as error:
        shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
        assert KEY not in shown
        found = error
    else:
        assert promised(found), found
        assert KEY not in repr(found)
    assert time.monotonic() - begun < LONGEST
    return found


def is_task(found: Any) -> bool:
    return isinstance(found, Task)


def are(kind: type) -> Callable[[Any], bool]:
    return lambda found: isinstance(found, list) and all(isinstance(part, kind) for part in found)


METHODS: dict[str, tuple[Callable[..., Any], Callable[[Any], bool]]] = {
    "list": (lambda c, *a, **k: c.list(*a, **k), are(TasksListItem)),
    "list_user_tasks": (lambda c, *a, **k: c.list_user_tasks(*a, **k), are(TasksListItem)),
    "iterate": (lambda c, *a, **k: list(c.iterate(*a, **k)), are(TasksListItem)),
    "pages": (lambda c, *a, **k: list(c.pages(*a, **k)), are(TasksPage)),
    "get": (lambda c, *a, **k: c.get(*a, **k), is_task),
    "stop": (lambda c, *a, **k: c.stop(*a, **k), is_task),
    "delete": (lambda c, *a, **k: c.delete(*a, **k), lambda found: found is None),
    "thread": (lambda c, *a, **k: c.thread(*a, **k), are(Message)),
    "full_thread": (lambda c, *a, **k: c.full_thread(*a, **k), lambda found: isinstance(found, FullThread)),
    "invoke": (lambda c, *a, **k: c.invoke(*a, **k), is_task),
    "start": (lambda c, *a, **k: c.start(*a, **k), is_task),
    "stream": (lambda c, *a, **k: list(c.stream(*a, **k)), are(TaskEvent)),
    "reply": (lambda c, *a, **k: c.reply(*a, **k), is_task),
    "wait_for": (lambda c, *a, **k: c.wait_for(*a, **k), is_task),
    "watch": (lambda c, *a, **k: list(c.watch(*a, **k)), are(Task)),
}
INVOKES = {"invoke", "start", "stream", "reply"}
NOT_HOSTILE = {"on_change", "concurrency"}
"""A callback raises what it raises, and a concurrency of 10^30 is a wish."""


def test_every_public_method_is_attacked() -> None:
    """A new method must be added to the table."""
    public = {
        name
        for name, _ in inspect.getmembers(Tasks, inspect.isfunction)
        if not name.startswith(("_", "a")) and name != "close"
    }
    assert public == METHODS.keys() | {"await_for"} - {"await_for"}


@pytest.fixture(scope="module")
def good() -> Iterator[list[Flavour]]:
    """Clients of both flavours on a server that answers as documented."""
    transport = httpx.MockTransport(hostile.good_answer)
    configuration = Configuration(api_key=KEY, base_url="http://api.example", retry=RETRY, timeout=5)
    with asyncio.Runner() as runner:
        tasks = Tasks(configuration, transport=transport, async_transport=transport)
        yield [Flavour(tasks, None), Flavour(tasks, runner)]
        runner.run(tasks.aclose())


@pytest.mark.parametrize("flavour", [0, 1], ids=["sync", "async"])
@pytest.mark.parametrize("method", METHODS)
def test_any_arguments(good: list[Flavour], method: str, flavour: int) -> None:
    """A server that answers as documented, and arguments of any kind."""
    parameters = [
        name
        for name, parameter in inspect.signature(getattr(Tasks, method)).parameters.items()
        if name not in {"self", *NOT_HOSTILE} and parameter.kind is not parameter.VAR_KEYWORD
    ]
    required = [ANYTHING if name != "filters" else FILTERS for name in parameters[:2]]
    optional = ["id", "title", "files", "user", "version", "payload_extension", "output_format"]

    @cases(1 / 3 / len(METHODS) / 2)
    @given(
        st.lists(st.just(0), max_size=len(required)).flatmap(lambda given: st.tuples(*required[: len(given)])),
        hostile.keyword_arguments([*parameters, *(optional if method in INVOKES else [])]),
    )
    def attack(arguments: tuple[Any, ...], keywords: dict[str, Any]) -> None:
        names = parameters[: len(arguments)]
        chosen = {name: value for name, value in keywords.items() if name not in names}
        call, promised = METHODS[method]
        if method in ("wait_for", "watch") and not isinstance(chosen.get("timeout"), str):
            chosen.setdefault("timeout", 1)
        try:
            inspect.signature(getattr(Tasks, method)).bind(None, *arguments, **chosen)
        except TypeError:
            return  # Python itself refuses what is missing or too much
        attempted(lambda: call(good[flavour], *arguments, **chosen), promised)

    attack()


READS: dict[str, tuple[Callable[[Flavour], Any], Callable[[Any], bool], st.SearchStrategy[Script]]] = {
    "list": (lambda c: c.list(concurrency=2), are(TasksListItem), hostile.LIST_SCRIPTS),
    "iterate": (lambda c: list(c.iterate("a1", concurrency=0)), are(TasksListItem), hostile.LIST_SCRIPTS),
    "get": (lambda c: c.get("t1"), is_task, hostile.TASK_SCRIPTS),
    "delete": (lambda c: c.delete("t1"), lambda found: found is None, hostile.TASK_SCRIPTS),
    "invoke": (lambda c: c.invoke("a1", "hello"), is_task, hostile.TASK_SCRIPTS),
    "start": (lambda c: c.start("a1", "hello", id="t1"), is_task, hostile.TASK_SCRIPTS),
    "wait_for": (lambda c: c.wait_for("t1", timeout=0.05, interval=0.01), is_task, hostile.TASK_SCRIPTS),
    "stream": (lambda c: list(c.stream("a1", "hello", max_time=0.2)), are(TaskEvent), hostile.STREAM_SCRIPTS),
    "turn": (lambda c: list(c.stream("a1", "x", id="t1", max_time=0.2)), are(TaskEvent), hostile.STREAM_SCRIPTS),
}


@pytest.mark.parametrize("flavour", [0, 1], ids=["sync", "async"])
@pytest.mark.parametrize("call", READS)
def test_any_answer(fleet: Fleet, call: str, flavour: int) -> None:
    """Answers of any bytes, cut, delayed and repeated anywhere, over a socket."""
    action, promised, scripts = READS[call]

    @cases(1 / 3 / len(READS) / 2)
    @given(scripts)
    def attack(script: Script) -> None:
        fleet.server.answer = script
        attempted(lambda: action(fleet.flavours[flavour]), promised)
        assert script.posts <= 1
        fleet.assert_nothing_left()
        fleet.server.answer = WORKING
        assert fleet.flavours[flavour].get("t1").id == "t1"  # nothing of what the server sent stays behind

    attack()


def looked(status: str | None) -> httpx.Response:
    return httpx.Response(200, json=task(status=status))


LOOKS = st.one_of(
    st.builds(Takes, st.floats(0, 90), st.sampled_from(["executing", "pending", "queued", None]).map(looked)),
    st.sampled_from([408, 429, 500, 503]).flatmap(
        lambda status: st.builds(
            failing,
            st.just(status),
            st.sampled_from(
                [{}, {"retry-after": "7"}, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1770001050"}]
            ),
        )
    ),
    st.sampled_from([httpx.ConnectError, httpx.ReadError, httpx.ReadTimeout, httpx.PoolTimeout]).map(failing),
)
PIECES = st.lists(
    st.tuples(st.floats(0, 40), st.sampled_from([b": keep-alive\n\n", b"data: x", event("chunk", "x"), event("x", 1)])),
    max_size=20,
)


@pytest.mark.parametrize("call", ["wait", "watch", "stream"])
def test_any_timing(call: str) -> None:
    """On a virtual clock: however long anything takes, a deadline holds, and an invoke is sent once."""

    @cases(1 / 4 / 3)
    @given(
        st.lists(LOOKS, min_size=1, max_size=6), PIECES, st.floats(0.001, 60), st.sampled_from([None, "1/60s", "2/s"])
    )
    def attack(looks: list[Takes], pieces: list[tuple[float, bytes]], limit: float, rate_limit: str | None) -> None:
        answers = itertools.cycle(looks)

        def server(request: httpx.Request) -> Takes:
            if request.method == "POST":
                return Takes(0.1, httpx.Response(200), pieces)
            look = next(answers)
            return dataclasses.replace(look)  # an answer is read once

        client = VirtualClient(server, rate_limit=rate_limit)
        operations, options = client.operations, PollOptions(limit, interval=0.5)
        calls: dict[str, Callable[[], Any]] = {
            "wait": lambda: client.run(operations.wait("t1", options, None, False)),
            "watch": lambda: list(client.emitted(operations.watch("t1", options))),
            "stream": lambda: list(client.emitted(operations.stream("a1", "hello", {}, None, limit))),
        }
        begun = client.clock.now
        with pytest.raises(TasksError):
            calls[call]()
        assert client.clock.now - begun <= limit + 0.001
        assert len([request for _, request in client.sent if request.method == "POST"]) <= 1

    attack()


GENERATED: dict[str, tuple[Callable[[AuthenticatedClient], Any], st.SearchStrategy[Script]]] = {
    "get_task": (lambda c: get_task.sync_detailed("t1", client=c), hostile.TASK_SCRIPTS),
    "list_tasks": (lambda c: list_tasks.sync_detailed(client=c), hostile.LIST_SCRIPTS),
    "invoke_agent": (
        lambda c: invoke_agent.sync_detailed("a1", client=c, body=InvokeRequest(input=TaskInput(text="x"))),
        hostile.TASK_SCRIPTS,
    ),
    "stream": (lambda c: streamed(c), hostile.STREAM_SCRIPTS),
}


def streamed(client: AuthenticatedClient) -> list[Any]:
    body = InvokeRequest(input=TaskInput(text="x"))
    with invoke_agent_stream.stream("a1", client=client, body=body, timeout=2) as arriving:
        return list(arriving)


def found_again(client: AuthenticatedClient) -> Any:
    """Read a task on a healthy server; the connection before may just be closing, and this client does not retry."""
    for _ in range(3):
        with suppress(httpx.TransportError):
            return get_task.sync("t1", client=client)
    raise AssertionError("the client does not work any more")


@pytest.mark.parametrize("call", GENERATED)
def test_any_answer_to_the_generated_client(fleet: Fleet, call: str) -> None:
    """It returns what it promises, or raises its own errors or a transport error of httpx, and shows no credential."""
    action, scripts = GENERATED[call]
    transport = httpx.HTTPTransport(verify=SSL_CONTEXT)
    with AuthenticatedClient(
        base_url=fleet.server.url, api_key=KEY, timeout=2, httpx_args={"transport": transport}
    ) as client:

        @cases(1 / 12 / len(GENERATED))
        @given(scripts)
        def attack(script: Script) -> None:
            fleet.server.answer = script
            try:
                found = action(client)
            except (ApiError, httpx.TransportError) as error:
                found = error
            assert isinstance(found, (Response, list, Exception))
            assert KEY not in repr(found) + str(found) + repr(getattr(found, "__dict__", ""))
            assert script.posts <= 1
            fleet.server.answer = WORKING
            assert found_again(client).id == "t1"

        attack()
