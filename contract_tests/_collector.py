"""The part of the plugin that gathers what all tests and workers have found, and writes it down."""

import json
from pathlib import Path
from typing import Any

import pytest

from contract_tests._html import html
from contract_tests._markdown import markdown
from contract_tests._summary import summary
from contract_tests.failure import redact
from contract_tests.report import Fault, Finding, Report

MOST_NAMED = 20


class Collector:
    """Fills a report and writes it.

    Args:
        report: What to fill.
        folder: Where the files go.
    """

    def __init__(self, report: Report, folder: Path) -> None:
        self.report = report
        self._folder = folder
        self._files: list[Path] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add a test's outcome; one that died with its worker has none of its own."""
        finding = vars(report).get("contract")
        if finding:
            self.report.add(Finding.from_data(finding))
        elif report.failed:
            self._add_accident(report.nodeid, str(report.longrepr))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Add what kept tests from being found."""
        if report.failed:
            self._add_accident(report.nodeid, str(report.longrepr))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Add the counts of a worker that has ended; one that was killed has none."""
        told = getattr(node, "workeroutput", {}).get("contract")
        if told:
            self.report.recorder.merge(told)
            self._note_left(told["left"])

    def finish(self, left: list[str]) -> None:
        """Write the reports.

        Args:
            left: Tasks that this process has made and could not delete.
        """
        self._note_left(left)
        texts = {"report.md": markdown(self.report), "report.html": html(self.report), "findings.json": self._json()}
        for name, text in texts.items():
            path = self._folder / name
            path.write_text(redact(text, self.report.target), encoding="utf-8")
            self._files.append(path)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the end of the run."""
        here = Path.cwd()
        files = [*self._files, self._folder / "junit.xml"]
        shown = [path.relative_to(here) if path.is_relative_to(here) else path for path in files]
        terminalreporter.ensure_newline()
        terminalreporter.write_line("")
        terminalreporter.write_line(redact(summary(self.report, shown), self.report.target))

    def _add_accident(self, test: str, text: str) -> None:
        fault = Fault("a test that runs to its end", redact(text, self.report.target))
        self.report.add(Finding(test, "failed", faults=(fault,)))

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
                "faults": [
                    {
                        "claims": [claim for claim, _ in self.report.quotes(finding, fault)],
                        "expected": fault.expected,
                        "came": fault.came,
                        "curl": fault.curl,
                    }
                    for fault in finding.faults
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
