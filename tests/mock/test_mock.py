"""`XpanderMock` as users use it."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator

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


def test_a_decorated_coroutine_function_has_a_mock_in_its_environment() -> None:
    """A coroutine function runs beside a new mock until it has ended, and its arguments and result pass."""

    @XpanderMock()
    async def use(text: str) -> str:
        await asyncio.sleep(0)
        async with Tasks() as tasks:
            task = await tasks.ainvoke(XpanderMock.agent_id, text)
        return str(task.result)

    before = dict(os.environ)
    assert asyncio.run(use("hello")) == "hello"
    assert dict(os.environ) == before


def test_what_would_run_without_its_mock_is_not_decorated() -> None:
    """A generator, an asynchronous generator and a class are refused: they would run after the mock has stopped."""

    def generator() -> Iterator[int]:
        yield 1

    async def asynchronous() -> AsyncIterator[int]:
        yield 1

    functions: list[Callable[..., object]] = [generator, asynchronous, dict]
    for function in functions:
        with pytest.raises(TypeError, match="expected a function or coroutine function"):
            XpanderMock()(function)


def test_it_runs_as_long_as_an_async_block() -> None:
    """Inside an `async with` block the mock answers, and not after it."""

    async def use() -> str:
        async with XpanderMock() as mock, httpx.AsyncClient(headers={"x-api-key": mock.api_key}) as client:
            assert (await client.get(f"{mock.url}/v1/tasks")).status_code == 200
            return mock.url

    url = asyncio.run(use())
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/v1/tasks")


def test_a_block_can_set_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """With `environment=True` a client without configuration calls the mock inside the block, and not after it."""
    monkeypatch.setenv("XPANDER_BASE_URL", "http://production.example")
    monkeypatch.delenv("XPANDER_API_KEY", raising=False)
    with XpanderMock(environment=True) as mock, Tasks() as tasks:
        assert tasks.list()
        assert len(mock.calls("list_tasks")) > 0
    assert os.environ["XPANDER_BASE_URL"] == "http://production.example"
    assert "XPANDER_API_KEY" not in os.environ
    with XpanderMock():
        assert os.environ["XPANDER_BASE_URL"] == "http://production.example"


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
