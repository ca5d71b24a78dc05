"""`XpanderMock` as users use it."""

import os

import httpx
import pytest

import xpander_mock
from xpander_mock import XpanderMock
from xpander_tasks import Tasks


def test_exported_names() -> None:
    """The public names are these."""
    assert {name for name in xpander_mock.__all__ if getattr(xpander_mock, name)} == {
        "DEMO_API_KEY",
        "DEMO_BEARER_TOKEN",
        "OTHER_API_KEY",
        "Clock",
        "ControlError",
        "Mock",
        "MockClient",
        "Parts",
        "RateLimit",
        "Settings",
        "XpanderMock",
        "create_app",
        "load_contract",
        "main",
    }
    with pytest.raises(AttributeError, match="nothing"):
        getattr(xpander_mock, "nothing")  # noqa: B009


def test_it_runs_as_long_as_the_block() -> None:
    """The mock answers inside a `with` block and not after it; closing it again is fine."""
    with XpanderMock() as mock:
        answer = httpx.get(f"{mock.url}/v1/tasks", headers={"x-api-key": mock.api_key})
        assert answer.status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{mock.url}/v1/tasks")
    mock.close()


def test_a_decorated_function_has_a_mock_in_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each call has a fresh mock, found where clients look, and the environment is as before afterwards."""
    monkeypatch.setenv("XPANDER_BASE_URL", "http://before")

    @XpanderMock()
    def made(title: str) -> int:
        with Tasks() as tasks:
            tasks.invoke(XpanderMock.agent_id, title)
            return len(tasks.list(XpanderMock.agent_id))

    assert made("one") == made(title="two") > 1
    assert os.environ["XPANDER_BASE_URL"] == "http://before"


def test_a_mock_can_be_started_again() -> None:
    """The address stays readable after the end; a second block starts a new mock."""
    mock = XpanderMock()
    with mock:
        mock.add_task(id="x")
        tasks = mock.state()["tasks"]
    assert mock.url
    with mock:
        assert mock.state()["tasks"] != tasks


def test_two_mocks_are_apart() -> None:
    """Two mocks have different addresses and tasks."""
    with XpanderMock() as one, XpanderMock() as two:
        headers = {"x-api-key": one.api_key}
        httpx.delete(f"{one.url}/v1/tasks/81250b20-e9d7-4b3b-9995-07dc72b4bb59", headers=headers)
        totals = [httpx.get(f"{mock.url}/v1/tasks", headers=headers).json()["total"] for mock in (one, two)]
    assert totals[0] == totals[1] - 2


def test_a_failure_of_the_server_has_the_documented_shape(caplog: pytest.LogCaptureFixture) -> None:
    """500 is `{"detail": …}` without a traceback, which goes to the log."""
    with XpanderMock() as mock:
        mock.start()._mock.close()
        answer = httpx.get(f"{mock.url}/v1/tasks", headers={"x-api-key": mock.api_key})
    assert (answer.status_code, answer.json()) == (500, {"detail": "Internal server error"})
    assert "ProgrammingError" in caplog.text
    assert mock.api_key not in caplog.text
