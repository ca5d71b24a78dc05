"""The reports show which claims held, broke or were not run, and what was sent."""

import json
from dataclasses import asdict
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from contract_tests.contract.claims import Claim
from contract_tests.record.exchange import SentRequest
from contract_tests.record.recorder import Recorder
from contract_tests.report.collector import Collector
from contract_tests.report.html import html
from contract_tests.report.known_failures import KnownFailures
from contract_tests.report.markdown import markdown
from contract_tests.report.model import Finding, Outcome, Report, Verdict, Violation
from contract_tests.report.summary import summary
from contract_tests.run.target import Target
from tests.contract.conftest import KEY

BASE = "https://api.example.com/root"
NOTHING_KNOWN = KnownFailures(None, date(2026, 1, 1))
CURL = 'curl -i https://api.example.com -H "x-api-key: $XPANDER_API_KEY"'
CLAIMS = {
    "STOP-1": Claim("STOP-1", "A task that <runs> | becomes stopped.", "Stop Task", "hard", ("stop_task",)),
    "PAGE-6": Claim("PAGE-6", "A page past the end is empty.", "ruling", "advisory", ("list_tasks",)),
    "DEL-1": Claim("DEL-1", "A deleted task is gone.", "Delete Task", "hard", ("delete_task",)),
}


@pytest.fixture
def report(target: Target) -> Report:
    """A run in which a claim is broken, one has a warning and one was not run."""
    recorder = Recorder(target)
    recorder.after_response(SentRequest("GET", f"{BASE}/v1/tasks?page=2", {}, b""), 200)
    recorder.after_response(SentRequest("GET", f"{BASE}/v1/tasks?page=0", {}, b""), 422)
    recorder.after_response(SentRequest("POST", f"{BASE}/v1/tasks/1/stop", {}, b""), 500)
    report = Report(target, recorder, CLAIMS)
    report.add(
        Finding("test_stop", "failed", ("STOP-1",), violations=(Violation("status stopped", "executing <b>", CURL),))
    )
    report.add(Finding("test_page", "warned", ("PAGE-6",), violations=(Violation("no items", "422"),)))
    report.add(Finding("test_delete", "not run", ("DEL-1",), reason="needs CONTRACT_WRITES"))
    return report


def findings(*outcomes: Outcome) -> list[Finding]:
    violations = (Violation("this", "that"),)
    return [
        Finding(f"test_{n}", outcome, ("STOP-1",), "needs a key", violations if outcome in ("failed", "warned") else ())
        for n, outcome in enumerate(outcomes)
    ]


@pytest.mark.parametrize(
    ("outcomes", "verdict"),
    [
        (["passed", "passed"], "held"),
        (["passed", "not run"], "held"),
        (["not run", "not run"], "not run"),
        ([], "not run"),
        (["passed", "failed", "not run"], "broken"),
        (["passed", "warned"], "warned"),
        (["failed", "warned"], "broken"),
    ],
)
def test_a_claim_is_broken_by_any_of_its_tests_and_held_by_those_that_ran(
    target: Target, outcomes: list[Outcome], verdict: Verdict
) -> None:
    """Broken if one test failed, held if all that ran passed, not run if none did."""
    report = Report(target, Recorder(target), CLAIMS)
    for finding in findings(*outcomes):
        report.add(finding)
    assert report.claim_rows()[0].verdict == verdict


def test_a_violation_can_break_another_claim_than_the_tests(target: Target) -> None:
    """A test that ends early because another claim is broken says nothing about its own."""
    report = Report(target, Recorder(target), CLAIMS)
    report.add(Finding("test_stop", "failed", ("STOP-1",), violations=(Violation("gone", "200", claim="DEL-1"),)))
    rows = {row.claim.id: row for row in report.claim_rows()}
    assert rows["DEL-1"].verdict == "broken"
    assert rows["STOP-1"].verdict == "not run"
    assert rows["STOP-1"].reasons == ("ended early: DEL-1 does not hold",)


def test_a_failure_is_never_replaced(target: Target) -> None:
    """A test that failed stays failed when its set-up and teardown pass."""
    report = Report(target, Recorder(target), CLAIMS)
    failed, passed = Finding("t", "failed"), Finding("t", "passed")
    for finding in (passed, failed, passed):
        report.add(finding)
    assert report.findings["t"].outcome == "failed"


def test_a_finding_travels_between_processes() -> None:
    """A finding survives the way from a worker to the report."""
    (finding,) = findings("failed")
    assert Finding.from_data(json.loads(json.dumps(asdict(finding)))) == finding


def test_the_terminal_shows_the_run_at_a_glance(report: Report) -> None:
    """Target, seed, operations, requests, claims, each failure with its claim and a curl line, and the files."""
    text = summary(report, [Path("build/contract/report.html")])
    for part in (
        "https://api.example.com/root (reads and writes), seed 7, profile default",
        "2 of 10 operations exercised, 3 requests sent",
        "3 claims: 0 held, 1 broken, 1 with a warning, 1 not run",
        "not run: needs CONTRACT_WRITES — DEL-1",
        "FAILED test_stop",
        "“A task that <runs> | becomes stopped.”",
        "expected  status stopped",
        "got       executing <b>",
        CURL,
        "WARNING test_page",
        "build/contract/report.html",
        "The contract is broken: 1 test failed. SEED=7 repeats the run.",
    ):
        assert part in text


def test_a_run_without_requests_does_not_say_that_the_contract_is_kept(target: Target) -> None:
    """An interrupted run and one that sent nothing say so."""
    report = Report(target, Recorder(target), CLAIMS)
    assert report.verdict() == "Nothing was sent to the server."
    report.interrupted = True
    assert report.verdict() == "The run was interrupted."


def test_markdown_holds_claims_requests_and_failures(report: Report) -> None:
    """One row for each claim and each operation, with bars inside a cell escaped."""
    text = markdown(report)
    assert "| STOP-1 | **broken** | A task that <runs> \\| becomes stopped. | Stop Task | 1 |" in text
    assert "| PAGE-6 (advisory) | **warned** |" in text
    assert "| DEL-1 | not run: needs CONTRACT_WRITES |" in text
    assert "| `list_tasks` | 2 | 200: 1, 422: 1 | page |" in text
    assert f"```sh\n{CURL}\n```" in text


def test_html_is_one_page_without_external_resources(report: Report) -> None:
    """All elements are closed, text is escaped, and no resource is loaded."""
    text = html(report)

    class Reader(HTMLParser):
        open_elements: list[str] = []  # noqa: RUF012 # one reader only

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            assert not {"src", "href"} & {name for name, _ in attrs}
            if tag not in ("meta", "br"):
                self.open_elements.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert self.open_elements.pop() == tag

    reader = Reader()
    reader.feed(text)
    assert not reader.open_elements
    assert "A task that &lt;runs&gt; | becomes stopped." in text
    assert "executing &lt;b&gt;" in text
    assert "http" not in text.replace("https://api.example.com", "")


def test_no_file_holds_a_key(report: Report, tmp_path: Path) -> None:
    """Reports show the variable in place of a key, even if a server's answer contains the key."""
    report.add(Finding("test_leak", "failed", violations=(Violation(f"no {KEY}", KEY, KEY),)))
    Collector(report, tmp_path, NOTHING_KNOWN).write_reports([f"task-{KEY}"])
    written = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert written.keys() == {"report.md", "report.html", "findings.json", "wfc.json"}
    assert all(KEY not in text for text in written.values())
    assert all("$XPANDER_API_KEY" in text for name, text in written.items() if name != "wfc.json")


def test_tasks_that_could_not_be_deleted_are_named(report: Report, tmp_path: Path) -> None:
    """The ids of tasks that must be deleted by hand are in the report."""
    Collector(report, tmp_path, NOTHING_KNOWN).write_reports(["left-1", "left-2"])
    assert "These tasks could not be deleted: left-1, left-2" in (tmp_path / "report.md").read_text()
