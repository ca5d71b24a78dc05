"""Faults and the rate limit, as a client meets them on a socket."""

import time
from collections.abc import Iterator
from typing import Any, TypeVar

import httpx
import pytest

from xpander_mock import ControlError, MockClient, RateLimit

T = TypeVar("T")
EXAMPLE = "/v1/tasks/81250b20-e9d7-4b3b-9995-07dc72b4bb59"


@pytest.fixture
def mock(xpander_mock: MockClient) -> Iterator[MockClient]:
    yield xpander_mock
    xpander_mock.reset()


@pytest.fixture
def client(mock: MockClient) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=mock.url, headers={"x-api-key": mock.api_key}, timeout=5) as client:
        yield client


def events(client: httpx.Client, mock: MockClient, text: str = "one two three") -> Iterator[str]:
    path = f"/v1/agents/{mock.agent_id}/invoke/stream"
    with client.stream("POST", path, json={"input": {"text": text}}) as response:
        yield from (line for line in response.iter_lines() if line)


def until_it_breaks(parts: Iterator[T]) -> Iterator[T]:
    """Yield the parts that arrive before the connection breaks; fail when it does not break."""
    while True:
        try:
            yield next(parts)
        except (httpx.ReadError, httpx.RemoteProtocolError):
            return
        except StopIteration:
            pytest.fail("expected the connection to break")


def test_latency_comes_before_the_answer(mock: MockClient, client: httpx.Client) -> None:
    """Latency delays the answer and does not change it."""
    mock.fault("latency", seconds=0.2, operation="get_task")
    begun = time.perf_counter()
    assert client.get("/v1/tasks").status_code == 200
    assert time.perf_counter() - begun < 0.2
    assert client.get(EXAMPLE).status_code == 200
    assert time.perf_counter() - begun > 0.2


def test_a_status_with_body_and_headers(mock: MockClient, client: httpx.Client) -> None:
    """The rule's status, body and headers are sent in place of the operation's answer, a string as plain text."""
    mock.fault("status", status=503, headers={"Retry-After": "7"}, operation="delete_task")
    answer = client.delete(EXAMPLE)
    assert (answer.status_code, answer.json()) == (503, {"detail": "Service Unavailable"})
    assert answer.headers["retry-after"] == "7"
    mock.clear_faults()
    mock.fault("status", status=599, body="<html>", headers={"content-type": "text/html"}, times=1)
    answer = client.get(EXAMPLE)
    assert (answer.status_code, answer.text, answer.headers["content-type"]) == (599, "<html>", "text/html")
    assert client.get(EXAMPLE).status_code == 200


def test_a_rule_selects_calls(mock: MockClient, client: httpx.Client) -> None:
    """A rule selects calls by operation, number, `times` or probability, the same calls for the same seed."""
    mock.fault("status", operation="get_task", nth=2)
    assert [client.get(EXAMPLE).status_code for _ in range(3)] == [200, 500, 200]
    mock.clear_faults()
    mock.fault("status", times=2)
    assert [client.get("/v1/tasks").status_code for _ in range(3)] == [500, 500, 200]
    drawn = []
    for seed in (1, 1, 2):
        mock.clear_faults()
        mock.fault("status", probability=0.5, seed=seed)
        drawn.append([client.get("/v1/tasks").status_code for _ in range(20)])
    assert drawn[0] == drawn[1] != drawn[2]
    assert 3 < drawn[0].count(500) < 17


def test_several_rules_apply_to_one_call(mock: MockClient, client: httpx.Client) -> None:
    """All latencies and the first other fault apply to a call; later faults are not used up."""
    mock.fault("latency", seconds=0.05)
    mock.fault("status", status=502, times=1)
    mock.fault("status", status=503, times=1)
    assert [client.get(EXAMPLE).status_code for _ in range(3)] == [502, 503, 200]


@pytest.mark.parametrize("kind", ["reset", "reset_body", "cut_body"])
def test_the_connection_breaks(mock: MockClient, client: httpx.Client, kind: str) -> None:
    """The connection breaks before the answer or in the middle of its body, and the next request is answered."""
    mock.fault(kind, after=10, times=1)
    kinds = {"reset": httpx.ReadError, "reset_body": httpx.ReadError, "cut_body": httpx.RemoteProtocolError}
    with pytest.raises(kinds[kind]):
        client.get(EXAMPLE)
    assert client.get(EXAMPLE).status_code == 200


@pytest.mark.parametrize("kind", ["reset_body", "cut_body"])
def test_a_part_of_the_body_comes_before_it_breaks(mock: MockClient, client: httpx.Client, kind: str) -> None:
    """Exactly `after` bytes of the body arrive."""
    mock.fault(kind, after=10, times=1)
    with client.stream("GET", EXAMPLE) as answer:
        assert b"".join(until_it_breaks(answer.iter_raw())) == b'{"id":"812'


def test_connections_are_refused_for_a_while(mock: MockClient) -> None:
    """The request is reset, then connections are refused, then accepted again."""
    mock.fault("refuse", seconds=0.3, times=1)
    with httpx.Client(base_url=mock.url, headers={"x-api-key": mock.api_key}) as client:
        with pytest.raises(httpx.ReadError):
            client.get(EXAMPLE)
        deadline = time.monotonic() + 5
        refused = 0
        while time.monotonic() < deadline:
            try:
                assert client.get(EXAMPLE).status_code == 200
                break
            except httpx.ConnectError:
                refused += 1
                time.sleep(0.02)
    assert refused > 2
    assert time.monotonic() < deadline


def test_an_answer_that_is_not_json(mock: MockClient, client: httpx.Client) -> None:
    """The answer is 200 with a page of HTML labelled as JSON."""
    mock.fault("not_json")
    answer = client.get(EXAMPLE)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.text.startswith("<!doctype html>")


def test_a_body_that_trickles(mock: MockClient, client: httpx.Client) -> None:
    """The whole body arrives, piece by piece."""
    whole = client.get(EXAMPLE).content
    mock.fault("trickle", after=200, seconds=0.02)
    with client.stream("GET", EXAMPLE) as answer:
        parts = list(answer.iter_raw())
    assert b"".join(parts) == whole
    assert len(parts) >= len(whole) // 200


def test_a_stream_that_is_cut(mock: MockClient, client: httpx.Client) -> None:
    """`after` events arrive, then the connection ends in the middle of the stream."""
    mock.fault("cut_stream", after=3)
    got = list(until_it_breaks(events(client, mock)))
    assert [line.partition('"type":"')[2].partition('"')[0] for line in got] == [
        "connected",
        "task_created",
        "task_updated",
    ]


def test_a_malformed_event(mock: MockClient, client: httpx.Client) -> None:
    """One event is cut in half; those after it are whole."""
    mock.fault("malformed_event", after=1)
    lines = list(events(client, mock))
    assert lines[0].endswith("}")
    assert not lines[1].endswith("}")
    assert all(line.endswith("}") for line in lines[2:])
    assert '"task_finished"' in lines[-1]


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "explode"},
        {"kind": "status", "status": 99},
        {"kind": "latency", "seconds": -1},
        {"kind": "reset", "operation": "nothing"},
        {"kind": "reset", "probability": 2},
        {"kind": "reset", "nth": 0},
        {"kind": "reset", "colour": 1},
    ],
)
def test_a_wrong_rule_is_refused(mock: MockClient, fault: dict[str, Any]) -> None:
    """A rule with an unknown field or a wrong value is refused, and not added."""
    with pytest.raises(ControlError):
        mock.fault(**fault)
    assert mock.state()["faults"] == []


def test_the_rate_limit_and_its_headers(mock: MockClient, client: httpx.Client) -> None:
    """LIMIT-1: past the limit 429 with the three headers and `Retry-After`; after the reset requests pass again."""
    mock.clock.freeze()
    now = mock.clock.now().timestamp()
    mock.rate_limit("3/60s")
    answers = [client.get("/v1/tasks") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["2", "1", "0", "0", "0"]
    refused = answers[-1]
    assert refused.json() == {"detail": "Rate limit exceeded"}
    assert refused.headers["x-ratelimit-limit"] == "3"
    reset = int(refused.headers["x-ratelimit-reset"])
    assert now + 60 <= reset < now + 61
    assert reset - 1 <= now + int(refused.headers["retry-after"]) <= reset + 1
    mock.clock.advance(int(refused.headers["retry-after"]))
    assert mock.clock.now().timestamp() >= reset
    assert client.get("/v1/tasks").status_code == 200


def test_the_rate_limit_is_of_each_organization(mock: MockClient, client: httpx.Client) -> None:
    """Another key has its own window; requests without credentials are 401 and do not count."""
    mock.rate_limit("1/m")
    assert httpx.get(f"{mock.url}/v1/tasks").status_code == 401
    assert client.get("/v1/tasks").status_code == 200
    assert client.get("/v1/tasks?page=0").status_code == 429
    other = httpx.get(f"{mock.url}/v1/tasks", headers={"x-api-key": mock.other_api_key})
    assert other.status_code == 200
    mock.rate_limit(None)
    assert "x-ratelimit-limit" not in client.get("/v1/tasks").headers


@pytest.mark.parametrize(
    ("text", "told"), [("100/60s", "100/60s"), ("9/s", "9/1s"), ("9/m", "9/60s"), ("9/h", "9/3600s"), ("9/2s", "9/2s")]
)
def test_a_rate_has_one_syntax(text: str, told: str) -> None:
    """Requests and seconds with their unit, or one whole unit: per second, minute or hour."""
    assert str(RateLimit.parse(text)) == told


@pytest.mark.parametrize(
    "limit", ["", "5", "100/60", "0/60s", "5/0s", "5/1m", "5/d", "-1/60s", "5 / m", "5/M", chr(0x665) + "/s"]
)
def test_a_wrong_rate_limit_is_refused(mock: MockClient, limit: str) -> None:
    """Requests and seconds are whole numbers from 1, the seconds have their unit, and the error shows the syntax."""
    with pytest.raises(ControlError, match="expected a rate"):
        mock.rate_limit(limit)
