"""The mock server, started as a child process by a run that names no other server."""

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
    """A running mock server; `stop` ends it.

    Args:
        folder: Folder for its log, `mock.log`.
        arguments: Further command-line arguments, in shell syntax.
        module: Module to run with `python -m`: `xpander_mock`, or one that serves a modified mock.

    Raises:
        UsageError: The mock did not start.
    """

    def __init__(self, folder: Path, arguments: str = "", module: str = "xpander_mock") -> None:
        log = folder / "mock.log"
        guard = Path(__file__).with_name("_child_guard.py")
        command = [sys.executable, str(guard), sys.executable, "-m", module, "--port", "0"]
        with log.open("wb") as errors:
            self._process = subprocess.Popen(
                [*command, *shlex.split(arguments)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                # Ctrl-C must reach the run alone, because the run still needs the mock to clean up.
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
            lines = log.read_text(errors="replace").strip().splitlines() or [line.strip() or "it printed nothing"]
            raise pytest.UsageError(f"the mock did not start: {lines[-1]}; its log is {log}")
        self.url = line.removeprefix(READY).strip()

    @classmethod
    def from_environment(cls, folder: Path, arguments: str = "") -> Self:
        """Start the mock that `CONTRACT_MOCK_MODULE` and `CONTRACT_MOCK_ARGS` describe.

        Args:
            folder: Folder for its log.
            arguments: Further command-line arguments, in shell syntax.

        Raises:
            UsageError: The mock did not start.
        """
        configured = f"{os.environ.get('CONTRACT_MOCK_ARGS', '')} {arguments}"
        return cls(folder, configured, os.environ.get("CONTRACT_MOCK_MODULE") or "xpander_mock")

    def _read(self) -> None:
        # The pipe must be drained, or it fills up and blocks the mock. An empty line marks the end of the mock.
        assert self._process.stdout
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put("")

    def stop(self) -> None:
        """Stop the mock and wait until its process has ended."""
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
