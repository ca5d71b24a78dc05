"""The part of the plugin that collects the findings of all tests and workers and writes the reports."""

import json
from pathlib import Path
from typing import Any

import pytest

from ..record.display import redact
from .html import html
from .markdown import markdown
from .model import Finding, Report, Violation
from .summary import summary

MOST_NAMED = 20


class Collector:
    """Collects findings into a report and writes the report's files.

    Args:
        report: The report to fill.
        folder: Folder for the files.
    """

    def __init__(self, report: Report, folder: Path) -> None:
        self.report = report
        self._folder = folder
        self._files: list[Path] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add the outcome of a test; a test that died with its worker is added as an error."""
        for found in vars(report).get("contract_invariants", ()):
            self.report.add(Finding.from_data(found))
        finding = vars(report).get("contract")
        if finding:
            self.report.add(Finding.from_data(finding))
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

    def wait_until_done(self, left: list[str]) -> None:
        """Write the reports.

        Args:
            left: Ids of the tasks that this process created and could not delete.
        """
        self._note_left(left)
        texts = {"report.md": markdown(self.report), "report.html": html(self.report), "findings.json": self._json()}
        for name, text in texts.items():
            path = self._folder / name
            path.write_text(redact(text, self.report.target), encoding="utf-8")
            self._files.append(path)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the summary of the run."""
        here = Path.cwd()
        files = [*self._files, self._folder / "junit.xml"]
        shown = [path.relative_to(here) if path.is_relative_to(here) else path for path in files]
        terminalreporter.ensure_newline()
        terminalreporter.write_line("")
        terminalreporter.write_line(redact(summary(self.report, shown), self.report.target))

    def _add_error(self, test: str, text: str) -> None:
        violation = Violation("a test that runs to its end", redact(text, self.report.target))
        self.report.add(Finding(test, "failed", violations=(violation,)))

    def _note_left(self, left: list[str]) -> None:
        if left:
            more = f" and {len(left) - MOST_NAMED} more" if len(left) > MOST_NAMED else ""
            self.report.notes.append(f"These tasks could not be deleted: {', '.join(left[:MOST_NAMED])}{more}")

    def _json(self) -> str:
        findings = [
            {
                "test": finding.test,
                "outcome": finding.outcome,
                "claims": finding.claims,
                "reason": finding.reason,
                "violations": [
                    {
                        "claims": [claim for claim, _ in self.report.quotes(finding, violation)],
                        "expected": violation.expected,
                        "actual": violation.actual,
                        "curl": violation.curl,
                    }
                    for violation in finding.violations
                ],
            }
            for finding in self.report.findings.values()
        ]
        claims = {row.claim.id: row.verdict for row in self.report.claim_rows()}
        target = self.report.target
        return json.dumps(
            {
                "seed": target.seed,
                "profile": target.profile,
                "sent": self.report.recorder.sent,
                "claims": claims,
                "findings": findings,
            },
            indent=1,
        )
