"""What the control refuses, so that a test cannot break the mock, and what a reset always undoes."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from xpander_mock import ControlError, MockClient, Settings, XpanderMock

EXAMPLE = "/v1/tasks/81250b20-e9d7-4b3b-9995-07dc72b4bb59"


@pytest.fixture(scope="module")
def running() -> Iterator[XpanderMock]:
    with XpanderMock(Settings(pending=0.001, executing=0.002)) as mock:
        yield mock


@pytest.fixture
def mock(running: XpanderMock) -> Iterator[XpanderMock]:
    running.reset()
    yield running
    running.reset()


def get(mock: MockClient, path: str = EXAMPLE) -> httpx.Response:
    return httpx.get(mock.url + path, headers={"x-api-key": mock.api_key})


def run(mock: MockClient, text: str, **request: Any) -> dict[str, Any]:
    path = f"{mock.url}/v1/agents/{mock.agent_id}/invoke"
    task: dict[str, Any] = httpx.post(
        path, json={"input": {"text": text}} | request, headers={"x-api-key": mock.api_key}
    ).json()
    return task


@pytest.mark.parametrize("remote", [False, True])
def test_a_reset_gets_through_while_connections_are_refused(mock: XpanderMock, remote: bool) -> None:
    """A reset ends a refusal at once where the mock is embedded, and elsewhere waits for its end."""
    client = MockClient(mock.url) if remote else mock
    client.fault("refuse", seconds=0.5 if remote else 600)
    with pytest.raises(httpx.ReadError):
        get(mock)
    with pytest.raises(httpx.ConnectError):
        get(mock)
    began = time.monotonic()
    client.reset()
    assert time.monotonic() - began < 5
    assert get(mock).status_code == 200


@pytest.mark.parametrize("status", [204, 205, 304])
def test_a_status_without_a_body_is_sent_without_one(mock: XpanderMock, status: int) -> None:
    """A 204, 205 or 304 has neither body nor type, the connection stays usable, and a body for it is refused."""
    mock.fault("status", status=status, times=1)
    with httpx.Client(base_url=mock.url, headers={"x-api-key": mock.api_key}) as client:
        answer = client.get(EXAMPLE)
        assert (answer.status_code, answer.content) == (status, b"")
        assert "content-type" not in answer.headers
        assert client.get(EXAMPLE).status_code == 200
    for body in ({"detail": "x"}, "", None):
        with pytest.raises(ControlError, match="body"):
            mock.fault("status", status=status, body=body)


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 600},
        {"status": 999},
        {"status": 199},
        {"status": 100},
        {"headers": {"x": "a\r\nset-cookie: b"}},
        {"headers": {"x": "a\nb"}},
        {"headers": {"x\r\ny": "a"}},
        {"headers": {"": "a"}},
        {"headers": {"x y": "a"}},
        {"headers": {"x": "\u20ac"}},
        {"headers": {"Content-Length": "3"}},
        {"headers": {"transfer-encoding": "chunked"}},
    ],
    ids=str,
)
def test_a_status_that_cannot_be_sent_is_refused(mock: XpanderMock, fault: dict[str, Any]) -> None:
    """Statuses outside 200 to 599 and headers that HTTP cannot send are refused when they are set."""
    with pytest.raises(ControlError):
        mock.fault("status", **fault)
    assert mock.state()["faults"] == []
    assert get(mock).status_code == 200


@pytest.mark.parametrize(
    ("status", "words"),
    [(401, "Invalid or missing API key"), (404, "Task not found"), (429, "Rate limit exceeded"), (502, "Bad Gateway")],
)
def test_each_status_has_its_own_words(mock: XpanderMock, status: int, words: str) -> None:
    """Without a body, a fault answers with the API's words for the status, or with HTTP's."""
    mock.fault("status", status=status)
    assert get(mock).json() == {"detail": words}


def test_every_status_can_be_sent(mock: XpanderMock) -> None:
    """Every status that is accepted is received."""
    for status in range(200, 600):
        mock.clear_faults()
        mock.fault("status", status=status)
        assert get(mock).status_code == status


@pytest.mark.parametrize(
    "fields", [{"colour": 1}, {"id": "x"}, {"status": "failed"}, {"execution_attempts": "many"}, {"mcp_servers": 5}]
)
def test_fields_of_a_script_are_validated(mock: XpanderMock, fields: dict[str, Any]) -> None:
    """Fields that a task does not have, that the mock itself sets, or with a wrong value are refused."""
    with pytest.raises(ControlError, match=next(iter(fields))):
        mock.script(fields=fields)
    assert mock.state()["scripts"] == []


def test_requests_of_an_unknown_operation_are_an_error(mock: XpanderMock) -> None:
    """A misspelt operation does not look like one that was never called."""
    assert mock.requests("get_task") == []
    with pytest.raises(ControlError, match="get_taks"):
        mock.requests("get_taks")


def test_limited_scripts_are_used_in_the_order_given(mock: XpanderMock) -> None:
    """Scripts with `times` are used up one after the other, then the last of the others."""
    mock.script(result="older")
    mock.script(result="one", times=1)
    mock.script(result="newer")
    mock.script(result="two", times=1)
    assert [run(mock, "x")["result"] for _ in range(4)] == ["one", "two", "newer", "newer"]


@pytest.mark.parametrize(
    "change",
    [
        {"advance": 1e13},
        {"advance": 1e300},
        {"advance": -1},
        {"freeze": "0000-01-01T00:00:00Z"},
        {"freeze": "9999-12-31T23:59:59Z"},
        {"freeze": 5},
        {"reset": "yes"},
        {"freeze": True, "advance": 1e13},
    ],
    ids=str,
)
def test_a_clock_that_cannot_be_shown_is_refused(mock: XpanderMock, change: dict[str, Any]) -> None:
    """The clock stays within the years that can be written, and a refused change changes nothing."""
    with pytest.raises(ControlError):
        mock.control("POST", "clock", change)
    assert not mock.state()["frozen"]
    assert run(mock, "x")["status"] == "completed"


def test_the_clock_reaches_both_ends(mock: XpanderMock) -> None:
    """A task can be run in year 1 and in year 9998."""
    for at in ("0001-01-01T00:00:00Z", "9998-12-31T00:00:00Z"):
        mock.control("POST", "clock", {"freeze": at})
        task = mock.add_task()
        assert task["created_at"].startswith(at[:10])
        assert get(mock, f"/v1/tasks/{task['id']}").status_code == 200


@pytest.mark.parametrize(
    "fields",
    [
        {"user_id": 5},
        {"updated_at": "yesterday"},
        {"text": 5},
        {"created_at": "0000-01-01T00:00:00Z"},
        {"title": 5},
        {"user_id": ["x"]},
    ],
    ids=str,
)
def test_a_task_that_cannot_be_listed_is_refused(mock: XpanderMock, fields: dict[str, Any]) -> None:
    """Fields of a wrong type are refused, those that only lists show too, and lists go on."""
    before = mock.state()["tasks"]
    with pytest.raises(ControlError):
        mock.add_task(**fields)
    assert mock.state()["tasks"] == before
    assert get(mock, "/v1/tasks").status_code == 200


def test_a_snapshot_without_tables_is_refused(mock: XpanderMock) -> None:
    """A database with our marks and other tables, or damaged pages, is not a snapshot, and nothing is broken."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute(f"PRAGMA application_id = {0x7870616E}")
        database.execute("PRAGMA user_version = 1")
        database.execute("CREATE TABLE tasks (id)")
        hollow = database.serialize()
    whole = mock.save()
    for wrong in (hollow, whole[: len(whole) // 2], whole[:40_000] + b"\xff" * 20_000 + whole[60_000:]):
        with pytest.raises(ControlError, match="snapshot"):
            mock.load(wrong)
        assert get(mock).status_code == 200
    mock.load(whole)


def test_seeding_has_a_default_number(mock: XpanderMock) -> None:
    """`POST /_mock/seed {"tasks": 5}` is enough, and numbers out of bounds are refused."""
    answer = httpx.post(f"{mock.url}/_mock/seed", json={"tasks": 5})
    assert answer.status_code == 204
    assert sum(sum(counts.values()) for counts in mock.state()["tasks"].values()) == 5
    for wrong in ({"tasks": -1}, {"tasks": 10**9}, {"tasks": 1, "number": -1}, {"tasks": 1, "number": 2**70}):
        assert httpx.post(f"{mock.url}/_mock/seed", json=wrong).status_code == 422


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("fail", "failed"),
        ("FAIL: now", "failed"),
        ("error\nplease", "error"),
        ("pause 3", "paused"),
        ("fail-safe design", "completed"),
        ("failing", "completed"),
        ("error.log is empty", "completed"),
        ("pause/play", "completed"),
        ("please fail", "completed"),
        ("slow 0.001 now", "completed"),
    ],
)
def test_a_command_is_the_first_word_alone(mock: XpanderMock, text: str, status: str) -> None:
    """A longer word that begins like a command is not one."""
    assert run(mock, text)["status"] == status


def test_commands_can_be_switched_off() -> None:
    """With `commands=False` every text is repeated."""
    with XpanderMock(Settings(pending=0, executing=0, commands=False)) as mock:
        for text in ("fail", "error", "pause", "slow 100", "Reply with exactly X"):
            task = run(mock, text)
            assert (task["status"], task["result"]) == ("completed", text)
