"""The contract run as a pytest plugin: one target, one recorder, one report."""

import dataclasses
import inspect
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from contract_tests._collector import Collector
from contract_tests._mock import MockServer
from contract_tests.claims import load_claims
from contract_tests.cleanup import delete_created
from contract_tests.explain import explain
from contract_tests.failure import redact
from contract_tests.recorder import Recorder
from contract_tests.report import Finding, Report
from contract_tests.target import Target, check, read_target, starts_mock

TARGET = pytest.StashKey[Target]()
RECORDER = pytest.StashKey[Recorder]()
MOCK = pytest.StashKey[MockServer]()
COLLECTOR = pytest.StashKey[Collector]()


def is_worker(config: pytest.Config) -> bool:
    """Tell an xdist worker, which is told the target, from the process that finds it."""
    return hasattr(config, "workerinput")


def build_folder(config: pytest.Config) -> Path:
    """Return where the reports go."""
    return Path(os.environ.get("CONTRACT_REPORTS") or config.rootpath / "build" / "contract")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "claim(id): the documented sentence that the test judges")
    if config.option.collectonly or is_worker(config):
        return
    # The run has a summary and reports of its own; pytest's would repeat every failure at length.
    if config.option.tbstyle == "auto":
        config.option.tbstyle = "no"
        config.option.reportchars = ""
    if not config.option.xmlpath:
        config.option.xmlpath = str(build_folder(config) / "junit.xml")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    config = session.config
    if config.option.collectonly:
        return
    if is_worker(config):
        told = config.workerinput  # type: ignore[attr-defined] # xdist adds it
        config.stash[TARGET] = Target(**told["target"])
        config.stash[RECORDER] = Recorder(config.stash[TARGET], workers=told["workercount"])
        return
    folder = build_folder(config)
    folder.mkdir(parents=True, exist_ok=True)
    mock_url = None
    if starts_mock(os.environ):
        config.stash[MOCK] = MockServer.from_environment(folder)
        mock_url = config.stash[MOCK].url
    target = check(read_target(os.environ, mock_url))
    # Workers generate their requests while they collect, and all of them from this seed.
    os.environ["SEED"] = str(target.seed)
    config.stash[TARGET] = target
    config.stash[RECORDER] = Recorder(target)
    config.stash[COLLECTOR] = Collector(Report(target, config.stash[RECORDER], load_claims()), folder)
    config.pluginmanager.register(config.stash[COLLECTOR])


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["target"] = dataclasses.asdict(node.config.stash[TARGET])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    recorder = item.config.stash[RECORDER]
    if report.when == "setup" and report.passed:
        recorder.last = None
    claims = tuple(claim for marker in item.iter_markers("claim") for claim in marker.args)
    finding = Finding(report.nodeid, "passed", claims)
    if report.skipped and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2].removeprefix("Skipped: ").removeprefix("not run: ")
        finding = dataclasses.replace(finding, outcome="not run", reason=reason)
    elif report.failed and call.excinfo:
        function = getattr(item, "function", None)
        promise = (inspect.getdoc(function) or item.name).partition("\n")[0]
        faults = explain(call.excinfo.value, promise, recorder)
        blamed = {claim for fault in faults for claim in ([fault.claim] if fault.claim else claims)}
        advisory = bool(blamed) and all(load_claims()[claim].kind == "advisory" for claim in blamed)
        warned = advisory and not recorder.target.is_mock and not any(fault.accident for fault in faults)
        finding = dataclasses.replace(finding, outcome="warned" if warned else "failed", faults=faults)
        text = redact(str(report.longrepr), recorder.target)
        report.longrepr = text
        if warned and report.when == "setup":
            # What could not be set up cannot be run either.
            report.outcome, report.longrepr = "skipped", (str(item.path), item.reportinfo()[1] or 0, text)
        elif warned:
            report.outcome = "passed"
    report.sections = [(title, redact(text, recorder.target)) for title, text in report.sections]
    # xdist carries the attributes of a report to the process that shows it.
    vars(report)["contract"] = dataclasses.asdict(finding)
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    config = session.config
    if RECORDER not in config.stash:
        return
    recorder = config.stash[RECORDER]
    left = delete_created(recorder)
    if is_worker(config):
        config.workeroutput["contract"] = {**recorder.data(), "left": left}  # type: ignore[attr-defined]
    else:
        config.stash[COLLECTOR].report.interrupted = exitstatus == pytest.ExitCode.INTERRUPTED
        config.stash[COLLECTOR].finish(left)


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
