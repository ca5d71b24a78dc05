"""The runner of mutants tells a defect that is found from one that is not, and from one found by accident."""

import pytest

from proof._trial import Failure, Trial
from proof.defects import CATALOGUE
from proof.mutants import chosen, judge

DEFECT = CATALOGUE["stop-without-flag"]
CONFLICT = CATALOGUE["stop-of-finished-conflicts"]


def failing(blamed: str, judged: str = "STOP-1") -> Trial:
    return Trial((Failure("test_stop.py::test_it", (blamed,), (judged,)),))


def test_a_test_of_the_claim_that_fails_has_caught_it() -> None:
    """A failure that blames the defect's claim is the end of it: no more tests are run."""
    asked: list[list[str]] = []

    def tried(what: list[str]) -> Trial:
        asked.append(what)
        return failing("STOP-1")

    result = judge(DEFECT, tried)
    assert result.verdict == "caught"
    assert result.caught_by == "test_stop.py::test_it"
    assert len(asked) == 1


def test_the_whole_suite_follows_when_the_claims_tests_pass() -> None:
    """A defect that the tests of its claim let pass is held against all others."""
    asked: list[list[str]] = []

    def tried(what: list[str]) -> Trial:
        asked.append(what)
        return Trial(passed=3) if "--claim" in what else failing("STOP-1")

    assert judge(DEFECT, tried).verdict == "caught"
    assert "--claim" not in asked[-1]


def test_a_failure_that_blames_another_claim_is_told_apart() -> None:
    """A defect that is noticed under other claims only is reported so, with the first of them."""
    result = judge(DEFECT, lambda what: failing("GET-1"))
    assert (result.verdict, result.blamed) == ("caught for another reason", ("GET-1",))


def test_a_wrong_status_may_be_blamed_on_the_form_of_the_answer() -> None:
    """A test of the claim that stumbles over an undocumented status has found what a defect of statuses is about."""
    assert judge(CONFLICT, lambda what: failing("WIRE-1", "STOP-2")).verdict == "caught"
    assert judge(CONFLICT, lambda what: failing("WIRE-1", "GET-1")).verdict == "caught for another reason"
    assert judge(DEFECT, lambda what: failing("WIRE-1", "STOP-1")).verdict == "caught for another reason"


def test_a_suite_that_stays_green_lets_the_defect_survive() -> None:
    """No failure at all means that the defect survives."""
    assert judge(DEFECT, lambda what: Trial(passed=9)).verdict == "survived"


def test_a_run_that_breaks_off_has_caught_nothing() -> None:
    """A mock that does not start, or a run that dies, is no proof."""
    result = judge(DEFECT, lambda what: Trial(trouble="the mock did not start"))
    assert (result.verdict, result.caught_by) == ("not run to the end", "the mock did not start")


def test_a_part_can_be_chosen() -> None:
    """`DEFECT` takes one, `GROUP` those of a claim or of a family of claims."""
    assert [defect.name for defect in chosen("oldest-first", "")] == ["oldest-first"]
    assert {defect.claim for defect in chosen("", "STOP-1")} == {"STOP-1"}
    assert {defect.claim for defect in chosen("", "STOP")} == {"STOP-1", "STOP-2"}
    assert len(chosen("", "")) == len(CATALOGUE)
    with pytest.raises(SystemExit, match="no defect is called 'nosuch'"):
        chosen("nosuch", "")
