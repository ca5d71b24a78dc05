"""The mock as a server in a process of its own, for a run that names no other server."""

import os
import shlex
import subprocess
import sys
import threading
from pathlib import Path
from queue import Empty, Queue
from typing import Self

import pytest

READY_SECONDS = 30
STOP_SECONDS = 10
READY = "xpander_mock listening on "


class MockServer:
    """The mock, from the moment that it answers until `stop`.

    Args:
        folder: Where its log goes.
        arguments: What to pass to it besides the port, as one would type it in a shell.
        module: The module to run: `xpander_mock`, or one that starts it with other parts.

    Raises:
        UsageError: It did not start.
    """

    def __init__(self, folder: Path, arguments: str = "", module: str = "xpander_mock") -> None:
        log = folder / "mock.log"
        guard = Path(__file__).with_name("_guard.py")
        command = [sys.executable, str(guard), sys.executable, "-m", module, "--port", "0"]
        with log.open("wb") as errors:
            self._process = subprocess.Popen(
                [*command, *shlex.split(arguments)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                # Ctrl-C is for the run; the mock has to last until the run has cleaned up.
                start_new_session=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        self._lines: Queue[str] = Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            line = self._lines.get(timeout=READY_SECONDS)
        except Empty:
            self.stop()
            raise pytest.UsageError(f"the mock was not ready after {READY_SECONDS} s; its log is {log}") from None
        if not line.startswith(READY):
            self.stop()
            lines = log.read_text(errors="replace").strip().splitlines() or [line.strip() or "it said nothing"]
            raise pytest.UsageError(f"the mock did not start: {lines[-1]}; its log is {log}")
        self.url = line.removeprefix(READY).strip()

    @classmethod
    def from_environment(cls, folder: Path, arguments: str = "") -> Self:
        """Start the mock that `CONTRACT_MOCK_MODULE` and `CONTRACT_MOCK_ARGS` describe, with further arguments.

        Raises:
            UsageError: It did not start.
        """
        told = f"{os.environ.get('CONTRACT_MOCK_ARGS', '')} {arguments}"
        return cls(folder, told, os.environ.get("CONTRACT_MOCK_MODULE") or "xpander_mock")

    def _read(self) -> None:
        # Reading on after the first line keeps the pipe from filling up; an empty line means that the mock has ended.
        assert self._process.stdout
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put("")

    def stop(self) -> None:
        """End the process, and wait until it has ended."""
        assert self._process.stdin
        self._process.stdin.close()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        assert self._process.stdout
        self._process.stdout.close()
