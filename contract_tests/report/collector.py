"""The part of the plugin that collects the findings of all tests and workers and writes the reports."""

import json
import os
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from ..record.display import redact
from .github import annotation_commands, runs_on_github, write_step_summary
from .history import SHOWN_NIGHTS, append, night_of, read
from .html import html
from .known_failures import KnownFailures
from .markdown import markdown
from .model import Finding, Report, Violation
from .summary import summary
from .wfc import categories_of, wfc_report

MOST_NAMED = 20


class Collector:
    """Collects findings into a report and writes the report's files.

    Args:
        report: The report to fill.
        folder: Folder for the files.
        known: The known failures; those that are gone are said.
        history: The file that gets a line for this run, or None.
    """

    def __init__(self, report: Report, folder: Path, known: KnownFailures, history: Path | None = None) -> None:
        self.report = report
        self._folder = folder
        self._known = known
        self._history = history
        self._files: list[Path] = []
        self._first_tries: dict[str, list[Finding]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add the outcome of a test; a test that died with its worker is added as an error."""
        found = [Finding.from_data(one) for one in vars(report).get("contract_invariants", ())]
        finding = vars(report).get("contract")
        if str(report.outcome) == "rerun":
            tried = [*found, Finding.from_data(finding)] if finding else found
            self._first_tries[report.nodeid] = [each for each in tried if each.outcome == "failed"]
            return
        for each in found:
            self.report.add(each)
        if finding:
            self.report.add(Finding.from_data(finding))
            if report.when == "teardown":
                self._note_flaky(report.nodeid)
        elif report.failed:
            self._add_error(report.nodeid, str(report.longrepr))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Add an error of the collection."""
        if report.failed:
            self._add_error(report.nodeid, str(report.longrepr))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Add the counts of a worker that ended; a worker that was killed has none."""
        sent = getattr(node, "workeroutput", {}).get("contract")
        if sent:
            self.report.recorder.merge(sent)
            self.report.checked += sent["checked"]
            for found in sent["invariants"]:
                self.report.add(Finding.from_data(found))
            self._note_left(sent["left"])

    def write_reports(self, left: list[str]) -> None:
        """Write the reports.

        Args:
            left: Ids of the tasks that this process created and could not delete.
        """
        self._note_left(left)
        gone = self._known.gone(self.report.findings.values())
        if gone:
            names = ", ".join(dict.fromkeys(entry.check for entry in gone))
            self.report.notes.append(f"Known failures that are gone: {names}. `make baseline` removes them.")
        night = night_of(self.report)
        if self._history:
            append(self._history, night)
            self.report.nights = read(self._history, night.host)[-SHOWN_NIGHTS:]
        else:
            self.report.nights = [night]
        self._files += write_files(self.report, self._folder)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the summary of the run."""
        here = Path.cwd()
        files = [*self._files, self._folder / "junit.xml"]
        shown = [path.relative_to(here) if path.is_relative_to(here) else path for path in files]
        terminalreporter.ensure_newline()
        terminalreporter.write_line("")
        terminalreporter.write_line(redact(summary(self.report, shown), self.report.target))
        if runs_on_github(os.environ):
            for line in annotation_commands(self.report):
                terminalreporter.write_line(line)
            write_step_summary(self.report)

    def _note_flaky(self, test: str) -> None:
        """Add what only the first try of a test found as flaky."""
        for first in self._first_tries.pop(test, ()):
            second = self.report.findings.get(first.test)
            if second is None or second.outcome == "passed":
                why = "failed, then passed with the same seed and inputs"
                self.report.add(replace(first, outcome="flaky", reason=why))

    def _add_error(self, test: str, text: str) -> None:
        violation = Violation("a test that runs to its end", redact(text, self.report.target))
        self.report.add(Finding(test, "failed", violations=(violation,)))

    def _note_left(self, left: list[str]) -> None:
        if left:
            more = f" and {len(left) - MOST_NAMED} more" if len(left) > MOST_NAMED else ""
            self.report.notes.append(f"These tasks could not be deleted: {', '.join(left[:MOST_NAMED])}{more}")


def write_files(report: Report, folder: Path) -> list[Path]:
    """Write a report as Markdown, HTML and JSON, without keys.

    Args:
        report: The report.
        folder: Folder for the files.

    Returns:
        Paths of the files.
    """
    texts = {
        "report.md": markdown(report),
        "report.html": html(report),
        "findings.json": _json(report),
        "wfc.json": wfc_report(report, version("xpander-tasks")),
    }
    for name, text in texts.items():
        (folder / name).write_text(redact(text, report.target), encoding="utf-8")
    return [folder / name for name in texts]


def _json(report: Report) -> str:
    findings = [
        {
            "test": finding.test,
            "outcome": finding.outcome,
            "claims": finding.claims,
            "reason": finding.reason,
            "since": finding.since,
            "violations": [
                {
                    "claims": [claim for claim, _ in report.quotes(finding, violation)],
                    **asdict(violation),
                    "wfc": categories_of(finding, violation),
                }
                for violation in finding.violations
            ],
        }
        for finding in report.findings.values()
    ]
    claims = {row.claim.id: row.verdict for row in report.claim_rows()}
    target = report.target
    return json.dumps(
        {
            "seed": target.seed,
            "profile": target.profile,
            "sent": report.recorder.sent,
            "claims": claims,
            "findings": findings,
        },
        indent=1,
    )
