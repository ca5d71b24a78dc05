"""`xpander-tasks stop` and `xpander-tasks delete`."""

from __future__ import annotations

import json

from xpander_mock import MockClient

from .terminal import Cli, plain


def test_stop_by_filter_means_only_tasks_that_can_be_stopped(cli: Cli, mock: MockClient) -> None:
    """Finished tasks of the agent are not even named."""
    ids = {mock.add_task(agent_id="a-stop", status=status)["id"] for status in ("pending", "executing", "paused")}
    mock.add_task(agent_id="a-stop", status="completed")
    done = cli("stop", "--agent", "a-stop", "--yes", "-o", "jsonl")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, {row["id"] for row in rows}, {row["outcome"] for row in rows}) == (0, ids, {"stopped"})
    assert done.stderr == "3 of 3 tasks stopped.\n"


def test_delete_says_what_it_will_do_and_asks(cli: Cli, mock: MockClient) -> None:
    """In a terminal the person decides; without one nothing happens unless --yes is given."""
    task = mock.add_task(title="An old one")
    with cli.terminal("delete", task["id"]) as terminal:
        shown = terminal.read_until(r"Delete it\? \[y/N\] ")
        assert "This will delete 1 task:" in shown
        assert "An old one" in shown
        terminal.send("n\n")
        terminal.read_to_end()
        assert terminal.process.wait() == 1
    refused = cli("delete", task["id"])
    assert (refused.returncode, refused.stderr.splitlines()[-1]) == (2, "hint: --yes agrees.")
    assert cli("get", task["id"]).returncode == 0
    with cli.terminal("delete", task["id"]) as terminal:
        terminal.read_until(r"\[y/N\] ")
        terminal.send("y\n")
        assert "1 of 1 task deleted." in plain(terminal.read_to_end())
        assert terminal.process.wait() == 0
    assert cli("get", task["id"]).returncode == 3


def test_a_failure_does_not_stop_the_rest(cli: Cli, mock: MockClient) -> None:
    """Each outcome is shown; one failure makes the exit code 1."""
    ids = [mock.add_task()["id"] for _ in range(3)]
    mock.fault("status", status=500, operation="delete_task", nth=2, times=1)
    done = cli("delete", *ids, "--yes", "-o", "csv")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (1, "2 of 3 tasks deleted, 1 failed.")
    assert [line.split(",")[1] for line in done.stdout.splitlines()] == ["outcome", "deleted", "failed", "deleted"]


def test_ids_that_do_not_exist_are_told(cli: Cli, mock: MockClient) -> None:
    """The others are changed all the same, and the exit code is 3."""
    task = mock.add_task(status="executing")
    done = cli("stop", "no-such-task", task["id"], task["id"], "--yes")
    assert (done.returncode, done.stdout.split("\t")[:2]) == (3, [task["id"], "stopped"])
    assert done.stderr.splitlines() == ["no-such-task: not found", "1 of 1 task stopped."]


def test_neither_ids_nor_filters_is_refused(cli: Cli, mock: MockClient) -> None:
    """`delete --yes` alone, or with a variable that is empty, deletes nothing."""
    for arguments in ([], ["--agent", ""], ["an-id", "--status", "failed"]):
        done = cli("delete", "--yes", *arguments)
        assert (done.returncode, done.stdout) == (2, "")
    assert mock.state()["waiting"] == 0
    assert cli("list", "--all", "-o", "jsonl").stdout.count("\n") == 238


def test_a_stopped_or_finished_task_stays_as_it_was(cli: Cli, mock: MockClient) -> None:
    """Stopping what is done is said, and is no failure."""
    task = mock.add_task(status="completed")
    done = cli("stop", task["id"], "--yes")
    assert (done.returncode, done.stdout.split("\t")[1]) == (0, "was completed already")


def test_a_refused_key_ends_the_rest(cli: Cli, mock: MockClient) -> None:
    """When the key is refused half way, the others are not tried one by one."""
    ids = [mock.add_task()["id"] for _ in range(3)]
    mock.fault("status", status=401, operation="delete_task", times=1)
    mock.forget_requests()
    done = cli("delete", *ids, "--yes")
    assert done.returncode == 4
    assert len(mock.requests("delete_task")) == 1
