"""The command line: how it starts, reports errors and stops."""

import os
import signal
import socket
import sqlite3
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from xpander_mock import DEMO_API_KEY, OTHER_API_KEY

from .processes import COMMAND, running


def get(url: str, **params: str | int) -> httpx.Response:
    return httpx.get(url, params=params, headers={"x-api-key": DEMO_API_KEY})


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_quickly_and_cleanly(number: signal.Signals) -> None:
    """SIGTERM and SIGINT end it with status 0 in well under two seconds, cut an open stream and print nothing."""
    with running("--executing", "60", log=True) as (process, url):
        agent_id = get(f"{url}/v1/tasks", per_page=1).json()["items"][0]["agent_id"]
        address = f"{url}/v1/agents/{agent_id}/invoke/stream"
        with httpx.stream("POST", address, json={"input": {}}, headers={"x-api-key": DEMO_API_KEY}) as response:
            lines = response.iter_lines()
            next(lines)
            begun = time.monotonic()
            process.send_signal(number)
            with pytest.raises(httpx.RemoteProtocolError):
                list(lines)
        assert process.wait(5) == 0
        assert time.monotonic() - begun < 2
        assert process.stdout is not None
        assert process.stdout.read() == ""
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_it_serves_the_sample_tasks_of_its_options() -> None:
    """`--tasks` and `--seed` decide the tasks, the same each time."""
    lists = []
    for _ in range(2):
        with running("--tasks", "40", "--seed", "5") as (_, url):
            lists.append(get(f"{url}/v1/tasks", per_page=50).json())
    assert lists[0] == lists[1]
    assert 20 < lists[0]["total"] <= 40


@pytest.mark.parametrize(
    "options",
    [
        ["--port", "70000"],
        ["--port", "http"],
        ["--tasks", "-1"],
        ["--seed", "x"],
        ["--pending", "-1"],
        ["--executing", "nan"],
        ["--nonsense"],
        ["extra"],
    ],
)
def test_a_bad_option_is_one_line_and_status_2(options: list[str]) -> None:
    """One line on stderr names the problem."""
    ended = subprocess.run([*COMMAND, *options], capture_output=True, text=True, timeout=20)
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)
    assert options[0] in ended.stderr or "extra" in ended.stderr


def test_a_busy_port_is_one_line_and_status_1() -> None:
    """The address is named."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = subprocess.run([*COMMAND, "--port", port], capture_output=True, text=True, timeout=20)
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1)
    assert f"127.0.0.1:{port}" in ended.stderr


def test_an_unusable_data_file_is_one_line_and_status_1(tmp_path: Path) -> None:
    """A text file, a folder, a missing path and another program's SQLite file are refused, unchanged."""
    text = tmp_path / "text"
    text.write_text("hello " * 1000)
    other = tmp_path / "other"
    database = sqlite3.connect(other)
    database.execute("CREATE TABLE x (y)")
    database.close()
    before = text.read_bytes(), other.read_bytes()
    for path in (text, other, tmp_path, tmp_path / "no" / "where"):
        command = [*COMMAND, "--port", "0", "--data", str(path)]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=20)
        assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1), ended.stderr
        assert str(path) in ended.stderr
    assert (text.read_bytes(), other.read_bytes()) == before


def test_a_data_file_survives_restart_and_kill(tmp_path: Path) -> None:
    """Acknowledged writes survive a SIGKILL, and a running task ends by the clock meanwhile."""
    data = str(tmp_path / "tasks.db")
    with running("--data", data, "--tasks", "10", "--executing", "0.3") as (process, url):
        agent_id = get(f"{url}/v1/tasks", per_page=1).json()["items"][0]["agent_id"]
        made = httpx.post(
            f"{url}/v1/agents/{agent_id}/invoke/async",
            json={"input": {"text": "kept"}},
            headers={"x-api-key": DEMO_API_KEY},
        ).json()
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    time.sleep(0.4)
    with running("--data", data, "--tasks", "500") as (_, url):
        task = get(f"{url}/v1/tasks/{made['id']}").json()
        assert (task["status"], task["result"]) == ("completed", "kept")
        assert get(f"{url}/v1/tasks").json()["total"] <= 11


def test_help_explains_every_option() -> None:
    """`--help` explains every option with its default, and shows the demo keys."""
    text = subprocess.run([*COMMAND, "--help"], capture_output=True, text=True, timeout=20).stdout
    for told in ("--host", "--port", "--data", "--tasks", "--seed", "127.0.0.1", "8787", DEMO_API_KEY, OTHER_API_KEY):
        assert told in text
