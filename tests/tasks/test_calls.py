"""The operations on the mock: the requests sent, the values returned, and what calls share."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import random
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any, TypedDict

import attrs
import pydantic
import pytest
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from xpander_api_client import models

import xpander_tasks
from xpander_mock import XpanderMock
from xpander_tasks import (
    AgentExecutionStatus,
    Configuration,
    InvokeOptions,
    RateLimit,
    TaskInput,
    Tasks,
    TasksListItem,
    User,
)
from xpander_tasks._core.limits import Limiter

from .conftest import KEY, Connect, Serve
from .faults import Act, Got, page, reply, scripted, task
from .flavours import Flavour


def test_pages_have_the_totals_and_the_tasks(client: Flavour) -> None:
    """Page by page, item by item and the whole list are the same tasks, and the total is known meanwhile."""
    pages = list(client.pages(per_page=7))
    assert [page.page for page in pages] == list(range(1, pages[0].total_pages + 1))
    whole = [item.id for item in client.list()]
    assert [item.id for page in pages for item in page.items] == whole
    tasks = client.iterate(per_page=7)
    assert [next(tasks).id] == whole[:1]
    assert tasks.total == len(whole) == pages[0].total
    assert [item.id for item in tasks] == whole[1:]


def test_a_list_that_needs_one_page_sends_one_request(connect: Connect, serve: Serve) -> None:
    """No page is read ahead that does not exist."""
    item = {name: value for name, value in task().items() if name != "input"}
    server = serve(scripted(reply({"items": [item], "total": 1, "page": 1, "per_page": 50, "total_pages": 1})))
    assert [i.id for i in connect(server.url).list()] == ["t1"]
    assert len(server.got) == 1


def test_pages_are_read_when_they_are_needed(connect: Connect, serve: Serve) -> None:
    """Without reading ahead, a page is asked for when the one before is used up."""

    def answer(got: Got) -> Iterable[Act]:
        number = int(got.query["page"])
        item = {name: value for name, value in task(id=f"t{number}").items() if name != "input"}
        return [reply({"items": [item], "total": 3, "page": number, "per_page": 1, "total_pages": 3})]

    server = serve(answer)
    tasks = connect(server.url).iterate(per_page=1, concurrency=0)
    assert [len(server.got) for _ in tasks] == [1, 2, 3]


def test_concurrency_bounds_the_pages_read_at_the_same_time(connect: Connect, serve: Serve) -> None:
    """Reading ahead uses exactly the concurrency that was asked for."""
    lock, now, most = threading.Lock(), 0, 0

    def answer(got: Got) -> Iterable[Act]:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.02)
        with lock:
            now -= 1
        number = int(got.query["page"])
        item = {name: value for name, value in task(id=f"t{number}").items() if name != "input"}
        return [reply({"items": [item], "total": 20, "page": number, "per_page": 1, "total_pages": 20})]

    client = connect(serve(answer).url, connections=10)
    assert len([*client.iterate(per_page=1, concurrency=3)]) == 20
    assert most == 3


def test_an_invoke_with_everything(client: Flavour, mock: XpanderMock) -> None:
    """What the invoke carries comes back with the task."""
    options: InvokeOptions = {
        "id": "chosen-by-the-caller",
        "title": "A title",
        "source": "api",
        "output_format": "json",
        "payload_extension": {"order": 7},
        "user": User(email="ada@example.com", id="user_42"),
        "files": ["https://example.com/a.pdf"],
    }
    done = client.invoke(mock.agent_id, TaskInput(text="hello"), **options)
    assert (done.id, done.title, done.source, done.payload_extension) == (
        "chosen-by-the-caller",
        "A title",
        "api",
        {"order": 7},
    )
    assert done.input.user is not None
    assert (done.input.text, done.input.files, done.input.user.email) == (
        "hello",
        ["https://example.com/a.pdf"],
        "ada@example.com",
    )


def test_the_options_are_the_fields_of_the_contract() -> None:
    """Every field of `InvokeRequest` and of its input can be given, and nothing else but the version."""
    fields = {field.name for field in attrs.fields(models.InvokeRequest)}
    assert set(InvokeOptions.__annotations__) == fields - {"input", "additional_properties"} | {
        "files",
        "user",
        "version",
    }


def test_the_page_has_the_fields_of_the_contract() -> None:
    """The page of this package and the generated one have the same fields."""
    fields = [[field.name for field in attrs.fields(page)] for page in (models.TasksPage, xpander_tasks.TasksPage)]
    assert fields[0] == [*fields[1], "additional_properties"]


def test_a_version_goes_into_the_query(connect: Connect, serve: Serve) -> None:
    """The agent's version is a parameter, not a part of the body."""
    server = serve(scripted(reply(task())))
    connect(server.url).start("a1", "hello", version="draft")
    assert (server.got[0].query, "version" in server.got[0].json()) == ({"version": "draft"}, False)


def test_a_conversation(client: Flavour, mock: XpanderMock) -> None:
    """A reply updates the task, and the thread has both turns; the full thread has more."""
    first = client.invoke(mock.agent_id, "first")
    second = client.reply(first, "second")
    assert (second.id, second.result) == (first.id, "second")
    said = [(message.role, message.content) for message in client.thread(first)]
    assert said == [("user", "first"), ("assistant", "first"), ("user", "second"), ("assistant", "second")]
    roles = {message.role for message in client.full_thread(first.id).root}
    assert {"user", "assistant"} < roles


def test_stopping_and_deleting(client: Flavour, mock: XpanderMock) -> None:
    """A running task is stopped; after its deletion every operation on it is a 404."""
    running = client.start(mock.agent_id, "slow 60")
    stopped = client.stop(running)
    assert (stopped.status, stopped.is_manually_stopped) == ("stopped", True)
    assert client.stop(running.id) == stopped
    assert client.delete(stopped) is None
    for call in (client.get, client.stop, client.delete, client.thread, client.full_thread):
        with pytest.raises(xpander_tasks.NotFoundError):
            call(running.id)


def test_what_the_contract_does_not_know_stays_reachable(connect: Connect, serve: Serve) -> None:
    """Unknown fields and the raw answer are kept, of a task, an item and a task in an event."""
    item = {name: value for name, value in task(colour="red").items() if name != "input"}

    def answer(got: Got) -> Iterable[Act]:
        page = {"items": [item], "total": 1, "page": 1, "per_page": 50, "total_pages": 1}
        return [reply(page if got.path == "/v1/tasks" else task(colour="blue"), x_region="eu")]

    client = connect(serve(answer).url)
    (listed,) = client.list()
    loaded = client.get(listed)
    assert (listed.extra, loaded.extra) == ({"colour": "red"}, {"colour": "blue"})
    assert loaded.response.headers["x-region"] == "eu"
    assert json.loads(loaded.response.content)["colour"] == "blue"


def test_unknown_fields_of_a_streamed_task_stay_reachable(client: Flavour, mock: XpanderMock) -> None:
    """A task in an event has its own unknown fields, not those of another event."""
    finished = client.stream(mock.agent_id, "hello").result()
    assert finished.extra == client.get(finished.id).extra
    assert finished.response.headers["content-type"].startswith("text/event-stream")


def test_copies_have_no_way_back(client: Flavour) -> None:
    """A copy or a pickle equals the original, and says why it cannot load."""
    item = client.list()[0]
    for twin in (copy.copy(item), copy.deepcopy(item), pickle.loads(pickle.dumps(item))):
        assert twin == item
        with pytest.raises(xpander_tasks.UsageError, match="get it anew"):
            client.load(twin)


def test_a_new_status_is_kept_as_it_was_sent(connect: Connect, serve: Serve) -> None:
    """A value that the contract does not know equals the text that was sent."""
    found = connect(serve(scripted(reply(task(status="archived")))).url).get("t1")
    assert found.status == "archived"
    assert isinstance(found.status, AgentExecutionStatus)


@dataclass
class Named:
    name: str


class NamedDict(TypedDict):
    name: str


class NamedModel(pydantic.BaseModel):
    name: str


@pytest.mark.parametrize(
    ("as_type", "expected"),
    [
        (Named, Named("x")),
        (NamedModel, NamedModel(name="x")),
        (dict[str, str], {"name": "x"}),
        (NamedDict, {"name": "x"}),
    ],
)
def test_results_are_decoded_into_the_type_that_is_given(
    connect: Connect, serve: Serve, as_type: Any, expected: Any
) -> None:
    """Dataclasses, pydantic models, dictionaries and typed dictionaries come from the same JSON."""
    found = connect(serve(scripted(reply(task(result='{"name": "x"}')))).url).get("t1")
    assert found.parsed(as_type) == expected


@pytest.mark.parametrize(
    ("fields", "as_type", "told"),
    [
        ({"result": '{"name": 7}'}, Named, "Expected `str`, got `int`"),
        ({"result": '{"name": 7}'}, NamedModel, "valid string"),
        ({"result": "{", "output_format": "json"}, None, "truncated"),
        ({"result": None, "status": "executing"}, None, "has no result; it is executing"),
    ],
)
def test_a_result_that_does_not_fit(
    connect: Connect, serve: Serve, fields: dict[str, Any], as_type: Any, told: str
) -> None:
    """The error says what was expected and what came, and keeps the result."""
    found = connect(serve(scripted(reply(task(**fields)))).url).get("t1")
    with pytest.raises(xpander_tasks.DecodeError, match=told) as caught:
        found.parsed() if as_type is None else found.parsed(as_type)
    assert caught.value.body == fields["result"]


def test_a_limit_set_by_the_caller_is_kept_across_concurrent_pages(connect: Connect, serve: Serve) -> None:
    """Concurrent pages share the rate limit, and take as long as it demands."""

    def answer(got: Got) -> Iterable[Act]:
        number = int(got.query["page"])
        return [reply(page(number, 12))]

    client = connect(serve(answer).url, connections=10, rate_limit=RateLimit(4, 0.4))
    begun = time.monotonic()
    assert len([*client.pages(per_page=1, concurrency=6)]) == 12
    assert time.monotonic() - begun >= 0.8


def test_no_window_has_more_requests_than_the_limit() -> None:
    """However often places are asked for, no span of the limit's seconds has more requests than the limit."""
    limiter = Limiter(RateLimit(4, 10.0))
    chance = random.Random(0)
    now, given = 0.0, []
    for _ in range(2_000):
        if limiter.acquire(now, 60) == 0:
            given.append(now)
            limiter.release(None, now, 0.0)
        now += chance.uniform(0, 2)
    assert len(given) > 500
    assert all(later - earlier >= 10.0 for earlier, later in zip(given, given[4:], strict=False))


def test_a_limit_told_by_the_headers_is_kept_across_concurrent_pages(connect: Connect, serve: Serve) -> None:
    """When no request is left, none is sent before the reset, so that no 429 ever comes."""
    lock, window, count = threading.Lock(), [0], [0]

    def answer(got: Got) -> Iterable[Act]:
        with lock:
            now = time.time()
            if now >= window[0]:
                window[0], count[0] = int(now) + 1, 0
            count[0] += 1
            left = 3 - count[0]
            headers: dict[str, Any] = {
                "date": formatdate(now, usegmt=True),
                "x_ratelimit_limit": "3",
                "x_ratelimit_remaining": str(max(left, 0)),
                "x_ratelimit_reset": str(window[0]),
            }
        if left < 0:
            return [reply({"detail": "slow down"}, 429, **headers)]
        number = int(got.query["page"])
        return [reply(page(number, 7), **headers)]

    server = serve(answer)
    client = connect(server.url, connections=10)
    assert len([*client.pages(per_page=1, concurrency=2)]) == 7
    assert len(server.got) == 7


def test_the_limiter_counts_what_is_under_way() -> None:
    """Requests that the server has not answered yet are taken off what it says is left."""
    limiter = Limiter()
    for _ in range(3):
        assert limiter.acquire(0.0, 60) == 0
    limiter.release({"x-ratelimit-remaining": "3", "x-ratelimit-reset": "1010"}, 0.0, 1000.0)
    assert limiter.acquire(0.0, 60) == 0
    assert limiter.acquire(1.0, 60) == 9.0
    assert limiter.acquire(1.0, patience=5) == 0
    assert limiter.acquire(10.0, 60) == 0


def test_one_client_serves_many_threads(mock: XpanderMock) -> None:
    """Threads that share a client each get the answer to their own request."""
    with Tasks(Configuration(api_key=mock.api_key, base_url=mock.url)) as tasks, ThreadPoolExecutor(8) as pool:
        ids = [item.id for item in tasks.list()[:40]]
        assert [found.id for found in pool.map(tasks.get, ids)] == ids


def test_the_log_says_what_is_repeated(connect: Connect, serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """The logger reports each request, and each retry with its reason."""
    caplog.set_level(logging.DEBUG, "xpander_tasks")
    server = serve(scripted(reply("", 503), reply(task())))
    connect(server.url).get("t1")
    told = [record.getMessage() for record in caplog.records if record.name == "xpander_tasks"]
    assert [line.split(":")[-1].split()[0] for line in told] == ["503", "503;", "200"]
    assert "again in" in told[1]


def test_open_telemetry_sees_each_request(mock: XpanderMock) -> None:
    """The instrumentation of httpx works unchanged on clients that are made here."""
    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    instrumentor = HTTPXClientInstrumentor()
    instrumentor.instrument(tracer_provider=provider)
    try:
        with Tasks(Configuration(api_key=mock.api_key, base_url=mock.url)) as tasks:
            found = tasks.get(tasks.list(concurrency=0)[0].id)
    finally:
        instrumentor.uninstrument()
        provider.shutdown()
    finished = spans.get_finished_spans()
    assert {span.name for span in finished} == {"GET"}
    assert any(str((span.attributes or {}).get("http.url", "")).endswith(found.id) for span in finished)
    assert mock.api_key not in "".join(span.to_json() for span in finished)


def test_names_that_are_exported() -> None:
    """The public names are these; adding or removing one is a decision."""
    assert xpander_tasks.__all__ == [
        "AgentExecutionStatus", "AsyncResultIterator", "AsyncTaskIterator", "AsyncTaskStream", "ClosedError",
        "Configuration", "ConfigurationError", "ConnectError", "DecodeError", "ForbiddenError", "FullThread",
        "InvokeOptions", "LLMReasoningEffort", "LostConnectionError", "Message", "ModuleException", "NotFoundError",
        "OutputFormat", "RateLimit", "RateLimitedError", "RequestTimeoutError", "ResultIterator", "Retry",
        "ServerError", "StatusError", "Task", "TaskEvent", "TaskFailedError", "TaskFilters", "TaskInput",
        "TaskIterator", "TaskStream", "Tasks", "TasksError", "TasksListItem", "TasksPage", "ThinkMode",
        "TransportError", "UnauthorizedError", "UsageError", "User", "ValidationFailedError", "WaitTimeoutError",
    ]  # fmt: skip
    for name in xpander_tasks.__all__:
        assert getattr(xpander_tasks, name).__name__ in (name, "TasksError")
    assert dir(xpander_tasks) == sorted(xpander_tasks.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        xpander_tasks.Nothing  # noqa: B018 - the access is the test


def test_every_blocking_method_has_an_awaited_twin() -> None:
    """The twin has the same name with the prefix, and the same parameters."""
    import inspect

    from xpander_tasks._async_methods import AsyncMethods
    from xpander_tasks._sync_methods import SyncMethods

    def methods(kind: type) -> dict[str, str]:
        return {n: str(inspect.signature(m)) for n, m in vars(kind).items() if inspect.isfunction(m) and n[0] != "_"}

    plain, awaited = methods(SyncMethods), methods(AsyncMethods)
    twins = {"await_for" if name == "wait_for" else f"a{name}": signature for name, signature in plain.items()}
    assert awaited.keys() == twins.keys()
    for name, signature in twins.items():
        assert awaited[name].partition("->")[0] == signature.partition("->")[0], name


def test_items_are_the_generated_models_with_a_way_back() -> None:
    """The models are subclasses of the generated ones, so that `isinstance` holds for both."""
    assert issubclass(TasksListItem, models.TasksListItem)
    assert issubclass(xpander_tasks.Task, models.Task)
    assert KEY not in repr(Configuration(api_key=KEY))
