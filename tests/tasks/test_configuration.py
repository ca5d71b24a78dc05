"""Settings from arguments and the environment, and calls that are refused before anything is sent."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

import xpander_tasks
from xpander_mock import DEMO_BEARER_TOKEN, XpanderMock
from xpander_tasks import Configuration, RateLimit, Retry, Tasks

from .conftest import KEY, Connect, Serve
from .faults import reply, scripted, task
from .flavours import Flavour

VARIABLES = ("XPANDER_API_KEY", "XPANDER_BASE_URL", "XPANDER_ORGANIZATION_ID")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def test_the_environment_fills_in_what_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """Arguments come before the environment, the environment before the defaults."""
    plain = Configuration()
    assert (plain.api_key, plain.base_url, plain.organization_id) == (None, "https://api.xpander.ai", None)
    for name in VARIABLES:
        monkeypatch.setenv(name, f"http://from-{name.lower()}")
    told = Configuration()
    assert (told.api_key, told.base_url, told.organization_id) == tuple(f"http://from-{n.lower()}" for n in VARIABLES)
    given = Configuration(api_key="a", base_url="http://b", organization_id="c")
    assert (given.api_key, given.base_url, given.organization_id) == ("a", "http://b", "c")
    assert Configuration(bearer_token="t").api_key is None


def test_a_bearer_token_takes_the_place_of_the_key(connect: Connect, mock: XpanderMock) -> None:
    """Either way of authenticating works, and only one of them is sent."""
    client = connect(mock.url, api_key=None, bearer_token=DEMO_BEARER_TOKEN)
    assert client.list(concurrency=0)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"api_key": "a", "bearer_token": "b"}, "got both"),
        ({"api_key": "line\nbreak"}, "printable ASCII"),
        ({"api_key": "spa ce"}, "printable ASCII"),
        ({"bearer_token": "schlüssel"}, "printable ASCII"),
        ({"api_key": ""}, "printable ASCII"),
        ({"base_url": "api.xpander.ai"}, "http:// or https://"),
        ({"base_url": "https://name:password@api.example"}, "without a user name"),
        ({"timeout": 0}, "above 0"),
        ({"rate_limit": "many"}, "'many' is not a rate; expected requests per time, such as 100/60s, 100/m or 100/h"),
        ({"rate_limit": "0/m"}, "'0/m' is not a rate"),
        ({"rate_limit": "100/"}, "'100/' is not a rate"),
    ],
)
def test_settings_that_make_no_sense(settings: dict[str, Any], told: str) -> None:
    """A setting that cannot work is refused where it is given, and no credential is repeated."""
    with pytest.raises(xpander_tasks.ConfigurationError, match=told) as caught:
        Configuration(**settings)
    for secret in ("line", "spa ce", "schl", "password@"):
        assert secret not in str(caught.value)


@pytest.mark.parametrize("numbers", [{"attempts": 0}, {"max_time": -1}, {"backoff": -1}, {"max_backoff": -1}])
def test_retries_that_make_no_sense(numbers: dict[str, Any]) -> None:
    """A number out of range is named."""
    with pytest.raises(xpander_tasks.ConfigurationError, match=next(iter(numbers))):
        Retry(**numbers)


CALLS: dict[str, Any] = {
    "list": lambda client: client.list(),
    "iterate": lambda client: client.iterate(),
    "pages": lambda client: client.pages(),
    "list_user_tasks": lambda client: client.list_user_tasks("u1"),
    "get": lambda client: client.get("t1"),
    "invoke": lambda client: client.invoke("a1", "hello"),
    "start": lambda client: client.start("a1", "hello"),
    "stream": lambda client: client.stream("a1", "hello"),
    "stop": lambda client: client.stop("t1"),
    "delete": lambda client: client.delete("t1"),
    "thread": lambda client: client.thread("t1"),
    "full_thread": lambda client: client.full_thread("t1"),
    "wait_for": lambda client: client.wait_for("t1"),
    "watch": lambda client: client.watch("t1"),
}


@pytest.mark.parametrize("call", CALLS)
def test_a_missing_key_is_refused_at_the_call(connect: Connect, call: str) -> None:
    """Without credentials every method fails at once, with the remedy, and nothing is sent."""
    client = connect("http://127.0.0.1:1", api_key=None)
    with pytest.raises(xpander_tasks.ConfigurationError, match="set XPANDER_API_KEY"):
        CALLS[call](client)


@pytest.mark.parametrize("call", CALLS)
def test_a_closed_client_is_refused_at_the_call(connect: Connect, call: str) -> None:
    """After `close` every method fails at once, with the remedy."""
    client = connect("http://127.0.0.1:1")
    client.close()
    with pytest.raises(xpander_tasks.ClosedError, match="make a new Tasks"):
        CALLS[call](client)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda client: client.iterate(filters={"from_date": datetime(2026, 2, 1)}), "tzinfo=datetime.UTC"),
        (lambda client: client.list(filters={"to_date": "2026-02-01"}), "with an offset"),
        (lambda client: client.list(filters={"to_date": "yesterday"}), "ISO 8601"),
        (lambda client: client.list(filters={"to_date": 5}), "got int"),
        (lambda client: client.list("a1", {"colour": "red"}), "this list knows internal_status"),
        (lambda client: client.list("a1", {"from_date": datetime.now(UTC)}), "the organization's list"),
        (lambda client: client.list_user_tasks("u1", {"user_id": "u2"}), "unknown filter user_id"),
        (lambda client: client.list_user_tasks(""), "user_id"),
        (lambda client: client.list(""), "agent_id"),
        (lambda client: client.get(""), "task_id"),
        (lambda client: client.get(None), "task_id"),
        (lambda client: client.pages(per_page=51), "1 to 50"),
        (lambda client: client.pages(per_page=0), "1 to 50"),
        (lambda client: client.pages(concurrency=-1), "at least 0"),
        (lambda client: client.invoke("a1", "hello", colour="red"), "unknown option colour"),
    ],
)
def test_wrong_usage_is_refused_at_the_call(connect: Connect, call: Any, told: str) -> None:
    """What cannot work is refused before anything is sent, and the message says what would."""
    with pytest.raises(xpander_tasks.UsageError, match=told):
        call(connect("http://127.0.0.1:1"))


def test_timeouts_per_client_and_per_call(connect: Connect, serve: Serve) -> None:
    """A call's own timeout comes before the client's, and an invoke gets ten minutes to answer by default."""
    seen: list[Any] = []

    def record(request: httpx.Request) -> httpx.Response:
        seen.append(request.extensions["timeout"])
        return httpx.Response(200, json=task())

    with Tasks(Configuration(api_key=KEY, timeout=7), transport=httpx.MockTransport(record)) as tasks:
        tasks.get("t1")
        tasks.get("t1", timeout=3)
        tasks.get("t1", timeout=httpx.Timeout(1, read=2))
        tasks.invoke("a1", "hello")
        tasks.start("a1", "hello")
    assert [limits["read"] for limits in seen] == [7, 3, 2, 600, 7]
    assert [limits["connect"] for limits in seen] == [7, 3, 1, 7, 7]


def test_the_settings_of_the_users_client_are_kept(serve: Serve) -> None:
    """Timeout, headers and hooks of a given client hold, and it stays open."""
    seen: list[httpx.Request] = []
    server = serve(scripted(reply(task())))
    with httpx.Client(timeout=11, headers={"x-team": "blue"}, event_hooks={"request": [seen.append]}) as own:
        with Tasks(Configuration(api_key=KEY, base_url=server.url), http_client=own) as tasks:
            tasks.get("t1")
        assert not own.is_closed
    assert (seen[0].extensions["timeout"]["read"], server.got[0].headers["x-team"]) == (11, "blue")


def test_transports_of_the_user() -> None:
    """A transport serves either flavour, without any socket."""
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=task()))

    async def main() -> None:
        async with Tasks(Configuration(api_key=KEY), transport=transport, async_transport=transport) as tasks:
            assert tasks.get("t1").id == (await tasks.aget("t1")).id == "t1"

    asyncio.run(main())


def test_proxies_of_the_environment_are_used(monkeypatch: pytest.MonkeyPatch, serve: Serve, connect: Connect) -> None:
    """A client that is made here sends through the proxy that the environment names, sync and async."""
    proxy = serve(scripted(reply(task())))
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    configuration = Configuration(api_key=KEY, base_url="http://api.example")
    with Tasks(configuration) as tasks:
        assert tasks.get("t1").id == "t1"

    async def main() -> None:
        async with Tasks(configuration) as tasks:
            assert (await tasks.aget("t1")).id == "t1"

    asyncio.run(main())
    assert [got.headers["host"] for got in proxy.got] == ["api.example"] * 2


def test_one_client_serves_one_event_loop_after_another(mock: XpanderMock) -> None:
    """A client that outlives its event loop opens new connections in the next one; the end of a loop closes its own."""
    with Tasks(Configuration(api_key=mock.api_key, base_url=mock.url)) as tasks:
        assert len(asyncio.run(tasks.alist(concurrency=0))) == len(asyncio.run(tasks.alist())) > 0


def test_connections_are_kept_between_calls(connect: Connect, serve: Serve) -> None:
    """Calls one after another use one connection."""
    server = serve(scripted(reply(task())))
    client = connect(server.url, connections=10)
    for _ in range(5):
        client.get("t1")
    assert len(server._threads) == 2  # the one that accepts, and one for the only connection


def test_filters_are_sent_as_documented(connect: Connect, serve: Serve) -> None:
    """Every filter of the organization's list goes out, dates with their offset, members as their value."""
    page = {"items": [], "total": 0, "page": 1, "per_page": 50, "total_pages": 0}
    server = serve(scripted(reply(page)))
    filters = {
        "user_id": "u", "agent_id": "a", "parent_task_id": "p", "triggering_agent_id": "t", "internal_status": "i",
        "status": xpander_tasks.AgentExecutionStatus("failed"),
        "from_date": "2026-02-01T00:00:00+02:00", "to_date": datetime(2026, 2, 7, tzinfo=UTC),
    }  # fmt: skip
    assert connect(server.url).list(filters={**filters, "status": filters["status"]}) == []
    sent = server.got[0].query
    assert datetime.fromisoformat(sent.pop("from_date")) == datetime(2026, 1, 31, 22, tzinfo=UTC)
    assert datetime.fromisoformat(sent.pop("to_date")) == datetime(2026, 2, 7, tzinfo=UTC)
    assert sent == {
        "user_id": "u", "agent_id": "a", "parent_task_id": "p", "triggering_agent_id": "t", "internal_status": "i",
        "status": "failed", "page": "1", "per_page": "50",
    }  # fmt: skip


def test_dates_bound_the_list_of_the_organization(client: Flavour) -> None:
    """A range from the middle of the list returns the tasks inside it, both ends included."""
    every = [item for item in client.list() if item.created_at]
    newest, oldest = every[10].created_at, every[30].created_at
    found = client.list(filters={"from_date": oldest, "to_date": newest})
    assert {i.id for i in found} == {i.id for i in every if oldest <= i.created_at <= newest}


def test_a_rate_limit_can_be_given_as_numbers() -> None:
    """The text and the numbers mean the same."""
    limits = [Configuration(rate_limit=text).rate_limit for text in ("5/s", "100/m", "1000/h", "100/60s", "9/2m")]
    assert limits == [RateLimit(5, 1), RateLimit(100, 60), RateLimit(1000, 3600), RateLimit(100, 60), RateLimit(9, 120)]
