"""`xpander-tasks invoke`: the answer on stdout as it comes, all else on stderr, and what Ctrl-C leaves behind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from xpander_cli import exits
from xpander_mock import MockClient

from .terminal import Cli, plain


def test_the_answer_and_nothing_else_is_on_stdout(cli: Cli, mock: MockClient) -> None:
    """The text may come from stdin; status, time and id are on stderr."""
    done = cli("invoke", mock.agent_id, "Reply with exactly: Hello, you")
    assert (done.returncode, done.stdout) == (0, "Hello, you\n")
    assert done.stderr.startswith("completed in ")
    asked = cli("invoke", mock.agent_id, "-", stdin="from\nstdin")
    assert (asked.returncode, asked.stdout) == (0, "from\nstdin\n")


@pytest.mark.parametrize(("text", "code"), [("fail now", exits.FAILED), ("error now", exits.FAILED), ("pause", 6)])
def test_the_exit_code_tells_how_the_task_ended(cli: Cli, mock: MockClient, text: str, code: int) -> None:
    """A script can rely on it."""
    assert cli("invoke", mock.agent_id, text).returncode == code


def test_chunks_come_as_they_are_sent(cli: Cli, mock: MockClient) -> None:
    """The first words are printed while the agent still works."""
    mock.script(chunks=["first ", "second"], executing=60)
    mock.clock.freeze()
    with cli.terminal("invoke", mock.agent_id, "hi") as terminal:
        mock.clock.advance(1)
        while "first" not in terminal.received:
            mock.clock.advance(2)
            terminal.read_some()
        assert "completed" not in terminal.received
        while "completed in" not in terminal.received:
            mock.clock.advance(20)
            terminal.read_some()
        assert "first second\n" in plain(terminal.received)


def test_json_forms(cli: Cli, mock: MockClient, tmp_path: Path) -> None:
    """`json` is the finished task, `jsonl` each event; the schema of a file is sent and kept to."""
    schema = {"type": "object", "properties": {"price": {"type": "number"}}, "required": ["price"]}
    (tmp_path / "schema.json").write_text(json.dumps(schema))
    arguments = ("invoke", mock.agent_id, "Describe it", "--json-schema", str(tmp_path / "schema.json"))
    assert set(json.loads(cli(*arguments).stdout)) == {"price"}
    task = json.loads(cli(*arguments, "-o", "json").stdout)
    assert (task["status"], task["output_schema"]) == ("completed", schema)
    events = [json.loads(line) for line in cli(*arguments, "-o", "jsonl").stdout.splitlines()]
    kinds = [event["type"] for event in events]
    assert kinds.index("task_created") < kinds.index("chunk") < kinds.index("task_finished") == len(kinds) - 1


def test_background_prints_the_id_alone(cli: Cli, mock: MockClient) -> None:
    """It can be given to the next command."""
    done = cli(
        "invoke", mock.agent_id, "slow 1", "--background", "--id", "my-own-id", "--file", "https://example.com/a.pdf"
    )
    assert (done.returncode, done.stdout) == (0, "my-own-id\n")
    assert "xpander-tasks watch my-own-id" in done.stderr
    task = json.loads(cli("get", "my-own-id", "-o", "json").stdout)[0]
    assert task["input"]["files"] == ["https://example.com/a.pdf"]


def test_reply_to_continues_a_conversation_and_never_begins_one(cli: Cli, mock: MockClient) -> None:
    """An id that does not exist would be taken for a new task's by the API."""
    first = cli("invoke", mock.agent_id, "Good morning", "--background").stdout.strip()
    assert cli("invoke", mock.agent_id, "And good night", "--reply-to", first).returncode == 0
    assert cli("thread", first).stdout == (
        "user: Good morning\nassistant: Good morning\nuser: And good night\nassistant: And good night\n"
    )
    before = mock.state()
    assert cli("invoke", mock.agent_id, "x", "--reply-to", "no-such-task").returncode == exits.NOT_FOUND
    other = mock.add_task(agent_id="another-agent")["id"]
    wrong = cli("invoke", mock.agent_id, "x", "--reply-to", other)
    assert (wrong.returncode, "belongs to agent another-agent" in wrong.stderr) == (exits.USAGE, True)
    assert before["tasks"].keys() == mock.state()["tasks"].keys()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--backgroun"],
        ["hi", "--id", "a", "--reply-to", "b"],
        ["hi", "--id", ""],
        ["hi", "--json-schema", "missing.json"],
        ["hi", "--json-schema", "/dev/null"],
        ["hi", "--file", "/etc/hostname"],
    ],
)
def test_usage_errors_start_no_task(cli: Cli, mock: MockClient, arguments: list[str]) -> None:
    """A task costs money: what cannot be meant is refused before anything is sent."""
    mock.forget_requests()
    done = cli("invoke", mock.agent_id, *arguments)
    assert (done.returncode, done.stdout, mock.requests()) == (exits.USAGE, "", [])


def test_ctrl_c_says_that_the_task_goes_on_and_how_to_stop_it(cli: Cli, mock: MockClient) -> None:
    """The exit code is 130, and the command that is shown works."""
    with cli.terminal("invoke", mock.agent_id, "slow 600", "--id", "long-one") as terminal:
        terminal.read_until("working|executing|think|tool")
        while mock.waiting == 0:
            pass
        terminal.send("\x03")
        shown = plain(terminal.read_to_end())
        assert terminal.process.wait() == exits.INTERRUPTED
    assert "the task goes on: `xpander-tasks stop long-one` stops it" in shown
    assert cli("stop", "long-one", "--yes").stdout.split("\t")[1] == "stopped"


def test_a_lost_connection_is_said_and_the_whole_answer_is_printed(cli: Cli, mock: MockClient) -> None:
    """What came before the cut is not printed twice."""
    mock.fault("cut_stream", operation="invoke_agent_stream", times=1)
    done = cli("invoke", mock.agent_id, "Reply with exactly: one two three four")
    assert (done.returncode, done.stdout) == (0, "one two three four\n")
    assert "the connection was lost" in done.stderr


def test_an_answer_commands_no_terminal(cli: Cli, mock: MockClient) -> None:
    """Escape sequences in chunks, even split between two, do not reach the terminal."""
    mock.script(chunks=["safe \x1b", "]0;owned\x07 \x9b31m", "\u202e end"])
    _, text = cli.on_terminal("invoke", mock.agent_id, "hi")
    assert "safe" in text
    for sequence in ("\x1b]0;", "\x07", "\x9b", "\u202e"):
        assert sequence not in text


def test_a_failed_start_names_the_task_that_may_run(cli: Cli, mock: MockClient) -> None:
    """After a lost answer nobody knows; the id lets one look."""
    mock.fault("reset", operation="invoke_agent_async", times=1)
    done = cli("invoke", mock.agent_id, "hi", "--background", "--id", "maybe")
    assert done.returncode == exits.NETWORK
    assert "`xpander-tasks get maybe` tells" in done.stderr
