"""The generated part of docs/cli.md: the exit codes, and the help of each command as it is printed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from xpander_cli.app import COMMANDS
from xpander_cli.exits import MEANINGS

CLI = Path(__file__).parents[1] / "docs" / "cli.md"
BEGIN, END = "<!-- commands: written by `make docs` -->\n", "<!-- end of commands -->\n"
COLUMNS = 100


def cli_page() -> str:
    """Return docs/cli.md with its generated part as it would be written now.

    Raises:
        ValueError: A marker of the generated part is missing.
    """
    head, begin, rest = CLI.read_text(encoding="utf-8").partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"expected the markers {BEGIN.strip()!r} and {END.strip()!r} in docs/cli.md")
    return head + begin + _exit_codes() + "".join(_section(command.name) for command in COMMANDS) + end + tail


def _exit_codes() -> str:
    rows = "".join(f"| {code} | {meaning} |\n" for code, meaning in MEANINGS.items())
    return f"## Exit codes\n\n| code | meaning |\n| --- | --- |\n{rows}"


def _section(name: str) -> str:
    return f"\n## {name}\n\n```text\n{help_text(name)}```\n"


def help_text(name: str) -> str:
    """Return what `xpander-tasks NAME --help` prints in a terminal of 100 columns."""
    command = [sys.executable, "-m", "xpander_cli", name, "--help"]
    environment = {**os.environ, "COLUMNS": str(COLUMNS)}
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=True, env=environment).stdout
