"""`xpander-tasks thread`."""

from __future__ import annotations

import json

from xpander_cli import exits
from xpander_mock import MockClient

from .terminal import Cli, assert_fits, plain


def family(cli: Cli, mock: MockClient) -> str:
    mock.script(text="delegate", sub_tasks=[{"text": "Look it up", "result": "Found"}, {"text": "Check it"}])
    return str(json.loads(cli("invoke", mock.agent_id, "delegate", "-o", "json").stdout)["id"])


def test_a_thread_is_plain_text_in_a_pipe_and_json_on_request(cli: Cli, mock: MockClient) -> None:
    """Markdown is passed on as it is."""
    mock.script(result="# Title\n\n- one\n- **two**")
    task = json.loads(cli("invoke", mock.agent_id, "List them", "-o", "json").stdout)["id"]
    done = cli("thread", task)
    assert done.stdout == "user: List them\nassistant: # Title\n\n  - one\n  - **two**\n"
    messages = json.loads(cli("thread", task, "-o", "json").stdout)
    assert [message["role"] for message in messages] == ["user", "assistant"]
    lines = [json.loads(line) for line in cli("thread", task, "-o", "jsonl").stdout.splitlines()]
    assert lines == messages


def test_markdown_is_rendered_in_a_terminal(cli: Cli, mock: MockClient) -> None:
    """Marks become styles, addresses stay visible, and nothing commands the terminal."""
    mock.script(result="Some **bold** text and [a link](https://evil.example) \x1b]0;owned\x07")
    task = json.loads(cli("invoke", mock.agent_id, "hi", "-o", "json").stdout)["id"]
    code, text = cli.on_terminal("thread", task)
    assert code == 0
    assert "**bold**" not in text
    assert "https://evil.example" in plain(text)
    assert "\x1b]" not in text
    assert_fits(text, 80)


def test_the_full_thread_shows_sub_tasks_as_a_tree(cli: Cli, mock: MockClient) -> None:
    """In a terminal with branches, in a pipe indented, in JSON by id."""
    task = family(cli, mock)
    _, text = cli.on_terminal("thread", task, "--full", columns=100)
    assert "├── " in text
    assert "└── " in text
    assert_fits(text, 100)
    piped = cli("thread", task, "--full").stdout
    assert "    user: Look it up\n" in piped
    by_task = json.loads(cli("thread", task, "--full", "-o", "json").stdout)
    assert "root" in by_task
    assert len(by_task) == 3
    rows = [json.loads(line) for line in cli("thread", task, "--full", "-o", "jsonl").stdout.splitlines()]
    assert {row["task"] for row in rows} == set(by_task)


def test_an_unknown_task_ends_in_3(cli: Cli) -> None:
    """One sentence, one hint."""
    done = cli("thread", "no-such-task")
    assert (done.returncode, done.stdout) == (exits.NOT_FOUND, "")
