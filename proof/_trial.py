"""One run of contract tests against the mock with defects, in a process forked from one that has everything imported.

Starting pytest, schemathesis and hypothesis afresh for each of some hundred defects would take longer than the tests.
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
FORM = "WIRE-1"  # the claim that answers have the documented form
# What trials need and no test rewrites: the contract tests themselves are imported in each trial.
PRELOADED = ["pytest", "hypothesis", "schemathesis.openapi", "schemathesis.pytest.plugin", "httpx", "jsonschema_rs"]
# Plugins that were imported ahead cannot have their asserts rewritten, and need not.
_REWRITE = "pytest.PytestAssertRewriteWarning"
LONGEST_SECONDS = 240
_OPTIONS = ["-q", "--no-header", "-p", "no:cacheprovider", "-p", "no:xdist", "-W", f"ignore::{_REWRITE}"]


@dataclass(frozen=True, slots=True)
class Failure:
    """A test that failed.

    Args:
        test: Its node id.
        blamed: The claims that it says are broken.
        judged: The claims that it is there to judge.
    """

    test: str
    blamed: tuple[str, ...]
    judged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """What a run has found.

    Args:
        failures: The failed tests, in the order in which they failed.
        passed: How many tests passed.
        trouble: Why the run did not come to an end, if it did not.
    """

    failures: tuple[Failure, ...] = ()
    passed: int = 0
    trouble: str = ""


class _Catcher:
    """Keeps what the contract run says of each test."""

    def __init__(self) -> None:
        self.failures: list[Failure] = []
        self.passed = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        finding: dict[str, Any] = vars(report).get("contract") or {}
        if report.when == "call" and report.passed:
            self.passed += 1
        if finding.get("outcome") != "failed":
            return
        # A test that could not be done has found nothing.
        faults = [fault for fault in finding["faults"] if not fault["accident"]]
        blamed = [claim for fault in faults for claim in ([fault["claim"]] if fault["claim"] else finding["claims"])]
        # Tests that are generated from the document alone judge one claim, and carry no marker.
        form = [FORM] if faults and not blamed else []
        self.failures.append(Failure(report.nodeid, tuple(dict.fromkeys([*blamed, *form])), tuple(finding["claims"])))


def run(what: Sequence[str], mock_arguments: Sequence[str], reports: Path, seed: int) -> Trial:
    """Run tests in this process, which is good for nothing else afterwards.

    Args:
        what: Arguments of pytest: tests, and what to choose of them.
        mock_arguments: What to start the mock with.
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
    catcher = _Catcher()
    _quiet(reports / "log.txt")
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(LONGEST_SECONDS)
    status = pytest.main([*what, *_OPTIONS], [catcher])
    signal.alarm(0)
    trouble = "" if status in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) else _last_line(reports / "log.txt")
    return Trial(tuple(catcher.failures), catcher.passed, trouble)


def _quiet(log: Path) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)


def _too_long(number: int, frame: FrameType | None) -> NoReturn:
    pytest.exit(f"not done after {LONGEST_SECONDS} s", returncode=pytest.ExitCode.INTERRUPTED)


def _last_line(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines()]
    return next((line for line in reversed(lines) if line), "it said nothing")


def attempt(what: Sequence[str], mock_arguments: Sequence[str], reports: Path, seed: int) -> Trial:
    """Run tests in a process of their own; the arguments are those of `run`."""
    context = get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    with ProcessPoolExecutor(1, context) as process:
        try:
            return process.submit(run, what, mock_arguments, reports, seed).result()
        except BrokenProcessPool:
            return Trial(trouble="its process died")
