"""The pytest plugin, used here as its users would."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from xpander_mock import MockClient, XpanderMock
from xpander_tasks import Configuration, Tasks


@pytest.mark.parametrize("round", [1, 2])
def test_every_test_starts_from_a_clean_state(xpander_mock: MockClient, xpander_tasks: Tasks, round: int) -> None:
    """The next test does not see what a test has changed, although the mock keeps running."""
    with XpanderMock() as new, Tasks(Configuration(api_key=new.api_key, base_url=new.url)) as tasks:
        assert xpander_tasks.list(xpander_mock.agent_id) == tasks.list(new.agent_id)
    xpander_mock.clock.freeze()
    xpander_mock.add_task()
    xpander_mock.script(result="scripted")


def test_the_client_runs_agents_and_streams(xpander_mock: MockClient, xpander_tasks: Tasks) -> None:
    """The synchronous client works on the mock, streams included."""
    xpander_mock.script(text="two", chunks=["a", "b"])
    task = xpander_tasks.invoke(xpander_mock.agent_id, "one")
    assert (task.status, task.result) == ("completed", "one")
    with xpander_tasks.stream(xpander_mock.agent_id, "two") as stream:
        assert [event.data for event in stream if event.type == "chunk"] == ["a", "b"]


def test_the_async_client_runs_agents_and_streams(xpander_mock: MockClient, xpander_async_tasks: Tasks) -> None:
    """The asynchronous client works on the mock, streams included."""

    async def run() -> None:
        async with xpander_async_tasks as tasks:
            task = await tasks.ainvoke(xpander_mock.agent_id, "one")
            assert (task.status, task.result) == ("completed", "one")
            async with tasks.astream(xpander_mock.agent_id, "two") as stream:
                assert "".join([event.data async for event in stream if event.type == "chunk"]) == "two"

    asyncio.run(run())


USERS_TEST = """
import os

def test_a_user_writes(xpander_mock, xpander_tasks):
    assert xpander_mock.url == os.environ["XPANDER_MOCK_URL"]
    assert xpander_tasks.invoke(xpander_mock.agent_id, "hello").result == "hello"
"""


def test_a_suite_can_be_pointed_at_a_mock_elsewhere(tmp_path: Path) -> None:
    """`XPANDER_MOCK_URL` names a running mock; pytest finds the plugin without configuration."""
    file = tmp_path / "test_users.py"
    file.write_text(USERS_TEST)
    with XpanderMock() as mock:
        environment = os.environ | {"XPANDER_MOCK_URL": mock.url}
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(file)]
        ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
        assert ended.returncode == 0, ended.stdout
        assert [request["operation"] for request in mock.requests()] == ["invoke_agent"]


def test_a_client_without_configuration_calls_the_mock(xpander_mock: MockClient) -> None:
    """While the fixture lives, `Tasks()` in the code under test finds the mock by the environment."""
    with Tasks() as tasks:
        assert tasks.list()
    assert len(xpander_mock.calls("list_tasks")) > 0
    assert os.environ["XPANDER_BASE_URL"] == xpander_mock.url


@pytest.mark.xpander_mock(tasks=0, executing=0, pending=0, commands=False, rate_limit="50/m")
def test_a_marker_sets_the_mock_up(xpander_mock: MockClient, xpander_tasks: Tasks) -> None:
    """The marker's settings are those of a mock for this test."""
    assert list(xpander_tasks.list()) == []
    assert xpander_tasks.invoke(xpander_mock.agent_id, "fail").result == "fail"
    assert xpander_mock.state()["rate_limit"] == "50/60s"


SUITE = """
import os
import pytest
BEFORE = dict(os.environ)

def test_ini(xpander_mock):
    assert xpander_mock.state()["rate_limit"] == "7/1s"
    assert sum(sum(counts.values()) for counts in xpander_mock.state()["tasks"].values()) == 3

@pytest.mark.xpander_mock(tasks=5)
def test_marker(xpander_mock):
    assert xpander_mock.state()["rate_limit"] == "7/1s"
    assert sum(sum(counts.values()) for counts in xpander_mock.state()["tasks"].values()) == 5

def test_environment_is_as_before():
    assert os.environ.get("XPANDER_BASE_URL") == BEFORE.get("XPANDER_BASE_URL")

@pytest.mark.xpander_mock(colour="red")
def test_wrong(xpander_mock):
    pass
"""


def test_ini_options_set_the_mock_up(tmp_path: Path) -> None:
    """Ini options are the settings of all tests, a marker adds to them, and an unknown setting fails its test."""
    (tmp_path / "test_it.py").write_text(SUITE)
    (tmp_path / "pytest.ini").write_text("[pytest]\nxpander_mock_tasks = 3\nxpander_mock_rate_limit = 7/s\n")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--strict-markers", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert "3 passed, 1 error" in ended.stdout, ended.stdout
    assert "colour" in ended.stdout
    (tmp_path / "pytest.ini").write_text("[pytest]\nxpander_mock_tasks = many\n")
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert "expected int as xpander_mock_tasks" in ended.stdout
