"""Servers in processes, for the time of a block."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class RunningServer:
    """A server that accepts connections.

    Args:
        url: Its address.
        pid: Its process id.
    """

    url: str
    pid: int


@contextmanager
def run_server(*command: str) -> Iterator[RunningServer]:
    """Run a command that prints the server's address as the last word of its first line.

    Raises:
        SystemExit: The command ended without printing a line.
    """
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line:
            raise SystemExit(f"expected an address from {' '.join(command)}, got none")
        yield RunningServer(line.split()[-1], process.pid)
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def mock_command(*options: str) -> tuple[str, ...]:
    """Return the command that starts the mock on a free port."""
    return (sys.executable, "-m", "xpander_mock", "--port", "0", *options)
