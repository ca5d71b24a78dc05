"""The examples of the command line run: those of each command's help, and the sessions that docs/cli.md shows."""

from __future__ import annotations

import os
import pty
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from proof._cli_page import CLI, help_text
from proof.snippets import Snippet, snippets_of
from xpander_cli.app import COMMANDS
from xpander_mock import Settings, XpanderMock

# The task and the agent of the examples.
TASK, AGENT = "5f0d6c2e-8a64-4a3c-9c53-0f6b1c7a2f10", "agent-42"
SESSIONS = list(snippets_of(CLI.read_text(encoding="utf-8"), "docs/cli.md", "console"))
# This one serves until it is interrupted.
ENDLESS = "mock"


def examples() -> Iterator[tuple[str, str]]:
    """Yield the name of each command with each of its examples."""
    for command in COMMANDS:
        _, found, lines = help_text(command.name).partition("\nExamples:\n")
        assert found, f"the help of {command.name} has no example"
        yield from ((command.name, line.strip()) for line in lines.splitlines() if line.strip())


@pytest.fixture
def mock() -> Iterator[XpanderMock]:
    """A mock with its demo tasks, whose agents answer at once."""
    with XpanderMock(Settings(pending=0.01, executing=0.02)) as running:
        yield running


class Shell:
    """Starts bash in an empty folder, with `xpander-tasks` pointed at a mock and standard error merged into output."""

    def __init__(self, mock: XpanderMock, folder: Path) -> None:
        self.folder = folder
        config = folder / "config.toml"
        config.write_text(f'[profiles.work]\napi_key = "{mock.api_key}"\nbase_url = "{mock.url}"\n', encoding="utf-8")
        kept = {name: value for name, value in os.environ.items() if not name.startswith("XPANDER_")}
        self.environment = kept | {
            "XPANDER_BASE_URL": mock.url,
            "XPANDER_API_KEY": mock.api_key,
            "XPANDER_CONFIG": str(config),
            "PYTHONWARNINGS": "error",
        }

    def start(self, script: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
        program = f'xpander-tasks() {{ {shlex.quote(sys.executable)} -m xpander_cli "$@"; }}'
        return subprocess.Popen(
            ["bash", "-c", f"{program}\n{script}"],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            env=self.environment,
            cwd=self.folder,
            start_new_session=True,
        )


@pytest.fixture
def shell(mock: XpanderMock, tmp_path: Path) -> Shell:
    """A shell whose commands reach the mock."""
    return Shell(mock, tmp_path)


@pytest.mark.parametrize(("name", "example"), [pytest.param(*case, id=case[1]) for case in examples()])
def test_an_example_of_the_help_succeeds(name: str, example: str, mock: XpanderMock, shell: Shell) -> None:
    """A person who pastes an example and agrees to what it asks gets no error."""
    # A task that is watched or continued has to be done some day; the others are there to be stopped.
    status = "completed" if name in ("watch", "invoke") else "executing"
    mock.add_task(id=TASK, agent_id=mock.agent_id, status=status)
    (shell.folder / "product.json").write_text('{"type": "object"}', encoding="utf-8")
    keyboard, terminal = pty.openpty()
    try:
        os.write(keyboard, b"y\n")
        with shell.start(example.replace(AGENT, mock.agent_id), terminal) as process:
            assert process.stdout is not None
            if name == ENDLESS:
                assert process.stdout.readline().startswith("export XPANDER_BASE_URL=http://127.0.0.1:")
                os.killpg(process.pid, signal.SIGINT)
                process.communicate(timeout=30)
            else:
                output, _ = process.communicate(timeout=60)
                assert process.returncode == 0, output
    finally:
        os.close(keyboard)
        os.close(terminal)


@pytest.mark.parametrize("session", SESSIONS, ids=lambda session: session.name)
def test_a_session_of_the_page_prints_what_it_shows(session: Snippet, shell: Shell) -> None:
    """Each line after `$` runs, in this order, and prints the lines that follow it."""
    for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", session.code, re.MULTILINE):
        with shell.start(command) as process:
            assert process.communicate(timeout=60)[0] == shown, command
