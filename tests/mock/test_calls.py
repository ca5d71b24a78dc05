"""Verification: which calls a mock has received, and which scripts and faults were used."""

import logging
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from xpander_mock import ControlError, MockClient, Settings, XpanderMock
from xpander_mock.demo import DEMO_ORGANIZATION, OTHER_ORGANIZATION

EXAMPLE = "/v1/tasks/81250b20-e9d7-4b3b-9995-07dc72b4bb59"


@pytest.fixture
def mock(xpander_mock: MockClient) -> MockClient:
    return xpander_mock


@pytest.fixture
def client(mock: MockClient) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=mock.url, headers={"x-api-key": mock.api_key}) as client:
        yield client


def invoke(client: httpx.Client, text: str, **request: Any) -> dict[str, Any]:
    path = f"/v1/agents/{XpanderMock.agent_id}/invoke"
    task: dict[str, Any] = client.post(path, json={"input": {"text": text}} | request).json()
    return task


def test_calls_can_be_asserted(mock: MockClient, client: httpx.Client) -> None:
    """Calls are counted and compared by JSON body, query, headers and status."""
    mock.calls("invoke_agent").assert_not_called()
    invoke(client, "hello", title="t")
    client.get("/v1/tasks?status=paused&page=2", headers={"X-Trace": "7"})
    mock.calls("invoke_agent").assert_called_once_with(body={"input": {"text": "hello"}, "title": "t"}, status=200)
    mock.calls("invoke_agent").assert_called_once_with(body={"title": "t"})
    mock.calls("list_tasks").assert_called_once_with(query={"status": "paused", "page": 2}, headers={"X-Trace": "7"})
    mock.calls("list_tasks").assert_called_once_with(body=None, method="GET", path="/v1/tasks")
    assert [call.operation for call in mock.calls()] == ["invoke_agent", "list_tasks"]
    invoke(client, "again")
    mock.calls("invoke_agent").assert_called_times(2)
    mock.calls("invoke_agent").assert_any_call(body={"input": {"text": "again"}})
    assert mock.calls("invoke_agent")[-1].body == {"input": {"text": "again"}}
    assert len(mock.calls()[1:]) == 2


def test_a_failed_assertion_shows_the_calls(mock: MockClient, client: httpx.Client) -> None:
    """The message says what was expected and lists what came, without credentials."""
    invoke(client, "hello")
    calls = mock.calls("invoke_agent")
    with pytest.raises(AssertionError, match="expected 0 calls of invoke_agent, got 1") as failed:
        calls.assert_not_called()
    assert "'text': 'hello'" in str(failed.value)
    assert mock.api_key not in str(failed.value) + repr(list(calls))
    wrong: list[dict[str, Any]] = [
        {"body": {"input": {}, "x": 1}},
        {"query": {"page": 1}},
        {"headers": {"x-trace": "1"}},
        {"status": 404},
    ]
    for expected in wrong:
        with pytest.raises(AssertionError, match="expected a call of invoke_agent with"):
            calls.assert_called_once_with(**expected)
    with pytest.raises(AssertionError, match="expected 2 calls"):
        calls.assert_called_times(2)
    with pytest.raises(TypeError, match="colour"):
        calls.assert_any_call(colour="red")
    with pytest.raises(ControlError, match="get_taks"):
        mock.calls("get_taks")
    with pytest.raises(AssertionError, match="expected 1 calls of get_task, got 0"):
        mock.calls("get_task").assert_called_once()


def test_unused_scripts_and_faults_are_found(mock: MockClient, client: httpx.Client) -> None:
    """A script or fault that no request has used fails `assert_all_used`, which names it."""
    mock.assert_all_used()
    mock.script(text="hello", result="used")
    mock.script(text="never", result="unused")
    mock.fault("status", status=503, operation="get_task", times=1)
    assert invoke(client, "hello")["result"] == "used"
    unused = mock.unused()
    assert [script["text"] for script in unused["scripts"]] == ["never"]
    assert [fault["operation"] for fault in unused["faults"]] == ["get_task"]
    with pytest.raises(AssertionError, match="never"):
        mock.assert_all_used()
    assert client.get(EXAMPLE).status_code == 503
    invoke(client, "never")
    mock.assert_all_used()


def test_a_function_answers_for_agents() -> None:
    """In the same process a function makes answers from requests, and leaves others to scripts."""
    with (
        XpanderMock(Settings(pending=0, executing=0)) as mock,
        httpx.Client(base_url=mock.url, headers={"x-api-key": mock.api_key}) as client,
    ):

        def answer(agent_id: str, request: dict[str, Any]) -> str | dict[str, Any] | None:
            text: str = request["input"]["text"]
            assert agent_id == mock.agent_id
            if request.get("title") == "upper":
                return text.upper()
            return {"status": "failed", "result": "no"} if request.get("title") == "fail" else None

        mock.script(result="script")
        mock.answer(answer)
        assert invoke(client, "hello", title="upper")["result"] == "HELLO"
        failed = invoke(client, "hello", title="fail")
        assert (failed["status"], failed["result"]) == ("failed", "no")
        assert invoke(client, "hello")["result"] == "script"
        mock.reset()
        assert invoke(client, "hello", title="upper")["result"] == "hello"


def test_a_frozen_clock_that_lets_an_invoke_hang_is_reported(caplog: pytest.LogCaptureFixture) -> None:
    """A sync invoke that waits for a frozen clock is reported in the log, with the task and the remedy."""
    with XpanderMock() as mock, httpx.Client(base_url=mock.url, headers={"x-api-key": mock.api_key}) as client:
        mock.clock.freeze()
        reported = threading.Event()
        handler = logging.Handler()
        handler.emit = lambda record: reported.set()  # type: ignore[method-assign]
        logging.getLogger("xpander_mock").addHandler(handler)
        thread = threading.Thread(target=invoke, args=(client, "x"), kwargs={"id": "hanging"})
        thread.start()
        assert reported.wait(20)
        mock.clock.advance(60)
        thread.join(20)
        logging.getLogger("xpander_mock").removeHandler(handler)
    assert "hanging" in caplog.text
    assert "the clock is frozen: advance it" in caplog.text


@pytest.mark.parametrize(
    ("condition", "other"),
    [
        ({"agent_id": XpanderMock.agent_id}, {"agent_id": "another"}),
        ({"task_id": "t"}, {"task_id": "another"}),
        ({"organization_id": DEMO_ORGANIZATION}, {"organization_id": OTHER_ORGANIZATION}),
        ({"request_headers": {"X-Trace": "7"}}, {"request_headers": {"X-Trace": "8"}}),
        ({"request_body": {"input": {"text": "hello"}}}, {"request_body": {"input": {"text": "x"}}}),
        ({"request_body": {"title": "a"}}, {"request_body": {"title": "a", "source": "b"}}),
    ],
    ids=str,
)
def test_scripts_and_faults_match_requests(
    mock: MockClient, client: httpx.Client, condition: dict[str, Any], other: dict[str, Any]
) -> None:
    """By agent, task, organization, header and body, a part of it included; others are not hit and not counted."""
    client.headers["x-trace"] = "7"
    mock.script(result="other", **other)
    mock.script(result="scripted", **condition)
    mock.script(result="other", **other)
    assert invoke(client, "hello", id="t", title="a")["result"] == "scripted"
    mock.fault("status", status=502, **other)
    mock.fault("status", status=503, nth=2, operation="invoke_agent", **condition)
    path = f"/v1/agents/{XpanderMock.agent_id}/invoke"
    body = {"id": "t", "title": "a", "input": {"text": "hello"}}
    assert [client.post(path, json=body).status_code for _ in range(3)] == [200, 503, 200]
    assert len(mock.unused()["faults"]) == 1


def test_a_fault_of_one_task_hits_its_path(mock: MockClient, client: httpx.Client) -> None:
    """An id in a path is compared as it reads, and large or invalid bodies match nothing and reach the API."""
    mock.add_task(id="a/b c")
    mock.fault("status", status=503, task_id="a/b c")
    mock.fault("status", status=502, request_body={"input": {"text": "x" * 10}})
    assert client.get("/v1/tasks/a%2Fb%20c").status_code == 503
    assert client.get(EXAMPLE).status_code == 200
    assert invoke(client, "y" * 2_000_000)["status"] == "completed"
    path = f"/v1/agents/{XpanderMock.agent_id}/invoke"
    assert client.post(path, content=b"{", headers={"content-type": "application/json"}).status_code == 422
