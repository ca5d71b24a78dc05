"""A mock in its own process, and the command line pointed at it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from xpander_mock import MockClient

from .terminal import Cli

OWN = ("XPANDER_", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM", "PYTHONWARNINGS")


@pytest.fixture(scope="session")
def running_mock() -> Iterator[MockClient]:
    """A mock with its made-up tasks, in its own process."""
    command = [sys.executable, "-m", "xpander_mock", "--port", "0", "--pending", "0.02", "--executing", "0.06"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield MockClient(process.stdout.readline().split()[-1])
        process.terminate()


@pytest.fixture
def mock(running_mock: MockClient) -> MockClient:
    """The mock in the state in which it was started."""
    running_mock.reset()
    return running_mock


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a process that knows no address, no key and no file of profiles; warnings are errors."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OWN)}
    return kept | {"XPANDER_CONFIG": str(tmp_path / "config.toml"), "PYTHONWARNINGS": "error"}


@pytest.fixture
def cli(mock: MockClient, environment: dict[str, str]) -> Cli:
    """The command line, pointed at the mock."""
    return Cli(environment | {"XPANDER_BASE_URL": mock.url, "XPANDER_API_KEY": mock.api_key})
