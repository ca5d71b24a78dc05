"""`xpander-tasks mock`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from xpander_cli import exits
from xpander_mock import MockClient

from .terminal import COMMAND, Cli


def serve(cli: Cli, *options: str) -> tuple[subprocess.Popen[str], dict[str, str]]:
    process = subprocess.Popen(
        [*COMMAND, "mock", "--port", "0", *options],
        env=cli.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    exports = [process.stdout.readline().removeprefix("export ").strip().split("=", 1) for _ in range(2)]
    return process, dict(exports)


def test_the_exports_point_the_other_commands_at_it(cli: Cli, tmp_path: Path) -> None:
    """What it prints on stdout is for the shell; Ctrl-C ends it in 130, and its file keeps the tasks."""
    process, settings = serve(cli, "--tasks", "7", "--data", str(tmp_path / "tasks.db"))
    try:
        assert set(settings) == {"XPANDER_BASE_URL", "XPANDER_API_KEY"}
        listed = cli("list", "--all", "-o", "json", environment=settings)
        assert listed.returncode == 0
        assert len(json.loads(listed.stdout)) > 0
    finally:
        os.killpg(process.pid, signal.SIGINT)
        output, errors = process.communicate(timeout=30)
    assert (process.returncode, output) == (exits.INTERRUPTED, "")
    assert "The mock has ended.\n" in errors
    assert (tmp_path / "tasks.db").exists()


def test_it_ends_with_whoever_started_it(cli: Cli) -> None:
    """SIGTERM to the command ends the server too, and leaves no process behind."""
    process, settings = serve(cli)
    process.terminate()
    process.communicate(timeout=30)
    assert cli("list", environment=settings).returncode == exits.NETWORK


def test_a_busy_port_is_said(cli: Cli, mock: MockClient) -> None:
    """The mock's own words, and exit code 1."""
    done = cli("mock", "--port", mock.url.rpartition(":")[2])
    assert (done.returncode, done.stdout) == (exits.FAILED, "")
    assert "cannot listen on 127.0.0.1" in done.stderr
    assert cli("mock", "--port", "99999").returncode == exits.USAGE


def test_without_the_extra_the_command_that_installs_it_is_named(cli: Cli) -> None:
    """The client and the command line work without the mock's dependencies."""
    code = (
        "import sys, importlib.util as u; real = u.find_spec\n"
        "u.find_spec = lambda name, *more: None if name == 'uvicorn' else real(name, *more)\n"
        "from xpander_cli import main; sys.exit(main(['mock']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=cli.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == exits.USAGE
    assert "pip install 'xpander-tasks[mock]'" in done.stderr
