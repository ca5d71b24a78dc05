import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import xpander_mock
from contract_tests.run.mock_server import MockServer
from contract_tests.run.target import Target
from tests.contract._servers import Answer, Proxy, nothing

ROOT = Path(__file__).parents[2]
# Keys as a person has them; they must appear nowhere.
KEY, OTHER_KEY = "sk-live-0123456789abcdef", "sk-live-other-fedcba9876543210"
KEYS = {KEY: xpander_mock.DEMO_API_KEY, OTHER_KEY: xpander_mock.OTHER_API_KEY}
RUN_SECONDS = 180

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def target() -> Target:
    """A live server that the run may write to."""
    return Target("https://api.example.com/root", KEY, OTHER_KEY, "agent-1", True, False, None, 7, "default")


@pytest.fixture
def upstream(tmp_path: Path) -> Iterator[str]:
    """A healthy server."""
    server = MockServer(tmp_path)
    yield server.url
    server.stop()


@pytest.fixture
def proxy(upstream: str) -> Iterator[Callable[..., Proxy]]:
    """A healthy server behind a proxy that records requests and may alter the answers."""
    started: list[Proxy] = []

    def start(alter: Callable[[Answer], None] = nothing) -> Proxy:
        started.append(Proxy(upstream, KEYS, alter).__enter__())
        return started[-1]

    yield start
    for each in started:
        each.__exit__()


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the contract tests as a person would, with the reports in `tmp_path`."""

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return contract_run(tmp_path, *(arguments or ["contract_tests"]), **variables)

    return run


def contract_run(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run contract tests to their end."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", *arguments, "-p", "no:cacheprovider"],
        cwd=ROOT,
        env=environment(folder, variables),
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
    )


def environment(folder: Path, variables: dict[str, str]) -> dict[str, str]:
    """Return the environment of a run, without what this one was started with."""
    own = ("XPANDER_", "CONTRACT_", "PYTEST_", "SEED", "PROFILE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    return {**kept, "CONTRACT_REPORTS": str(folder), "PROFILE": "quick", "SEED": "1", **variables}
