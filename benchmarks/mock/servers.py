"""Servers in processes of their own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Running:
    """A server that accepts connections."""

    url: str
    pid: int


@contextmanager
def serve(*command: str) -> Iterator[Running]:
    """Run a command that prints its address as the last word of its first line."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line:
            raise SystemExit(f"expected an address from {' '.join(command)}, got none")
        yield Running(line.split()[-1], process.pid)
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def mock(*options: str) -> tuple[str, ...]:
    """The command that starts the mock on a free port."""
    return (sys.executable, "-m", "xpander_mock", "--port", "0", *options)
