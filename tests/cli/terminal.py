"""The command line in processes of its own: piped, or in a pseudo-terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from rich.cells import cell_len

COMMAND = (sys.executable, "-m", "xpander_cli")
ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")


def _take_terminal() -> None:
    """Make the terminal the one whose Ctrl-C reaches this process."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@dataclass
class Cli:
    """Runs `xpander-tasks` with an environment of its own."""

    environment: dict[str, str]

    def __call__(
        self, *arguments: str, stdin: str = "", timeout: float = 60, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run one command with pipes for stdin, stdout and stderr."""
        return subprocess.run(
            [*COMMAND, *arguments],
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
            env=self.environment | dict(environment or {}),
        )

    def popen(self, *arguments: str, stdout: int | IO[str] = subprocess.PIPE) -> subprocess.Popen[str]:
        """Start a command that runs beside the test."""
        return subprocess.Popen(
            [*COMMAND, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env=self.environment,
        )

    @contextmanager
    def terminal(self, *arguments: str, columns: int = 80, rows: int = 24) -> Iterator[Terminal]:
        """Run a command whose stdin, stdout and stderr are one terminal."""
        main, other = pty.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        process = subprocess.Popen(
            [*COMMAND, *arguments],
            stdin=other,
            stdout=other,
            stderr=other,
            env=self.environment | {"TERM": "xterm-256color"},
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        os.close(other)
        try:
            yield Terminal(main, process)
        finally:
            process.kill()
            process.wait()
            os.close(main)

    def on_terminal(self, *arguments: str, columns: int = 80, rows: int = 24) -> tuple[int, str]:
        """Run a command in a terminal to its end; return its exit code and all that the terminal received."""
        with self.terminal(*arguments, columns=columns, rows=rows) as terminal:
            text = terminal.read_to_end()
            return terminal.process.wait(), text


@dataclass
class Terminal:
    """The other side of a pseudo-terminal."""

    file: int
    process: subprocess.Popen[bytes]
    received: str = ""

    def read_until(self, pattern: str, timeout: float = 30) -> str:
        """Read until what came matches a pattern; return all that came."""
        end = time.monotonic() + timeout
        while not re.search(pattern, self.received):
            if not self._read(end - time.monotonic()):
                raise AssertionError(f"expected {pattern!r}, the terminal showed {self.received!r}")
        return self.received

    def read_some(self, seconds: float = 0.05) -> None:
        """Read what came, if anything came within a moment."""
        if select.select([self.file], [], [], seconds)[0]:
            self._read(seconds)

    def read_to_end(self, timeout: float = 60) -> str:
        """Read until the command has ended; return all that came."""
        end = time.monotonic() + timeout
        while self._read(end - time.monotonic()):
            pass
        return self.received

    def send(self, text: str) -> None:
        """Type."""
        os.write(self.file, text.encode())

    def _read(self, timeout: float) -> bool:
        if timeout <= 0 or not select.select([self.file], [], [], timeout)[0]:
            raise AssertionError(f"the command did not go on in time; the terminal showed {self.received!r}")
        try:
            data = os.read(self.file, 65536)
        except OSError:  # Linux says so when the last process has closed the terminal.
            return False
        self.received += data.decode(errors="replace")
        return bool(data)


def plain(text: str) -> str:
    """Return what a terminal received without its escape sequences."""
    return ESCAPE.sub("", text).replace("\r\n", "\n")


def assert_fits(text: str, columns: int) -> None:
    """Check that no line is wider than the terminal, where many characters of East Asia take two columns."""
    assert [line for line in plain(text).split("\n") if cell_len(line.rpartition("\r")[2]) > columns] == []
