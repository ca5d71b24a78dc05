"""`proof.mutants` distinguishes defects that are caught, caught for another reason, and not caught."""

import pytest

from proof._test_run import Failure, RunResult
from proof.defects import CATALOGUE
from proof.mutants import evaluate, select_defects

DEFECT = CATALOGUE["stop-without-flag"]
STATUS_DEFECT = CATALOGUE["stop-of-finished-conflicts"]


def failed_run(reported: str, tested: str = "STOP-1") -> RunResult:
    return RunResult((Failure("test_stop.py::test_it", (reported,), (tested,)),))


def test_a_failed_test_of_the_broken_claim_has_caught_the_defect() -> None:
    """The defect is caught by a failure that reports its claim, and no later stage runs."""
    stages: list[list[str]] = []

    def run(arguments: list[str]) -> RunResult:
        stages.append(arguments)
        return failed_run("STOP-1")

    result = evaluate(DEFECT, run)
    assert result.outcome == "caught"
    assert result.caught_by == "test_stop.py::test_it"
    assert len(stages) == 1


def test_the_whole_suite_runs_when_the_tests_of_the_claim_pass() -> None:
    """A defect that passes the tests of its claim is run against all other tests."""
    stages: list[list[str]] = []

    def run(arguments: list[str]) -> RunResult:
        stages.append(arguments)
        return RunResult(passed=3) if "--claim" in arguments else failed_run("STOP-1")

    assert evaluate(DEFECT, run).outcome == "caught"
    assert "--claim" not in stages[-1]


def test_a_failure_that_reports_another_claim_is_caught_for_another_reason() -> None:
    """A defect that only tests of other claims report is recorded with the first of those claims."""
    result = evaluate(DEFECT, lambda arguments: failed_run("GET-1"))
    assert (result.outcome, result.reported) == ("caught for another reason", ("GET-1",))


def test_a_defect_of_statuses_may_be_reported_as_an_answer_of_the_wrong_form() -> None:
    """Only a defect of statuses or schemas is caught by WIRE-1, and only in a test of its own claim."""
    assert evaluate(STATUS_DEFECT, lambda arguments: failed_run("WIRE-1", "STOP-2")).outcome == "caught"
    other_claim = evaluate(STATUS_DEFECT, lambda arguments: failed_run("WIRE-1", "GET-1"))
    assert other_claim.outcome == "caught for another reason"
    other_kind = evaluate(DEFECT, lambda arguments: failed_run("WIRE-1", "STOP-1"))
    assert other_kind.outcome == "caught for another reason"


def test_a_defect_survives_when_no_test_fails() -> None:
    """A suite that passes entirely has not caught the defect."""
    assert evaluate(DEFECT, lambda arguments: RunResult(passed=9)).outcome == "survived"


def test_a_run_that_breaks_off_has_caught_nothing() -> None:
    """A mock that does not start, or a run that dies, is recorded as not run to the end."""
    result = evaluate(DEFECT, lambda arguments: RunResult(error="the mock did not start"))
    assert (result.outcome, result.caught_by) == ("not run to the end", "the mock did not start")


def test_defects_are_selected_by_name_claim_or_family() -> None:
    """`DEFECT` selects one defect, `GROUP` those of a claim or of a family of claims."""
    assert [defect.name for defect in select_defects("oldest-first", "")] == ["oldest-first"]
    assert {defect.claim for defect in select_defects("", "STOP-1")} == {"STOP-1"}
    assert {defect.claim for defect in select_defects("", "STOP")} == {"STOP-1", "STOP-2"}
    assert len(select_defects("", "")) == len(CATALOGUE)
    with pytest.raises(SystemExit, match="no defect is called 'nosuch'"):
        select_defects("nosuch", "")
