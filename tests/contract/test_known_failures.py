"""Known failures do not fail a run until they expire, and are told when they are gone."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schemathesis.baseline import Baseline

from contract_tests.cli import main
from contract_tests.report.known_failures import BaselineError, KnownFailures, identity_of
from contract_tests.report.model import Finding, Violation

TODAY = date(2026, 3, 1)
TEST = "contract_tests/claims/test_stop.py::test_a_task_that_runs_becomes_stopped"
FAILED = Finding(TEST, "failed", ("STOP-1",), violations=(Violation("status stopped", "200 executing"),))
PASSED = Finding(TEST, "passed", ("STOP-1",))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "contract-baseline.json"


def known(path: Path, today: date = TODAY) -> KnownFailures:
    return KnownFailures(path, today)


def accept(path: Path, *findings: Finding, expires: date | None = None, today: date = TODAY) -> tuple[int, int]:
    return known(path, today).update(findings, "ticket 7", expires)


def test_without_a_file_every_failure_is_new(path: Path) -> None:
    assert known(path).settle(FAILED).outcome == "failed"
    assert KnownFailures(None, TODAY).settle(FAILED).outcome == "failed"


def test_an_accepted_failure_is_known_with_its_day_and_reason(path: Path) -> None:
    assert accept(path, FAILED) == (1, 0)
    settled = known(path, date(2026, 3, 9)).settle(FAILED)
    assert (settled.outcome, settled.since, settled.reason) == ("known", "2026-03-01", "ticket 7")


def test_another_failure_of_the_same_claim_is_new(path: Path) -> None:
    accept(path, FAILED)
    for other in (
        replace(FAILED, violations=(Violation("an answer at once", "200 executing"),)),
        replace(FAILED, violations=(Violation("status stopped", "500 Internal server error"),)),
        replace(FAILED, violations=(*FAILED.violations, Violation("a result", "none"))),
        replace(FAILED, test=TEST.replace("becomes_stopped", "ends")),
    ):
        assert known(path).settle(other).outcome == "failed"


def test_an_expired_failure_fails_again_and_says_so(path: Path) -> None:
    accept(path, FAILED, expires=date(2026, 3, 8))
    assert known(path, date(2026, 3, 8)).settle(FAILED).outcome == "known"
    settled = known(path, date(2026, 3, 9)).settle(FAILED)
    assert (settled.outcome, settled.reason) == ("failed", "known until 2026-03-08: ticket 7")


def test_an_expired_failure_can_be_accepted_anew(path: Path) -> None:
    accept(path, FAILED, expires=date(2026, 3, 8))
    accept(path, FAILED, expires=date(2026, 4, 8), today=date(2026, 3, 9))
    settled = known(path, date(2026, 4, 1)).settle(FAILED)
    assert (settled.outcome, settled.since) == ("known", "2026-03-01")


def test_a_failure_that_is_gone_is_told_and_removed(path: Path) -> None:
    accept(path, FAILED)
    assert [entry.check for entry in known(path).gone([PASSED])] == ["STOP-1"]
    assert accept(path, PASSED) == (0, 1)
    assert known(path).entries == []


def test_a_failure_whose_test_did_not_run_stays(path: Path) -> None:
    accept(path, FAILED)
    for findings in ([], [replace(PASSED, outcome="not run")], [Finding("another", "passed", ("PAGE-1",))]):
        assert known(path).gone(findings) == []


def test_seeing_a_failure_again_stamps_it_and_keeps_its_reason(path: Path) -> None:
    accept(path, FAILED)
    known(path, date(2026, 3, 5)).update([replace(FAILED, outcome="known")], "another reason", None)
    (entry,) = known(path).entries
    assert (entry.first_seen, entry.last_seen, entry.extra["reason"]) == ("2026-03-01", "2026-03-05", "ticket 7")


def test_a_flaky_failure_is_not_accepted(path: Path) -> None:
    assert accept(path, replace(FAILED, outcome="flaky")) == (0, 0)


def test_schemathesis_reads_the_file(path: Path) -> None:
    accept(path, FAILED)
    (entry,) = Baseline.load(path).entries
    assert (entry.check, entry.failure, entry.first_seen) == ("STOP-1", "ContractViolation", "2026-03-01")


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format_version": 9}', '{"format_version": 1, "entries": [{}]}', "\x00"]
)
def test_a_broken_file_is_refused(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BaselineError, match="expected a file of known failures"):
        known(path)


@given(st.uuids(), st.integers(0, 10**9), st.text('abc "\\', max_size=9), st.text("xyz'", max_size=9))
def test_what_differs_from_night_to_night_is_not_in_the_signature(
    uuid: object, number: int, quoted: str, word: str
) -> None:
    def identity(task: object, count: int, value: str, shown: str) -> object:
        expected = (
            f"{count} items of task {task} with {json.dumps(value)} and {shown!r} at 2026-03-01T0{count % 10}:00:00Z"
        )
        return identity_of(FAILED, Violation(expected, f"got {count}: {task}"))

    assert identity(uuid, number, quoted, word) == identity("12345678-1234-5678-1234-567812345678", 7, "value", "word")


def test_an_installed_suite_knows_the_same_failures() -> None:
    installed = replace(FAILED, test=TEST.replace("contract_tests", "lib/site-packages/xpander_contract"))
    assert identity_of(installed, FAILED.violations[0]) == identity_of(FAILED, FAILED.violations[0])


def test_a_baseline_needs_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CONTRACT_REPORTS", str(tmp_path))
    assert main(["baseline", "--baseline", str(tmp_path / "b.json")]) == 2
    assert "run the suite first" in capsys.readouterr().err
    (tmp_path / "findings.json").write_text("{}", encoding="utf-8")
    assert main(["baseline", "--baseline", str(tmp_path / "b.json")]) == 2
    assert "expected the findings of a run" in capsys.readouterr().err
    assert not (tmp_path / "b.json").exists()
