"""One run of contract tests against the mock with defects, in a process forked from one with the libraries imported.

Importing pytest, schemathesis and hypothesis again for each of some hundred defects would take longer than the tests.
"""

from __future__ import annotations

import os
import shlex
import signal
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import pytest

ROOT = Path(__file__).parents[1]
FORM_CLAIM = "WIRE-1"  # the claim that answers have the documented form
# Libraries that every run needs. The contract tests are imported in each run, so that pytest rewrites their asserts.
PRELOADED = ["pytest", "hypothesis", "schemathesis.openapi", "schemathesis.pytest.plugin", "httpx", "jsonschema_rs"]
# pytest warns that it cannot rewrite the asserts of plugins that were preloaded; they have none that matter here.
_REWRITE = "pytest.PytestAssertRewriteWarning"
TIMEOUT_SECONDS = 240
_OPTIONS = ["-q", "--no-header", "-p", "no:cacheprovider", "-p", "no:xdist", "-W", f"ignore::{_REWRITE}"]


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed contract test.

    Args:
        test: Node id of the test.
        reported: The claims that the test reported as broken.
        tested: The claims that the test is marked with.
    """

    test: str
    reported: tuple[str, ...]
    tested: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunResult:
    """The result of one run.

    Args:
        failures: The failed tests, in the order in which they failed.
        passed: Number of passed tests.
        error: Why the run broke off; empty if it ran to its end.
        invariants: The invariants that the traffic broke.
    """

    failures: tuple[Failure, ...] = ()
    passed: int = 0
    error: str = ""
    invariants: tuple[Failure, ...] = ()


class _ReportPlugin:
    """Collects what the contract run reports of each test."""

    def __init__(self) -> None:
        self.failures: list[Failure] = []
        self.invariants: list[Failure] = []
        self.passed = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        finding: dict[str, Any] = vars(report).get("contract") or {}
        if report.when == "call" and report.passed:
            self.passed += 1
        if finding.get("outcome") == "failed":
            self.failures.append(_failure(finding))
        for found in vars(report).get("contract_invariants", ()):
            self.invariants.append(_failure(found))


def _failure(finding: dict[str, Any]) -> Failure:
    """Return the failure of a test or of an invariant.

    Args:
        finding: The finding that the contract run attached to a report.
    """
    # A test that could not run its steps has found nothing.
    violations = [violation for violation in finding["violations"] if not violation["error"]]
    named = [[one["claim"]] if one["claim"] else finding["claims"] for one in violations]
    reported = [claim for claims in named for claim in claims]
    # Tests that schemathesis generates from the document have no marker; they check the form of answers.
    form = [FORM_CLAIM] if violations and not reported else []
    return Failure(finding["test"], tuple(dict.fromkeys([*reported, *form])), tuple(finding["claims"]))


def run_here(arguments: Sequence[str], mock_arguments: Sequence[str], reports: Path, seed: int) -> RunResult:
    """Run contract tests in this process, whose environment, output and alarm clock it changes.

    Args:
        arguments: Arguments of pytest that select the tests.
        mock_arguments: Command line arguments of the mock.
        reports: The folder for the log and the reports of the run.
        seed: The seed of the run.
    """
    reports.mkdir(parents=True, exist_ok=True)
    os.chdir(ROOT)
    for name in ("XPANDER_BASE_URL", "XPANDER_API_KEY", "XPANDER_AGENT_ID", "PYTEST_ADDOPTS"):
        os.environ.pop(name, None)
    for name in [name for name in os.environ if name.startswith("PYTEST_XDIST")]:
        del os.environ[name]
    os.environ |= {
        "CONTRACT_MOCK_MODULE": "proof.defects",
        "CONTRACT_MOCK_ARGS": shlex.join(mock_arguments),
        "CONTRACT_REPORTS": str(reports),
        "SEED": str(seed),
    }
    plugin = _ReportPlugin()
    log = reports / "log.txt"
    _redirect_output(log)
    signal.signal(signal.SIGALRM, _time_out)
    signal.alarm(TIMEOUT_SECONDS)
    status = pytest.main([*arguments, *_OPTIONS], [plugin])
    signal.alarm(0)
    error = "" if status in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) else _last_line(log)
    return RunResult(tuple(plugin.failures), plugin.passed, error, tuple(plugin.invariants))


def run_in_new_process(arguments: Sequence[str], mock_arguments: Sequence[str], reports: Path, seed: int) -> RunResult:
    """Run contract tests in a new process; the arguments are those of `run_here`."""
    context = get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    with ProcessPoolExecutor(1, context) as process:
        try:
            return process.submit(run_here, arguments, mock_arguments, reports, seed).result()
        except BrokenProcessPool:
            return RunResult(error="the process of the run died")


def _redirect_output(log: Path) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)


def _time_out(number: int, frame: FrameType | None) -> NoReturn:
    pytest.exit(f"not done after {TIMEOUT_SECONDS} s", returncode=pytest.ExitCode.INTERRUPTED)


def _last_line(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines()]
    return next((line for line in reversed(lines) if line), "the log is empty")
