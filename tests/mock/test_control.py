"""The control: what a test can do to a running mock, over HTTP."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from xpander_mock import ControlError, MockClient, Settings, XpanderMock
from xpander_mock.control.routes import ACTIONS, SNAPSHOT


@pytest.fixture(scope="module")
def running() -> Iterator[XpanderMock]:
    with XpanderMock(Settings(pending=0.01, executing=0.03)) as mock:
        yield mock


@pytest.fixture
def mock(running: XpanderMock) -> Iterator[MockClient]:
    """A client that knows only the address, on a mock in a clean state."""
    running.reset()
    yield MockClient(running.url)
    running.reset()


@pytest.fixture
def client(mock: MockClient) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=mock.url, headers={"x-api-key": mock.api_key}) as client:
        yield client


def invoke(client: httpx.Client, mock: MockClient, text: str = "hello", **request: Any) -> dict[str, Any]:
    body = {"input": {"text": text}} | request
    task: dict[str, Any] = client.post(f"/v1/agents/{mock.agent_id}/invoke", json=body).json()
    return task


def test_reset_brings_everything_back(mock: MockClient, client: httpx.Client) -> None:
    """A reset restores tasks, clock, scripts, faults and limit, and clears the log of requests."""
    before, first = mock.state(), client.get("/v1/tasks").json()
    invoke(client, mock)
    client.delete("/v1/tasks/81250b20-e9d7-4b3b-9995-07dc72b4bb59")
    mock.add_task(id="x")
    mock.clock.freeze()
    mock.script(result="x")
    mock.fault("latency", seconds=0, operation="get_task")
    mock.rate_limit("1000/60s")
    changed = mock.state()
    assert (changed["frozen"], changed["rate_limit"]) == (True, "1000/60s")
    assert len(changed["scripts"]) == len(changed["faults"]) == 1
    mock.reset()
    after = mock.state()
    assert {name: value for name, value in after.items() if name != "time"} == {
        name: value for name, value in before.items() if name != "time"
    }
    assert mock.requests() == []
    assert client.get("/v1/tasks").json() == first


def test_reset_takes_less_than_five_milliseconds(mock: MockClient, client: httpx.Client) -> None:
    """The best of ten, with the default tasks."""
    durations = []
    for _ in range(10):
        invoke(client, mock)
        begun = time.perf_counter()
        mock.reset()
        durations.append(time.perf_counter() - begun)
    assert min(durations) < 0.005


def test_seed_generates_other_tasks(mock: MockClient, client: httpx.Client) -> None:
    """`seed` replaces all tasks by sample tasks, the same for the same number."""
    totals = []
    for number in (1, 1, 2):
        mock.seed(60, number)
        totals.append(client.get("/v1/tasks", params={"per_page": 50}).json())
    assert totals[0] == totals[1] != totals[2]
    mock.seed(0)
    assert client.get("/v1/tasks").json()["total"] == 0
    assert invoke(client, mock)["status"] == "completed"


def test_a_task_is_added_with_the_given_fields(mock: MockClient, client: httpx.Client) -> None:
    """A task has the given fields, the others fit them, and lists show it in its place."""
    given = {
        "id": "given",
        "status": "paused",
        "text": "Shall I?",
        "created_at": "2030-01-01T00:00:00+01:00",
        "paused_at": "2030-01-01T00:01:00Z",
        "user_id": "u",
        "internal_status": "asking",
        "source_node_type": "slack",
        "hitl_request": {"wait_node_id": "n"},
        "triggering_agent_id": "t",
    }
    made = mock.add_task(**given)
    assert client.get("/v1/tasks/given").json() == made
    assert (made["status"], made["input"]["text"], made["hitl_request"]) == (
        "paused",
        "Shall I?",
        {"wait_node_id": "n"},
    )
    assert (made["created_at"], made["finished_at"]) == ("2029-12-31T23:00:00.000000Z", None)
    item = client.get("/v1/tasks", params={"user_id": "u", "internal_status": "asking"}).json()["items"][0]
    assert item == client.get("/v1/tasks").json()["items"][0]
    assert (item["updated_at"], item["source_node_type"]) == ("2030-01-01T00:01:00.000000Z", "slack")
    child = mock.add_task(parent_task_id="given", status="completed")
    assert client.get("/v1/tasks/given").json()["finished_sub_executions"] == [child["id"]]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"colour": "red"}, "colour"),
        ({"status": "queued"}, "status"),
        ({"created_at": "yesterday"}, "created_at"),
        ({"parent_task_id": "nobody"}, "nobody"),
        ({"id": "81250b20-e9d7-4b3b-9995-07dc72b4bb59"}, "81250b20"),
        ({"is_manually_stopped": "yes"}, "is_manually_stopped"),
    ],
)
def test_a_wrong_field_is_refused(mock: MockClient, fields: dict[str, Any], told: str) -> None:
    """The error names the wrong field or value, and nothing is stored."""
    before = mock.state()["tasks"]
    with pytest.raises(ControlError, match=told):
        mock.add_task(**fields)
    assert mock.state()["tasks"] == before


def test_a_sync_invoke_of_an_added_task_that_runs_answers(mock: MockClient, client: httpx.Client) -> None:
    """A task that was added as executing ends when it is invoked again, so that the new turn can run."""
    for status in ("executing", "pending"):
        mock.add_task(id=status, status=status, text="first")
        assert invoke(client, mock, "second", id=status)["result"] == "second"
        thread = client.get(f"/v1/tasks/{status}/thread").json()
        assert [message["content"] for message in thread] == ["first", "first", "second", "second"]


def test_a_reset_brings_running_samples_back(mock: MockClient, client: httpx.Client) -> None:
    """After a day in which all sample tasks have ended, a reset restores those that ran."""
    before = client.get("/v1/tasks", params={"status": "executing"}).json()
    mock.clock.advance(86_400)
    assert client.get("/v1/tasks", params={"status": "executing"}).json()["total"] == 0
    mock.reset()
    assert client.get("/v1/tasks", params={"status": "executing"}).json() == before


def test_the_clock_can_be_set(mock: MockClient, client: httpx.Client) -> None:
    """With a frozen clock tasks run only when it is advanced; it can be set to any time."""
    mock.clock.freeze(datetime(2031, 5, 1, tzinfo=UTC))
    path = f"/v1/agents/{mock.agent_id}/invoke/async"
    task_id = client.post(path, json={"input": {}}).json()["id"]
    time.sleep(0.05)
    assert client.get(f"/v1/tasks/{task_id}").json()["status"] == "pending"
    mock.clock.advance(10)
    task = client.get(f"/v1/tasks/{task_id}").json()
    assert (task["status"], task["created_at"]) == ("completed", "2031-05-01T00:00:00.000000Z")
    assert mock.clock.now() == datetime(2031, 5, 1, 0, 0, 10, tzinfo=UTC)
    mock.clock.reset()
    assert abs((mock.clock.now() - datetime.now(UTC)).total_seconds()) < 5
    with pytest.raises(ValueError, match="offset"):
        mock.clock.freeze(datetime(2031, 5, 1))


def test_agents_answer_by_script(mock: MockClient, client: httpx.Client) -> None:
    """A script sets text, JSON, failure, pause and other fields, for the invokes that it matches, `times` times."""
    mock.script(text="weather", value={"sun": True})
    mock.script(text="^once$", times=1, result="just once")
    mock.script(text="broken", status="failed", result="out of order", fields={"execution_attempts": 3})
    mock.script(text="wait", status="paused", fields={"pending_eca_request": {"connector_name": "c", "auth_url": "u"}})
    assert json.loads(invoke(client, mock, "the weather?")["result"]) == {"sun": True}
    assert [invoke(client, mock, "once")["result"] for _ in range(2)] == ["just once", "once"]
    broken = invoke(client, mock, "broken")
    assert (broken["status"], broken["result"], broken["execution_attempts"]) == ("failed", "out of order", 3)
    waiting = invoke(client, mock, "wait")
    assert (waiting["status"], waiting["result"]) == ("paused", None)
    assert waiting["pending_eca_request"]["connector_name"] == "c"
    assert invoke(client, mock, "else")["result"] == "else"
    mock.clear_scripts()
    assert invoke(client, mock, "the weather?")["result"] == "the weather?"


def test_a_script_sets_chunks_sub_tasks_and_times(mock: MockClient, client: httpx.Client) -> None:
    """A stream sends the given chunks, the sub-tasks exist, and the task takes the given seconds."""
    mock.clock.freeze()
    mock.script(
        chunks=["a", "", "b c"],
        executing=100,
        pending=0,
        sub_tasks=[{"text": "look"}, {"text": "fetch", "status": "failed", "result": "no"}],
    )
    path = f"/v1/agents/{mock.agent_id}/invoke/stream"
    with client.stream("POST", path, json={"id": "t", "input": {"text": "x"}}) as response:
        lines = response.iter_lines()
        next(lines)
        mock.clock.advance(99)
        assert client.get("/v1/tasks/t").json()["status"] == "executing"
        assert len(client.get("/v1/tasks/t").json()["finished_sub_executions"]) == 2
        mock.clock.advance(1)
        events = [json.loads(line[6:]) for line in lines if line]
    assert [event["data"] for event in events if event["type"] == "chunk"] == ["a", "", "b c"]
    assert events[-1]["data"]["result"] == "ab c"
    children = client.get("/v1/tasks", params={"parent_task_id": "t"}).json()["items"]
    assert sorted((child["title"], child["status"], child["result"]) for child in children) == [
        ("fetch", "failed", "no"),
        ("look", "completed", "look"),
    ]
    assert [event["data"]["title"] for event in events if event["type"] == "sub_agent_trigger"] == ["look", "fetch"]


@pytest.mark.parametrize(
    "script", [{"colour": 1}, {"status": "stopped"}, {"result": "a", "chunks": ["b"]}, {"text": "("}, {"pending": -1}]
)
def test_a_wrong_script_is_refused(mock: MockClient, script: dict[str, Any]) -> None:
    """A script with an unknown field, a wrong value or two results is refused."""
    with pytest.raises(ControlError):
        mock.script(**script)
    assert mock.state()["scripts"] == []


def test_requests_are_logged(mock: MockClient, client: httpx.Client) -> None:
    """The log has the requests oldest first, with operation, body and status, and without credentials."""
    client.get("/v1/tasks?page=0&user_id=%C3%A4", headers={"authorization": "Bearer secret", "x-request-id": "r"})
    invoke(client, mock, "look")
    client.get("/nowhere")
    seen = mock.requests()
    assert [(request["operation"], request["status"]) for request in seen] == [
        ("list_tasks", 422),
        ("invoke_agent", 200),
        (None, 404),
    ]
    assert (seen[0]["method"], seen[0]["path"], seen[0]["query"]) == ("GET", "/v1/tasks", "page=0&user_id=%C3%A4")
    assert seen[0]["headers"]["x-request-id"] == "r"
    assert json.loads(seen[1]["body"]) == {"input": {"text": "look"}}
    assert mock.requests("invoke_agent") == [seen[1]]
    assert "secret" not in str(seen)
    assert mock.api_key not in str(seen)
    mock.forget_requests()
    assert mock.requests() == []


def test_the_state_can_be_saved_and_loaded(mock: MockClient, client: httpx.Client) -> None:
    """A snapshot brings back the tasks that were there, running ones included."""
    mock.clock.freeze()
    path = f"/v1/agents/{mock.agent_id}/invoke/async"
    task = client.post(path, json={"input": {"text": "kept"}}).json()
    snapshot = mock.save()
    mock.seed(0)
    mock.load(snapshot)
    assert client.get(f"/v1/tasks/{task['id']}").json() == task
    mock.clock.advance(1)
    assert client.get(f"/v1/tasks/{task['id']}").json()["result"] == "kept"
    for wrong in (b"", b"hello", b"SQLite format 3\x00" + bytes(1000)):
        with pytest.raises(ControlError, match="snapshot"):
            mock.load(wrong)
    assert client.get(f"/v1/tasks/{task['id']}").status_code == 200


@pytest.mark.parametrize(("method", "path"), ACTIONS)
def test_nonsense_is_refused_and_never_a_server_error(running: XpanderMock, method: str, path: str) -> None:
    """The control answers any request body with 2xx, or with a 422 that gives the reason."""
    for content in (b"{", b"[]", b"5", b'"x"', b'{"x": 1}', b'{"tasks": -1, "number": 0}', b"null", b"\xff"):
        media_type = "application/octet-stream" if path == SNAPSHOT else "application/json"
        response = httpx.request(method, running.url + path, content=content, headers={"content-type": media_type})
        assert response.status_code in (200, 204, 422), response.text
    running.reset()


def test_an_address_without_a_mock_is_an_error() -> None:
    """A client of an address where nothing listens raises OSError."""
    with pytest.raises(OSError, match="refused"):
        MockClient("http://127.0.0.1:9").reset()
