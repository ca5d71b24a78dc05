"""The contract run as a pytest plugin: one target, one recorder, one report."""

import dataclasses
import os
from pathlib import Path
from typing import Any

import pytest

from contract_tests._mock import MockServer
from contract_tests.recorder import Recorder
from contract_tests.target import Target, check, read_target, starts_mock

BUILD = Path(os.environ.get("CONTRACT_REPORTS", "build/contract"))
TARGET = pytest.StashKey[Target]()
RECORDER = pytest.StashKey[Recorder]()
MOCK = pytest.StashKey[MockServer]()


def is_worker(config: pytest.Config) -> bool:
    """Tell an xdist worker, which is told the target, from the process that finds it."""
    return hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "claim(id): the documented sentence that the test judges")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    config = session.config
    if config.option.collectonly:
        return
    if is_worker(config):
        target = Target(**config.workerinput["target"])  # type: ignore[attr-defined] # xdist's attribute
        config.stash[TARGET] = target
        config.stash[RECORDER] = Recorder(target, workers=config.workerinput["workercount"])  # type: ignore[attr-defined]
        return
    BUILD.mkdir(parents=True, exist_ok=True)
    mock_url = None
    if starts_mock(os.environ):
        config.stash[MOCK] = MockServer(BUILD, os.environ.get("CONTRACT_MOCK_ARGS", ""))
        mock_url = config.stash[MOCK].url
    target = check(read_target(os.environ, mock_url))
    # Workers generate their requests while they collect, and all of them from this seed.
    os.environ["SEED"] = str(target.seed)
    config.stash[TARGET] = target
    config.stash[RECORDER] = Recorder(target)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["target"] = dataclasses.asdict(node.config.stash[TARGET])


def pytest_unconfigure(config: pytest.Config) -> None:
    if MOCK in config.stash:
        config.stash[MOCK].stop()


@pytest.fixture(scope="session")
def target(pytestconfig: pytest.Config) -> Target:
    """The server under test."""
    return pytestconfig.stash[TARGET]


@pytest.fixture(scope="session")
def recorder(pytestconfig: pytest.Config) -> Recorder:
    """What every request of this process passes, by `RecordingTransport` or `recording_session`."""
    return pytestconfig.stash[RECORDER]
