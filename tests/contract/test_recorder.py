"""Every request of a run passes the recorder, which counts it, slows it down, or refuses it."""

import json
import time
from dataclasses import replace
from typing import Any

import httpx
import pytest

from contract_tests.contract import operations
from contract_tests.recorder import UNDOCUMENTED, Recorder, RequestRefused, Sent, reset_wait
from contract_tests.target import Target
from contract_tests.transport import RecordingTransport, recording_session
from tests.contract.conftest import KEY

BASE = "https://api.example.com/root"


@pytest.fixture
def recorder(target: Target) -> Recorder:
    return Recorder(target)


def shows(recorder: Recorder, task: str) -> None:
    page = {"items": [{"id": task}], "total": 1, "page": 1, "per_page": 20, "total_pages": 1}
    recorder.learn("GET", f"{BASE}/v1/tasks", b"", 200, json.dumps(page).encode())


@pytest.mark.parametrize("method", ["POST", "DELETE", "PUT", "PATCH", "OPTIONS", "HEAD", "TRACE", "QUERY"])
def test_a_run_that_may_only_read_sends_nothing_but_get(target: Target, method: str) -> None:
    """Without leave to write, any other method is refused before it is sent."""
    recorder = Recorder(replace(target, writes=False))
    recorder.before("GET", f"{BASE}/v1/tasks", b"")
    with pytest.raises(RequestRefused, match="CONTRACT_WRITES"):
        recorder.before(method, f"{BASE}/v1/tasks", b"")


def test_neither_client_can_get_around_it(target: Target) -> None:
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
def test_a_task_that_was_there_before_is_left_alone(recorder: Recorder, method: str, path: str, body: bytes) -> None:
    """A run stops, deletes and continues no task that the server has shown and the run has not made."""
    recorder.before(method, BASE + path, body)
    shows(recorder, "theirs")
    with pytest.raises(RequestRefused, match="made itself"):
        recorder.before(method, BASE + path, body)


def test_a_task_that_the_run_has_made_is_its_own(recorder: Recorder) -> None:
    """What an invoke has returned may be changed, listed or not, and is known for the clean-up until it is deleted."""
    recorder.learn("POST", f"{BASE}/v1/agents/a/invoke", b"{}", 200, b'{"id": "ours"}')
    shows(recorder, "ours")
    recorder.before("DELETE", f"{BASE}/v1/tasks/ours", b"")
    assert list(recorder.created) == ["ours"]
    recorder.learn("DELETE", f"{BASE}/v1/tasks/ours", b"", 204, b"")
    assert not recorder.created


def test_a_streamed_task_is_known_by_its_events(recorder: Recorder) -> None:
    """The events of a stream say which task it has made."""
    events = (
        b'data: {"type": "task_created", "task_id": "streamed"}\n\ndata: {"type": "chunk", "task_id": "streamed"}\n\n'
    )
    recorder.learn("POST", f"{BASE}/v1/agents/a/invoke/stream", b"{}", 200, events)
    assert list(recorder.created) == ["streamed"]


@pytest.mark.parametrize(("workers", "seconds"), [(1, 0.5), (2, 1.0), (4, 2.0)])
def test_workers_share_the_rate_limit(
    target: Target, monkeypatch: pytest.MonkeyPatch, workers: int, seconds: float
) -> None:
    """Of two requests a second, each of n workers sends its nth part, evenly spaced."""
    waits: list[float] = []
    monkeypatch.setattr(time, "monotonic", lambda: 100.0 + sum(waits))
    monkeypatch.setattr(time, "sleep", waits.append)
    recorder = Recorder(replace(target, rate_limit=2.0), workers)
    for _ in range(3):
        recorder.before("GET", f"{BASE}/v1/tasks", b"")
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
        recorder.after(Sent(method, BASE + path, {"x-api-key": KEY}, json.dumps(body).encode()), status)

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


def test_the_counts_of_workers_add_up(target: Target, recorder: Recorder) -> None:
    """What a worker hands over survives JSON and is added to what is there."""
    for _ in range(2):
        recorder.after(Sent("GET", f"{BASE}/v1/tasks?page=1", {}, b""), 200)
    together = Recorder(target)
    for _ in range(3):
        together.merge(json.loads(json.dumps(recorder.data())))
    assert together.statuses["list_tasks"] == {200: 6}
    assert together.parameters["list_tasks"] == {"page": 6}


def test_the_operations_are_those_of_the_document() -> None:
    """Ten operations are told apart, each with its own method and path."""
    assert len(operations()) == len({(operation.method, operation.path) for operation in operations()}) == 10
