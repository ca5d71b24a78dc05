"""Streams on a socket, event by event as they happen."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from xpander_mock import Settings, XpanderMock


@pytest.fixture
def mock() -> Iterator[XpanderMock]:
    """A mock with a frozen clock: nothing happens until the test advances it."""
    with XpanderMock(Settings(pending=1, executing=4, tasks=0)) as running:
        running.clock.freeze()
        yield running


class Stream:
    """A stream that is read one event at a time."""

    def __init__(self, mock: XpanderMock, text: str, **request: Any) -> None:
        self.client = httpx.Client(base_url=mock.url, headers={"x-api-key": mock.api_key}, timeout=5)
        self.response = self.client.send(
            self.client.build_request(
                "POST", f"/v1/agents/{mock.agent_id}/invoke/stream", json={"input": {"text": text}} | request
            ),
            stream=True,
        )
        self.lines = self.response.iter_lines()

    def next(self) -> dict[str, Any]:
        line = next(line for line in self.lines if line)
        assert line.startswith("data: ")
        event: dict[str, Any] = json.loads(line[6:])
        return event

    def rest(self) -> list[dict[str, Any]]:
        return [json.loads(line[6:]) for line in self.lines if line]

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, *_: object) -> None:
        self.response.close()
        self.client.close()


def test_events_come_when_they_happen(mock: XpanderMock) -> None:
    """STREAM-1, STREAM-2: created comes at once, the rest as the clock advances; the joined chunks are the result."""
    with Stream(mock, "one two  three", id="t") as stream:
        assert stream.response.headers["content-type"].startswith("text/event-stream")
        assert stream.next()["type"] == "connected"
        created = stream.next()
        assert (created["type"], created["data"]["status"]) == ("task_created", "pending")
        mock.clock.advance(1)
        updated = stream.next()
        assert (updated["type"], updated["data"]["status"]) == ("task_updated", "executing")
        work = [stream.next()["type"] for _ in range(3)]
        assert work == ["think", "tool_call_request", "tool_call_result"]
        chunks = []
        for _ in range(3):
            mock.clock.advance(1)
            chunks.append(stream.next()["data"])
        assert chunks == ["one ", "two  ", "three"]
        mock.clock.advance(1)
        (last,) = stream.rest()
        assert (last["type"], last["data"]["status"]) == ("task_finished", "completed")
        assert last["data"]["result"] == "".join(chunks)
        task = stream.client.get("/v1/tasks/t").json()
        assert task == last["data"]
        assert {event["task_id"] for event in (created, updated, last)} == {"t"}


@pytest.mark.parametrize("text", ["hello there", "fail now", "error now", "x " * 100, " ", "pause"])
def test_the_last_event_is_what_get_shows(mock: XpanderMock, text: str) -> None:
    """STREAM-2: for every final status the joined chunks are the result, and get agrees with the last event."""
    with Stream(mock, text, id="t") as stream:
        mock.clock.advance(5)
        events = stream.rest()
        assert events[-1]["type"] == "task_finished"
        assert events[-1]["data"] == stream.client.get("/v1/tasks/t").json()
        chunks = "".join(event["data"] for event in events if event["type"] == "chunk")
        assert chunks == (events[-1]["data"]["result"] or "")


def test_a_stream_shows_the_sub_tasks(mock: XpanderMock) -> None:
    """STREAM-2: the stream of a task that has sub-tasks ends with the task as get shows it, sub-tasks included."""
    mock.add_task(id="t")
    child = mock.add_task(parent_task_id="t")["id"]
    with Stream(mock, "again", id="t") as stream:
        mock.clock.advance(5)
        last = stream.rest()[-1]
        assert last["data"]["sub_executions"] == last["data"]["finished_sub_executions"] == [child]
        assert last["data"] == stream.client.get("/v1/tasks/t").json()


def test_delegation_is_sent_by_a_real_clock() -> None:
    """`sub_agent_trigger` comes for each sub-task that a script delegates, and for no other sub-task."""
    with XpanderMock(Settings(pending=0.01, executing=0.02, tasks=0)) as mock:
        mock.add_task(id="t")
        mock.add_task(parent_task_id="t", title="older")
        mock.script(sub_tasks=[{"text": "look"}, {"text": "fetch"}])
        with Stream(mock, "x", id="t") as stream:
            events = stream.rest()
    assert [event["data"]["title"] for event in events if event["type"] == "sub_agent_trigger"] == ["look", "fetch"]


def test_a_stream_ends_when_its_task_is_replaced(mock: XpanderMock) -> None:
    """A stream whose task was deleted ends as stopped, even when the id is used again at once."""
    mock.add_task(id="t")
    with Stream(mock, "second turn", id="t") as stream:
        path = f"/v1/agents/{mock.agent_id}/invoke/async"
        stream.client.delete("/v1/tasks/t")
        stream.client.post(path, json={"id": "t", "input": {"text": "new"}})
        assert stream.rest()[-1]["data"]["status"] == "stopped"


@pytest.mark.parametrize("change", ["stop", "delete"])
def test_a_stop_or_delete_ends_the_stream(mock: XpanderMock, change: str) -> None:
    """STOP-1, DEL-3: the stream of a task that is stopped or deleted ends at once with `task_finished`, stopped."""
    with Stream(mock, "one two three", id="t") as stream:
        mock.clock.advance(2)
        while stream.next()["type"] != "chunk":
            pass
        if change == "stop":
            assert stream.client.post("/v1/tasks/t/stop").status_code == 200
        else:
            assert stream.client.delete("/v1/tasks/t").status_code == 204
        (last,) = stream.rest()
        assert (last["type"], last["data"]["status"], last["data"]["is_manually_stopped"]) == (
            "task_finished",
            "stopped",
            True,
        )


def test_a_second_turn_streams_its_own_events(mock: XpanderMock) -> None:
    """TURN-2: the stream of a turn that waits for another has the events of that turn only."""
    with Stream(mock, "one", id="t") as first, Stream(mock, "two", id="t") as second:
        mock.clock.advance(5)
        assert first.rest()[-1]["data"]["result"] == "one"
        mock.clock.advance(5)
        events = second.rest()
        assert [event["data"] for event in events if event["type"] == "chunk"] == ["two"]
        assert events[-1]["data"]["result"] == "two"


def test_a_synchronous_invoke_waits_for_the_clock(mock: XpanderMock) -> None:
    """INVOKE-2: with a frozen clock the answer comes when the clock is advanced, and is that of its turn."""
    answers: list[dict[str, Any]] = []

    def invoke() -> None:
        url = f"{mock.url}/v1/agents/{mock.agent_id}/invoke"
        body = {"id": "t", "input": {"text": "one"}}
        answers.append(httpx.post(url, json=body, headers={"x-api-key": mock.api_key}, timeout=5).json())

    with Stream(mock, "zero", id="t") as stream:
        thread = threading.Thread(target=invoke)
        thread.start()
        while mock.waiting < 2:
            assert thread.is_alive()
        assert not answers
        mock.clock.advance(5)
        assert stream.rest()[-1]["data"]["result"] == "zero"
        mock.clock.advance(5)
        thread.join(5)
    assert answers[0]["result"] == "one"


def test_a_client_that_goes_away_leaves_nothing_behind(mock: XpanderMock) -> None:
    """Streams and waiting invokes end when their client disconnects, and their tasks go on."""
    with Stream(mock, "one", id="streamed"):
        assert mock.waiting == 1
    url = f"{mock.url}/v1/agents/{mock.agent_id}/invoke"
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(url, json={"id": "waited", "input": {}}, headers={"x-api-key": mock.api_key}, timeout=0.2)
    mock.wait_until_idle(5)
    mock.clock.advance(5)
    for task_id in ("streamed", "waited"):
        task = httpx.get(f"{mock.url}/v1/tasks/{task_id}", headers={"x-api-key": mock.api_key}).json()
        assert task["status"] == "completed"


def test_closing_cuts_waiting_requests(mock: XpanderMock) -> None:
    """A mock that stops cuts the connections of waiting callers: their tasks have not ended, and nothing says so."""
    failures: list[Exception] = []

    def invoke() -> None:
        url = f"{mock.url}/v1/agents/{mock.agent_id}/invoke"
        try:
            httpx.post(url, json={"input": {}}, headers={"x-api-key": mock.api_key}, timeout=5)
        except httpx.RemoteProtocolError as error:
            failures.append(error)

    with Stream(mock, "one") as stream:
        thread = threading.Thread(target=invoke)
        thread.start()
        while mock.waiting < 2:
            assert thread.is_alive()
        mock.close()
        read: list[str] = []
        with pytest.raises(httpx.RemoteProtocolError):
            read.extend(stream.lines)
        thread.join(5)
    assert "task_finished" not in "".join(read)
    assert len(failures) == 1
