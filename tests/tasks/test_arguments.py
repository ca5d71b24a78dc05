"""Arguments and settings that cannot work are refused before anything is sent, in one sentence; unusual ones work."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import httpx
import pytest

import xpander_tasks
from xpander_tasks import Configuration, RateLimit, Retry, TaskInput, Tasks, User

from .conftest import KEY, Connect, Serve
from .faults import reply, scripted, task
from .flavours import Flavour

NOWHERE = "http://127.0.0.1:1"
INVOKES: dict[str, Callable[..., Any]] = {
    "invoke": lambda client, *args, **options: client.invoke(*args, **options),
    "start": lambda client, *args, **options: client.start(*args, **options),
    "stream": lambda client, *args, **options: list(client.stream(*args, **options)),
}
LISTS: dict[str, Callable[..., Any]] = {
    "list": lambda client, *args, **options: client.list(*args, **options),
    "iterate": lambda client, *args, **options: client.iterate(*args, **options),
    "pages": lambda client, *args, **options: client.pages(*args, **options),
    "list_user_tasks": lambda client, *args, **options: client.list_user_tasks(*(args or ["u1"]), **options),
}


@pytest.mark.parametrize("invoke", INVOKES)
def test_an_id_of_none_is_generated_and_sent_once(connect: Connect, serve: Serve, invoke: str) -> None:
    """`id=None` is like no id: the invoke is not repeated, and the error has the id that was generated."""
    server = serve(scripted(reply({"detail": "later"}, 503)))
    with pytest.raises(xpander_tasks.ServerError) as caught:
        INVOKES[invoke](connect(server.url), "a1", "hello", id=None)
    assert len(server.got) == 1
    assert len(server.got[0].json()["id"]) == 36
    assert caught.value.task_id == server.got[0].json()["id"]


@pytest.mark.parametrize("listing", LISTS)
def test_a_filter_of_a_wrong_type_does_not_list_everybody(connect: Connect, listing: str) -> None:
    """An empty or missing value would be left out of the query, and an object would become other filters."""
    client = connect(NOWHERE)
    for name in ("user_id", "agent_id", "status", "internal_status", "from_date"):
        for value in (None, [], {}, (), {"agent_id": "z"}, ["u1"], 7, b"u1", True):
            with pytest.raises(xpander_tasks.UsageError, match=f"expected.*{name}|unknown filter {name}"):
                LISTS[listing](client, filters={name: value})


@pytest.mark.parametrize("listing", LISTS)
def test_filters_that_are_no_mapping(connect: Connect, listing: str) -> None:
    """The error says what is expected and what came."""
    client = connect(NOWHERE)
    for filters in ([], "status", 5, [("status", "failed")], {"status"}):
        told = f"expected filters as a mapping.*got {type(filters).__name__}"
        with pytest.raises(xpander_tasks.UsageError, match=told):
            LISTS[listing](client, filters=filters)


@pytest.mark.parametrize("listing", LISTS)
def test_an_agent_or_user_of_none_is_not_the_whole_organization(connect: Connect, listing: str) -> None:
    """A variable that was never set must not list everybody; leaving the argument out does."""
    with pytest.raises(xpander_tasks.UsageError, match=r"expected (agent|user)_id as text"):
        LISTS[listing](connect(NOWHERE), None)


@pytest.mark.parametrize("invoke", INVOKES)
def test_an_input_that_is_neither_text_nor_task_input(connect: Connect, invoke: str) -> None:
    """The error says what is expected."""
    client = connect(NOWHERE)
    for input in (None, 5, b"hello", ["hello"], {"user": 7}, {"user": {"id": "no e-mail"}}):
        with pytest.raises(xpander_tasks.UsageError, match="expected input"):
            INVOKES[invoke](client, "a1", input)


def test_an_input_may_be_a_mapping(connect: Connect, serve: Serve) -> None:
    """A dictionary with the fields of `TaskInput` is one."""
    server = serve(scripted(reply(task())))
    client = connect(server.url)
    client.start("a1", {"text": "hi", "user": {"email": "ada@example.com"}})
    client.start("a1", TaskInput(text="hi", user=User(email="ada@example.com")))
    sent = [(got.json()["input"]["text"], got.json()["input"]["user"]) for got in server.got]
    assert sent == [("hi", {"email": "ada@example.com"})] * 2


IDS: list[Any] = ["x" * 200_000, "\ud800", "", None, 7]
BY_ID: dict[str, Callable[[Flavour, Any], Any]] = {
    "get": lambda client, id: client.get(id),
    "stop": lambda client, id: client.stop(id),
    "delete": lambda client, id: client.delete(id),
    "thread": lambda client, id: client.thread(id),
    "full_thread": lambda client, id: client.full_thread(id),
    "wait_for": lambda client, id: client.wait_for(id),
    "watch": lambda client, id: client.watch(id),
    "list": lambda client, id: client.list(id),
    "list_user_tasks": lambda client, id: client.list_user_tasks(id),
    "invoke": lambda client, id: client.invoke(id, "hello"),
    "start": lambda client, id: client.start(id, "hello"),
    "stream": lambda client, id: client.stream(id, "hello"),
    "invoke of an id": lambda client, id: client.invoke("a1", "hello", id=id or 7),
}


@pytest.mark.parametrize("call", BY_ID)
def test_ids_that_cannot_be_sent(connect: Connect, call: str) -> None:
    """An id that no path can carry is refused before anything is sent."""
    client = connect(NOWHERE)
    for id in IDS:
        with pytest.raises(xpander_tasks.UsageError, match="expected"):
            BY_ID[call](client, id)


def test_a_reply_needs_a_task(connect: Connect) -> None:
    """An id alone does not tell the agent."""
    client = connect(NOWHERE)
    for told in ("t1", None, 7, object()):
        with pytest.raises(xpander_tasks.UsageError, match="expected a task"):
            client.reply(told, "more")


UNSENDABLE: list[dict[str, Any]] = [
    {"payload_extension": {"x": math.nan}},
    {"payload_extension": {"x": math.inf}},
    {"payload_extension": {"x": object()}},
    {"payload_extension": {"x": "\ud800"}},
    {"title": "\ud800"},
    {"title": object()},
    {"output_schema": {("a",): 1}},
]


@pytest.mark.parametrize("invoke", INVOKES)
def test_options_that_json_cannot_carry(connect: Connect, invoke: str) -> None:
    """What cannot be written as JSON is a usage error, as nothing was sent."""
    client = connect(NOWHERE)
    for options in UNSENDABLE:
        with pytest.raises(xpander_tasks.UsageError, match="cannot be sent"):
            INVOKES[invoke](client, "a1", "hello", **options)


TIMEOUTS = [-1, 0, math.nan, math.inf, "5", True, httpx.Timeout(-1), httpx.Timeout(5, read=math.nan)]
WITH_TIMEOUT: dict[str, Callable[[Flavour, Any], Any]] = {
    "get": lambda client, timeout: client.get("t1", timeout=timeout),
    "list": lambda client, timeout: client.list(timeout=timeout),
    "pages": lambda client, timeout: client.pages(timeout=timeout),
    "delete": lambda client, timeout: client.delete("t1", timeout=timeout),
    "thread": lambda client, timeout: client.thread("t1", timeout=timeout),
    "invoke": lambda client, timeout: client.invoke("a1", "hello", timeout=timeout),
    "stream": lambda client, timeout: client.stream("a1", "hello", timeout=timeout),
}


@pytest.mark.parametrize("call", WITH_TIMEOUT)
def test_timeouts_that_make_no_sense(connect: Connect, call: str) -> None:
    """A timeout that no socket accepts is refused at the call."""
    client = connect(NOWHERE)
    for timeout in TIMEOUTS:
        with pytest.raises(xpander_tasks.UsageError, match="expected timeout in seconds above 0"):
            WITH_TIMEOUT[call](client, timeout)


@pytest.mark.parametrize("max_time", [-1, math.nan, "5"])
def test_the_time_of_a_stream_is_checked(connect: Connect, max_time: Any) -> None:
    """The limit of a whole stream is a number of seconds."""
    with pytest.raises(xpander_tasks.UsageError, match="expected max_time in seconds"):
        connect(NOWHERE).stream("a1", "hello", max_time=max_time)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: Configuration(rate_limit=5), "expected rate_limit such as '100/60s'"),  # type: ignore[arg-type]
        (lambda: Configuration(retry=3), "expected retry as Retry"),  # type: ignore[arg-type]
        (lambda: Configuration(timeout="5"), "expected timeout"),  # type: ignore[arg-type]
        (lambda: Configuration(timeout=-1), "expected timeout"),
        (lambda: Configuration(max_body=0), "expected max_body"),
        (lambda: Configuration(base_url="http://h/?a=b"), "without a query or fragment"),
        (lambda: Configuration(base_url="http://h/#top"), "without a query or fragment"),
        (lambda: Configuration(base_url="http://h:port"), "expected base_url such as"),
        (lambda: Configuration(base_url="http://"), "and a host"),
        (lambda: Configuration(base_url=7), "expected base_url such as"),  # type: ignore[arg-type]
        (lambda: Configuration(api_key=7), "printable ASCII"),  # type: ignore[arg-type]
        (lambda: Tasks("key"), "api_key="),  # type: ignore[arg-type]
        (lambda: Retry(attempts=1.5), "whole number"),  # type: ignore[arg-type]
        (lambda: Retry(attempts=True), "whole number"),
        (lambda: Retry(max_time=math.nan), "max_time"),
        (lambda: Retry(backoff="1"), "backoff"),  # type: ignore[arg-type]
        (lambda: RateLimit(0, 1), "at least 1 request"),
        (lambda: RateLimit(1, math.inf), "at least 1 request"),
    ],
)
def test_settings_are_refused_when_they_are_made(make: Callable[[], object], told: str) -> None:
    """One sentence says which setting is wrong and what is expected."""
    with pytest.raises(xpander_tasks.ConfigurationError, match=told) as caught:
        make()
    assert "\n" not in str(caught.value)


def test_a_retry_after_very_many_attempts_has_a_delay() -> None:
    """The doubled backoff ends at its bound, before a float does."""
    delay = Retry(attempts=10**6).delay(2000, None, 0)
    assert delay is not None
    assert 10 <= delay <= 20


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("XPANDER_BASE_URL", "http://[broken"),
        ("XPANDER_BASE_URL", "localhost:80"),
        ("HTTP_PROXY", "nonsense://proxy"),
        ("HTTPS_PROXY", "http://host:port"),
        ("SSL_CERT_FILE", "/no/such/file.pem"),
    ],
)
@pytest.mark.parametrize("awaited", [False, True])
def test_a_broken_environment_is_a_configuration_error(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, awaited: bool
) -> None:
    """The message names what to check."""
    import asyncio

    monkeypatch.setenv("XPANDER_BASE_URL", NOWHERE)
    monkeypatch.setenv(name, value)

    async def call() -> None:
        await Tasks(Configuration(api_key=KEY)).aget("t1")

    with pytest.raises(xpander_tasks.ConfigurationError, match=r"base_url|PROXY"):
        asyncio.run(call()) if awaited else Tasks(Configuration(api_key=KEY)).get("t1")


def test_awaited_methods_need_an_event_loop() -> None:
    """Outside of one, the error says where to call them."""
    with pytest.raises(xpander_tasks.UsageError, match="async def"):
        Tasks(Configuration(api_key=KEY, base_url=NOWHERE)).aiterate()
