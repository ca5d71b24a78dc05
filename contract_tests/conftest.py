"""The pytest plugin of a contract run: its target, its recorder and its report."""

import dataclasses
import inspect
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from .contract.claims import load_claims
from .record.cleanup import delete_created
from .record.display import key_names, redact
from .record.har import HarRecorder, write_har
from .record.recorder import Recorder
from .report.collector import Collector
from .report.explain import explain
from .report.invariant_findings import InvariantListener
from .report.known_failures import BaselineError, KnownFailures, known_failures
from .report.model import Finding, Report
from .run.mock_server import MockServer
from .run.target import Target, check, read_har_switch, read_target, starts_mock

TARGET = pytest.StashKey[Target]()
RECORDER = pytest.StashKey[Recorder]()
MOCK = pytest.StashKey[MockServer]()
COLLECTOR = pytest.StashKey[Collector]()
INVARIANTS = pytest.StashKey[InvariantListener]()
KNOWN = pytest.StashKey[KnownFailures]()
HAR = pytest.StashKey[HarRecorder]()


def is_worker(config: pytest.Config) -> bool:
    """Check for an xdist worker, which gets its target from the main process."""
    return hasattr(config, "workerinput")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--claim",
        action="append",
        default=[],
        metavar="ID",
        help="run only the tests of this claim; may be given several times",
    )


def build_folder(config: pytest.Config) -> Path:
    """Return the folder for the reports."""
    return Path(os.environ.get("CONTRACT_REPORTS") or config.rootpath / "build" / "contract")


def read_known_failures() -> KnownFailures:
    """Read the known failures that `CONTRACT_BASELINE` names."""
    try:
        return known_failures()
    except BaselineError as error:
        raise pytest.UsageError(str(error)) from None


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "claim(id): the documented sentence that a contract test checks")
    if config.option.collectonly or is_worker(config):
        return
    # The run prints its own summary; pytest's would repeat every failure at length.
    if config.option.tbstyle == "auto":
        config.option.tbstyle = "no"
        config.option.reportchars = ""
    if not starts_mock(os.environ) and config.option.reruns is None:
        # What a live server does once may be chance: a test that fails is tried again before it counts.
        config.option.reruns = 1
    if not config.option.xmlpath:
        config.option.xmlpath = str(build_folder(config) / "junit.xml")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    config = session.config
    if config.option.collectonly:
        return
    config.stash[KNOWN] = read_known_failures()
    if is_worker(config):
        given = config.workerinput  # type: ignore[attr-defined] # xdist adds it
        config.stash[TARGET] = Target(**given["target"])
        config.stash[RECORDER] = Recorder(config.stash[TARGET], workers=given["workercount"])
        check_every_exchange(config)
        record_traffic(config, given["workerid"])
        return
    folder = build_folder(config)
    folder.mkdir(parents=True, exist_ok=True)
    mock_url = None
    if starts_mock(os.environ):
        config.stash[MOCK] = MockServer.from_environment(folder)
        mock_url = config.stash[MOCK].url
    target = check(read_target(os.environ, mock_url))
    # Workers generate their requests while they collect, and must all use the same seed.
    os.environ["SEED"] = str(target.seed)
    config.stash[TARGET] = target
    config.stash[RECORDER] = Recorder(target)
    check_every_exchange(config)
    for part in folder.glob("traffic-*.jsonl*"):
        part.unlink()  # of a run that was killed
    record_traffic(config, "main")
    report = Report(target, config.stash[RECORDER], load_claims())
    history = Path(os.environ["CONTRACT_HISTORY"]) if os.environ.get("CONTRACT_HISTORY") else None
    config.stash[COLLECTOR] = Collector(report, folder, config.stash[KNOWN], history)
    config.pluginmanager.register(config.stash[COLLECTOR])


def har_part(config: pytest.Config, worker: str) -> Path:
    """Return the file in which a process records its traffic."""
    return build_folder(config) / f"traffic-{worker}.jsonl"


def record_traffic(config: pytest.Config, worker: str) -> None:
    """Record all exchanges of this process, unless they are of a live server whose owner has not asked for it."""
    target = config.stash[TARGET]
    if target.is_mock or read_har_switch(os.environ):
        config.stash[HAR] = HarRecorder(har_part(config, worker), dict(key_names(target)))
        config.stash[RECORDER].listeners.append(config.stash[HAR])


def check_every_exchange(config: pytest.Config) -> None:
    """Check all requests of this process by the invariants."""
    config.stash[INVARIANTS] = InvariantListener(config.stash[TARGET])
    config.stash[RECORDER].listeners.append(config.stash[INVARIANTS])


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
        summary = (inspect.getdoc(function) or item.name).partition("\n")[0]
        violations = explain(call.excinfo.value, summary, recorder)
        blamed = {claim for violation in violations for claim in ([violation.claim] if violation.claim else claims)}
        advisory = bool(blamed) and all(load_claims()[claim].kind == "advisory" for claim in blamed)
        warned = advisory and not recorder.target.is_mock and not any(violation.error for violation in violations)
        finding = dataclasses.replace(finding, outcome="warned" if warned else "failed", violations=violations)
        finding = item.config.stash[KNOWN].settle(finding)
        tolerated = finding.outcome in ("warned", "known")
        text = redact(str(report.longrepr), recorder.target)
        report.longrepr = text
        if tolerated and report.when == "setup":
            # A test whose set-up failed cannot run either.
            report.outcome, report.longrepr = "skipped", (str(item.path), item.reportinfo()[1] or 0, text)
        elif tolerated:
            report.outcome = "passed"
    report.sections = [(title, redact(text, recorder.target)) for title, text in report.sections]
    # xdist sends the attributes of a report to the main process.
    vars(report)["contract"] = dataclasses.asdict(finding)
    if report.when == "teardown":
        add_invariants(report, item)
    return report


def add_invariants(report: pytest.TestReport, item: pytest.Item) -> None:
    """Let a test's teardown fail if the invariants found something in its traffic."""
    findings = take_invariants(item.config)
    vars(report)["contract_invariants"] = [dataclasses.asdict(finding) for finding in findings]
    failed = [finding for finding in findings if finding.outcome == "failed"]
    if failed and report.passed:
        report.outcome = "failed"
        report.longrepr = "\n".join(f"{each.test}: {each.violations[0].actual}" for each in failed)
    if item.config.option.reruns and getattr(item, "execution_count", 0) == 1:
        # The second try must be able to find the same again.
        item.config.stash[INVARIANTS].forget(failed)


def take_invariants(config: pytest.Config) -> list[Finding]:
    """Return what the invariants found in this process since the last call."""
    return [config.stash[KNOWN].settle(finding) for finding in config.stash[INVARIANTS].take()]


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    config = session.config
    if RECORDER not in config.stash:
        return
    recorder = config.stash[RECORDER]
    left = delete_created(recorder)
    if HAR in config.stash:
        config.stash[HAR].close()
    if is_worker(config):
        found = [dataclasses.asdict(finding) for finding in take_invariants(config)]
        told = {**recorder.data(), "left": left, "invariants": found, "checked": config.stash[INVARIANTS].checked}
        config.workeroutput["contract"] = told  # type: ignore[attr-defined]
    else:
        report = config.stash[COLLECTOR].report
        report.interrupted = exitstatus == pytest.ExitCode.INTERRUPTED
        report.checked += config.stash[INVARIANTS].checked
        for finding in take_invariants(config):
            report.add(finding)
        if exitstatus == pytest.ExitCode.OK and report.with_outcome("failed"):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if HAR in config.stash:
            folder = build_folder(config)
            write_har(folder / "traffic.har", sorted(folder.glob("traffic-*.jsonl")))
        config.stash[COLLECTOR].write_reports(left)


def pytest_unconfigure(config: pytest.Config) -> None:
    if MOCK in config.stash:
        config.stash[MOCK].stop()


@pytest.fixture(scope="session")
def target(pytestconfig: pytest.Config) -> Target:
    """The server under test."""
    return pytestconfig.stash[TARGET]


@pytest.fixture(scope="session")
def recorder(pytestconfig: pytest.Config) -> Recorder:
    """Counts every request of this process that goes through `RecordingTransport` or `recording_session`."""
    return pytestconfig.stash[RECORDER]
