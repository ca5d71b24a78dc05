"""`xpander-tasks watch`, on the mock's clock."""

from __future__ import annotations

import json
import time

import pytest

from xpander_cli import exits
from xpander_mock import MockClient

from .terminal import Cli, assert_fits, plain


def started(cli: Cli, mock: MockClient, text: str) -> str:
    return cli("invoke", mock.agent_id, text, "--background").stdout.strip()


def test_changes_are_lines_in_a_pipe(cli: Cli, mock: MockClient) -> None:
    """Each state is one line; the command ends when all are done."""
    mock.clock.freeze()
    ids = [started(cli, mock, text) for text in ("slow 100", "fail slowly")]
    process = cli.popen("watch", *ids, "--interval", "0.05s")
    assert process.stdout is not None
    seen = [process.stdout.readline().split("\t") for _ in ids]
    assert {(row[1], row[2]) for row in seen} == {(ids[0], "pending"), (ids[1], "pending")}
    mock.clock.advance(5)
    assert {tuple(process.stdout.readline().split("\t")[1:3]) for _ in ids} == {
        (ids[0], "executing"),
        (ids[1], "failed"),
    }
    mock.clock.advance(200)
    rest, errors = process.communicate(timeout=30)
    assert [line.split("\t")[1:3] for line in rest.splitlines()] == [[ids[0], "completed"]]
    assert (process.returncode, errors) == (0, "")


@pytest.mark.parametrize(
    ("statuses", "options", "code"),
    [
        (["completed"], ["--exit-status"], exits.DONE),
        (["failed"], [], exits.DONE),
        (["completed", "failed"], ["--exit-status"], exits.FAILED),
        (["stopped"], ["--exit-status"], exits.FAILED),
        (["completed", "paused"], [], exits.PAUSED),
        (["failed", "paused"], ["--exit-status"], exits.FAILED),
        (["executing", "completed"], ["--timeout", "0.3s"], exits.TIMED_OUT),
        (["executing", "paused"], ["--timeout", "0.3s"], exits.TIMED_OUT),
    ],
)
def test_the_exit_code_is_that_of_the_worst(
    cli: Cli, mock: MockClient, statuses: list[str], options: list[str], code: int
) -> None:
    """Failures count with --exit-status; time and pauses always."""
    ids = [mock.add_task(status=status)["id"] for status in statuses]
    done = cli("watch", *ids, *options, "-o", "json")
    shown = {task["id"]: task["status"] for task in json.loads(done.stdout)}
    assert done.returncode == code
    assert shown == {
        task: "timed out" if status == "executing" else status for task, status in zip(ids, statuses, strict=True)
    }


def test_a_terminal_shows_a_line_for_each_task_and_the_last_states_stay(cli: Cli, mock: MockClient) -> None:
    """The lines change in place and fit; titles of any script are cut."""
    mock.clock.freeze()
    ids = [started(cli, mock, "slow 100"), started(cli, mock, "検索結果をまとめてください " * 9)]
    with cli.terminal("watch", *ids, "--interval", "0.05s") as terminal:
        terminal.read_until("pending[^✓]*pending")
        mock.clock.advance(5)
        terminal.read_until("executing")
        mock.clock.advance(200)
        shown = terminal.read_to_end()
        assert terminal.process.wait() == 0
    assert_fits(shown, 80)
    last = plain(shown).strip().split("\n")[-2:]
    assert [line.strip()[:2] for line in last] == ["✓ ", "✓ "]
    assert {line.split()[1] for line in last} == set(ids)


def test_a_task_that_vanishes_ends_its_line(cli: Cli, mock: MockClient) -> None:
    """Deleted meanwhile: said, and the exit code is 3."""
    task = mock.add_task(status="executing")["id"]
    process = cli.popen("watch", task, "--interval", "0.05s", "-o", "jsonl", "--fields", "status")
    assert process.stdout is not None
    assert json.loads(process.stdout.readline()) == {"status": "executing"}
    assert cli("delete", task, "--yes").returncode == 0
    rest, _ = process.communicate(timeout=30)
    assert (process.returncode, json.loads(rest)) == (exits.NOT_FOUND, {"status": "deleted"})


def test_filters_choose_what_runs_now(cli: Cli, mock: MockClient) -> None:
    """Finished tasks of the agent are left out; with nothing left the command ends at once."""
    running = mock.add_task(agent_id="a-watch", status="executing")["id"]
    mock.add_task(agent_id="a-watch", status="failed")
    done = cli("watch", "--agent", "a-watch", "--timeout", "0.2s", "-o", "json", "--fields", "id")
    assert (done.returncode, json.loads(done.stdout)) == (exits.TIMED_OUT, [{"id": running}])
    assert cli("watch", "--agent", "nobody").stderr == "Nothing to watch.\n"


def test_an_unknown_id_is_told_and_the_others_are_watched(cli: Cli, mock: MockClient) -> None:
    """The exit code is 3 in the end."""
    task = mock.add_task(status="completed")["id"]
    done = cli("watch", "no-such-task", task)
    assert (done.returncode, done.stderr) == (exits.NOT_FOUND, "no-such-task: not found\n")
    assert done.stdout.split("\t")[1] == task


def test_it_goes_on_through_an_outage(cli: Cli, mock: MockClient) -> None:
    """503 for a while is no failure of the task."""
    task = mock.add_task(status="completed")["id"]
    mock.fault("status", status=503, operation="get_task", nth=2, times=1)
    assert cli("watch", task, "--exit-status").returncode == 0


def test_ctrl_c_leaves_the_tasks_alone(cli: Cli, mock: MockClient) -> None:
    """It ends in 130 and says that they go on."""
    task = mock.add_task(status="executing")["id"]
    with cli.terminal("watch", task) as terminal:
        terminal.read_until("executing")
        begun = time.monotonic()
        terminal.send("\x03")
        assert "the tasks go on" in plain(terminal.read_to_end())
        assert terminal.process.wait() == exits.INTERRUPTED
        assert time.monotonic() - begun < 10
    assert json.loads(cli("get", task, "-o", "jsonl").stdout)["status"] == "executing"


@pytest.mark.parametrize(
    "arguments", [[], ["x", "--timeout", "soon"], ["x", "--interval", "0s"], ["x", "--agent", "a"]]
)
def test_usage_errors(cli: Cli, arguments: list[str]) -> None:
    """Nothing to watch, times that are none, ids and filters together."""
    assert cli("watch", *arguments).returncode == exits.USAGE
