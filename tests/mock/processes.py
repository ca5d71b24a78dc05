"""Mocks in separate processes."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

COMMAND = [sys.executable, "-m", "xpander_mock"]


@contextmanager
def running(*options: str, log: bool = False) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start a mock in another process; yield the process and the mock's address."""
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE if log else None, text=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("xpander_mock listening on http://127.0.0.1:"), f"expected an address, got {line!r}"
        yield process, line.split()[-1]
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
