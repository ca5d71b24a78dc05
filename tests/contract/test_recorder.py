"""Every request of a run passes through the recorder, which counts, delays or refuses it."""

import json
import time
from dataclasses import replace
from typing import Any

import httpx
import pytest

from contract_tests.contract.openapi import operations
from contract_tests.record.exchange import SentRequest
from contract_tests.record.recorder import UNDOCUMENTED, Recorder, RequestRefused, reset_wait
from contract_tests.record.transport import RecordingTransport, recording_session
from contract_tests.run.target import Target
from tests.contract.conftest import KEY, OTHER_KEY

BASE = "https://api.example.com/root"


@pytest.fixture
def recorder(target: Target) -> Recorder:
    return Recorder(target)


def shows(recorder: Recorder, task: str) -> None:
    page = {"items": [{"id": task}], "total": 1, "page": 1, "per_page": 20, "total_pages": 1}
    recorder.remember_tasks("GET", f"{BASE}/v1/tasks", b"", 200, json.dumps(page).encode())


@pytest.mark.parametrize("method", ["POST", "DELETE", "PUT", "PATCH", "OPTIONS", "HEAD", "TRACE", "QUERY"])
def test_a_run_that_may_only_read_sends_nothing_but_get(target: Target, method: str) -> None:
    """Without CONTRACT_WRITES, any other method is refused before it is sent."""
    recorder = Recorder(replace(target, writes=False))
    recorder.before_request("GET", f"{BASE}/v1/tasks", b"")
    with pytest.raises(RequestRefused, match="CONTRACT_WRITES"):
        recorder.before_request(method, f"{BASE}/v1/tasks", b"")


def test_neither_client_can_bypass_it(target: Target) -> None:
    """The transport for httpx and the session for requests both ask the recorder before they connect."""
    recorder = Recorder(replace(target, writes=False, base_url="http://127.0.0.1:9"))
    with httpx.Client(transport=RecordingTransport(recorder)) as client, pytest.raises(RequestRefused):
        client.delete("http://127.0.0.1:9/v1/tasks/1")
    with recording_session(recorder) as session, pytest.raises(RequestRefused):
        session.delete("http://127.0.0.1:9/v1/tasks/1")
    assert recorder.sent == 0


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/tasks/theirs/stop", b""),
        ("DELETE", "/v1/tasks/theirs", b""),
        ("POST", "/v1/agents/a/invoke", b'{"input": {}, "id": "theirs"}'),
        ("POST", "/v1/agents/a/invoke/async", b'{"input": {}, "id": "theirs"}'),
        ("POST", "/v1/agents/a/invoke/stream", b'{"input": {}, "id": "theirs"}'),
    ],
)
def test_a_task_that_existed_before_is_never_changed(recorder: Recorder, method: str, path: str, body: bytes) -> None:
    """A run stops, deletes and continues no task that existed before it."""
    recorder.before_request(method, BASE + path, body)
    shows(recorder, "theirs")
    with pytest.raises(RequestRefused, match="created itself"):
        recorder.before_request(method, BASE + path, body)


def test_a_task_that_the_run_created_may_be_changed(recorder: Recorder) -> None:
    """A task that an invoke returned may be changed, and is remembered for the clean-up until it is deleted."""
    recorder.remember_tasks("POST", f"{BASE}/v1/agents/a/invoke", b"{}", 200, b'{"id": "ours"}')
    shows(recorder, "ours")
    recorder.before_request("DELETE", f"{BASE}/v1/tasks/ours", b"")
    assert list(recorder.created) == ["ours"]
    recorder.remember_tasks("DELETE", f"{BASE}/v1/tasks/ours", b"", 204, b"")
    assert not recorder.created


def test_a_streamed_task_is_known_by_its_events(recorder: Recorder) -> None:
    """The events of a stream name the task that it created."""
    events = (
        b'data: {"type": "task_created", "task_id": "streamed"}\n\ndata: {"type": "chunk", "task_id": "streamed"}\n\n'
    )
    recorder.remember_tasks("POST", f"{BASE}/v1/agents/a/invoke/stream", b"{}", 200, events)
    assert list(recorder.created) == ["streamed"]


@pytest.mark.parametrize(("workers", "seconds"), [(1, 0.5), (2, 1.0), (4, 2.0)])
def test_workers_share_the_rate_limit(
    target: Target, monkeypatch: pytest.MonkeyPatch, workers: int, seconds: float
) -> None:
    """With n workers, each sends an nth of the allowed requests, evenly spaced."""
    waits: list[float] = []
    monkeypatch.setattr(time, "monotonic", lambda: 100.0 + sum(waits))
    monkeypatch.setattr(time, "sleep", waits.append)
    recorder = Recorder(replace(target, rate_limit=2.0), workers)
    for _ in range(3):
        recorder.before_request("GET", f"{BASE}/v1/tasks", b"")
    assert waits == [seconds, seconds]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"X-RateLimit-Reset": "1010"}, 11.0),
        ({"X-RateLimit-Reset": "900"}, 0.1),
        ({"X-RateLimit-Reset": "99999"}, 70.0),
        ({}, 2.0),
        ({"X-RateLimit-Reset": "soon"}, 2.0),
    ],
)
def test_a_refused_request_waits_as_long_as_asked_within_reason(headers: dict[str, str], seconds: float) -> None:
    """After a 429 the run waits until the reset, at least a moment and at most 70 seconds."""
    assert reset_wait(headers, now=1000.0) == pytest.approx(seconds)


def test_requests_are_counted_by_operation_status_and_parameter(recorder: Recorder) -> None:
    """Each request counts for the operation of its method and path, with the documented parameters that it carries."""

    def send(method: str, path: str, status: int, body: Any = None) -> None:
        recorder.after_response(SentRequest(method, BASE + path, {"x-api-key": KEY}, json.dumps(body).encode()), status)

    send("GET", "/v1/tasks?page=2&per_page=&more=1", 200)
    send("GET", "/v1/tasks?page=0", 422)
    send("POST", "/v1/agents/a%2Fb/invoke?version=draft", 200, {"input": {}, "more": 1})
    send("PUT", "/v1/tasks", 405)
    send("GET", "/v2/tasks", 404)
    assert recorder.statuses == {
        "list_tasks": {200: 1, 422: 1},
        "invoke_agent": {200: 1},
        UNDOCUMENTED: {405: 1, 404: 1},
    }
    assert recorder.parameters["list_tasks"] == {"page": 2, "per_page": 1}
    assert recorder.parameters["invoke_agent"] == {"agent_id": 1, "version": 1, "input": 1}
    assert recorder.sent == 5


@pytest.mark.parametrize(
    ("headers", "caller"),
    [
        ({}, "nobody"),
        ({"X-Api-Key": KEY}, "own"),
        ({"x-api-key": OTHER_KEY}, "other"),
        ({"x-api-key": ""}, "wrong"),
        ({"x-api-key": "x"}, "wrong"),
        ({"Authorization": "Bearer token"}, "own"),
        ({"Authorization": "Bearer other"}, "wrong"),
        ({"Authorization": "Bearer token", "x-api-key": "x"}, "wrong"),
        ({"Authorization": "Bearer other", "x-api-key": KEY}, "unknown"),
    ],
)
def test_the_caller_is_known_by_its_credentials(target: Target, headers: dict[str, str], caller: str) -> None:
    """Credentials that contradict each other make no claim about who calls."""
    recorder = Recorder(replace(target, bearer_token="token"))
    assert recorder.caller_of(SentRequest("GET", BASE, headers, b"")) == caller


def test_the_counts_of_workers_add_up(target: Target, recorder: Recorder) -> None:
    """The counts of a worker survive JSON and are added to the others."""
    for _ in range(2):
        recorder.after_response(SentRequest("GET", f"{BASE}/v1/tasks?page=1", {}, b""), 200)
    run_concurrently = Recorder(target)
    for _ in range(3):
        run_concurrently.merge(json.loads(json.dumps(recorder.data())))
    assert run_concurrently.statuses["list_tasks"] == {200: 6}
    assert run_concurrently.parameters["list_tasks"] == {"page": 6}


def test_the_operations_are_those_of_the_document() -> None:
    """The ten operations differ in method or path."""
    assert len(operations()) == len({(operation.method, operation.path) for operation in operations()}) == 10


def test_the_exchange_of_a_request_is_found_without_regard_to_headers(target: Target) -> None:
    """A test names its request as it made it; the client has added headers since."""
    recorder = Recorder(target)
    sent = SentRequest("GET", f"{target.base_url}/v1/tasks", {"x-api-key": KEY, "accept": "*/*"}, b"")
    for status in (500, 200):
        recorder.complete(recorder.begin(sent), status, {}, b"{}")
    found = recorder.exchange_of(SentRequest("GET", sent.url, {}, b""))
    assert found is not None
    assert found.status == 200
    assert recorder.exchange_of(SentRequest("GET", f"{sent.url}?page=2", {}, b"")) is None
    assert recorder.exchange_of(None) is None
