"""Worlds: a mock with other organizations, keys and agents, and everything that it starts with."""

import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from xpander_mock import ControlError, MockClient, Settings, XpanderMock
from xpander_mock.world import World, make_world

from .processes import COMMAND, running

WORLD = """
organizations:
  - id: acme
    api_keys: [acme-key]
    bearer_tokens: [acme-token]
    agents:
      - {id: helper, name: Helper}
      - {id: writer, name: Writer}
  - id: other
    api_keys: [other-key]
    agents: [{id: reader, name: Reader}]
clock: {freeze: 2030-05-01T12:00:00Z}
rate_limit: 500/m
tasks:
  - {id: first, title: The first, text: hello, user_id: ada}
  - {id: second, parent_task_id: first, status: executing, agent_id: writer}
  - {id: theirs, organization_id: other, agent_id: reader, status: failed, created_at: 2030-04-01T00:00:00Z}
scripts:
  - {text: weather, value: {sun: true}}
faults:
  - {kind: status, status: 503, operation: stop_task}
"""


def make(text: str = WORLD) -> World:
    return make_world(yaml.safe_load(text))


def get(mock: MockClient, path: str, key: str = "acme-key") -> httpx.Response:
    return httpx.get(mock.url + path, headers={"x-api-key": key})


def assert_is_the_world(mock: MockClient) -> None:
    assert [item["id"] for item in get(mock, "/v1/tasks").json()["items"]] == ["second", "first"]
    assert [item["id"] for item in get(mock, "/v1/tasks", "other-key").json()["items"]] == ["theirs"]
    assert get(mock, "/v1/tasks/first").json()["created_at"].startswith("2030-05-01T12:00:00")
    assert get(mock, "/v1/tasks", XpanderMock.api_key).status_code == 401
    by_token = httpx.get(f"{mock.url}/v1/agents/helper/tasks", headers={"authorization": "Bearer acme-token"})
    assert by_token.json()["total"] == 1
    assert get(mock, "/v1/agents/reader/tasks").status_code == 404
    path, headers = f"{mock.url}/v1/tasks/first/stop", {"x-api-key": "acme-key"}
    assert httpx.post(path, headers=headers).status_code == 503
    state = mock.state()
    assert (state["frozen"], state["rate_limit"], len(state["scripts"])) == (True, "500/60s", 1)


def test_a_mock_starts_with_its_world_and_a_reset_returns_to_it() -> None:
    """Organizations, keys, agents, tasks, scripts, faults, clock and limit are the world's, also after a reset."""
    with XpanderMock(Settings(world=make())) as mock:
        assert (mock.api_key, mock.agent_id) == ("acme-key", "helper")
        assert_is_the_world(mock)
        for path in ("first", "theirs"):
            httpx.delete(f"{mock.url}/v1/tasks/{path}", headers={"x-api-key": "acme-key"})
        mock.add_task(id="more")
        mock.clear_scripts()
        mock.clear_faults()
        mock.clock.reset()
        mock.reset()
        assert_is_the_world(mock)


def test_an_added_task_is_of_the_first_organization() -> None:
    """Without other fields a task belongs to the first organization of the world, and its first agent."""
    with XpanderMock(Settings(world=make())) as mock:
        task = mock.add_task()
        assert (task["organization_id"], task["agent_id"]) == ("acme", "helper")
        with pytest.raises(ControlError, match="demo organizations"):
            mock.seed(5)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_file_and_several_processes_take_a_world(tmp_path: Path, workers: str) -> None:
    """`--world FILE` starts a mock that is ready, and its data file keeps what happened since."""
    file = tmp_path / "world.yaml"
    file.write_text(WORLD)
    options = ("--world", str(file), "--data", str(tmp_path / "tasks.db"), "--workers", workers)
    with running(*options) as (_, url):
        mock = MockClient(url)
        assert [item["id"] for item in get(mock, "/v1/tasks").json()["items"]] == ["second", "first"]
        assert httpx.delete(f"{url}/v1/tasks/second", headers={"x-api-key": "acme-key"}).status_code == 204
    with running(*options) as (_, url):
        assert [item["id"] for item in get(MockClient(url), "/v1/tasks").json()["items"]] == ["first"]


def test_a_saved_world_starts_another_mock() -> None:
    """What `world` returns starts a mock that shows the same, and is set on one that runs."""
    with XpanderMock(Settings(world=make())) as mock:
        mock.add_task(id="paused", status="paused", hitl_request={"wait_node_id": "n"}, source="", title="")
        saved = mock.world()
        shown = [get(mock, f"/v1/tasks/{name}").json() for name in ("first", "second", "paused")]
        listed = get(mock, "/v1/tasks").json()
    text = yaml.safe_dump(saved)
    with XpanderMock(Settings(world=make(text))) as other, XpanderMock() as running:
        running.set_world(saved)
        for again in (other, running):
            assert [get(again, f"/v1/tasks/{name}").json() for name in ("first", "second", "paused")] == shown
            assert get(again, "/v1/tasks").json() == listed
            assert again.world() == saved
        running.reset()
        assert get(running, "/v1/tasks").json() == listed


def test_the_demo_world_can_be_saved() -> None:
    """The sample tasks of the demo organizations are written too, parents before their sub-tasks."""
    with XpanderMock(Settings(tasks=60)) as mock, XpanderMock(Settings(world=World())) as other:
        mock.clock.freeze()
        saved = mock.world()
        other.set_world(saved)
        key = mock.api_key
        assert get(other, "/v1/tasks?per_page=50", key).json()["total"] == len(
            [task for task in saved["tasks"] if task["organization_id"] == saved["organizations"][0]["id"]]
        )
        seen: set[str] = set()
        for task in saved["tasks"]:
            assert task.get("parent_execution") is None or task["parent_execution"] in seen
            seen.add(task["id"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[]", "object"),
        ("colour: red", "colour"),
        ("organizations: [{id: a, api_keys: [k]}, {id: a}]", "organization"),
        ("organizations: [{id: a, api_keys: [k]}, {id: b, bearer_tokens: [k]}]", "credential"),
        ("organizations: [{id: a, api_keys: ['']}]", "credential"),
        ("organizations: [{id: a, agents: [{id: x, name: y}, {id: x, name: z}]}]", "agent"),
        ("tasks: [{}, {status: queued}]", r"tasks\[1\]"),
        ("scripts: [{colour: 1}]", r"scripts\[0\]"),
        ("faults: [{kind: explode}]", r"faults\[0\]"),
        ("clock: {freeze: yesterday}", "clock"),
        ("rate_limit: 100/60", "rate_limit"),
        ("tasks: [", "YAML"),
    ],
)
def test_a_wrong_world_is_refused(tmp_path: Path, text: str, told: str) -> None:
    """What is wrong is named, in one line by the command line, and by the control, which stays as it was."""
    file = tmp_path / "world.yaml"
    file.write_text(text)
    ended = subprocess.run([*COMMAND, "--port", "0", "--world", str(file)], capture_output=True, text=True, timeout=20)
    assert (ended.stdout, ended.stderr.count("\n")) == ("", 1), ended.stderr
    assert ended.returncode in (1, 2)
    assert told.replace("\\", "") in ended.stderr
    if told == "YAML":
        return
    value: Any = yaml.safe_load(text)
    with XpanderMock(Settings(world=make())) as mock:
        with pytest.raises(ControlError, match=told):
            mock.set_world(value)
        assert_is_the_world(mock)


def test_keys_are_in_no_repr() -> None:
    """A world's settings do not show its credentials."""
    assert "acme-key" not in repr(Settings(world=make()))
    assert "acme-token" not in repr(make())
