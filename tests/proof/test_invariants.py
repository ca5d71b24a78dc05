"""What the invariants alone find is measured and recorded for each defect."""

import json
from pathlib import Path

import pytest

from proof import invariants
from proof._test_run import Failure, RunResult
from proof.defects import CATALOGUE

FIRST, SECOND = list(CATALOGUE)[:2]


def test_a_measurement_has_each_claim_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The claims are those of the invariants, and failed tests do not count."""
    broken = [Failure("invariants::a", ("PAGE-1",), ()), Failure("invariants::b", ("PAGE-1", "LIST-4"), ())]
    result = RunResult((Failure("a_test", ("STOP-1",), ()),), 5, "", tuple(broken))
    monkeypatch.setattr(invariants, "run_in_new_process", lambda *arguments: result)
    measured = invariants.measure(CATALOGUE[FIRST])
    assert measured == invariants.Measurement(FIRST, ("PAGE-1", "LIST-4"))
    assert measured.found


def test_the_record_keeps_other_defects(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A new measurement replaces that of its defect, and defects that no longer exist are dropped."""
    monkeypatch.setattr(invariants, "RECORD", tmp_path / "invariants.json")
    invariants.RECORD.write_text(json.dumps([{"defect": "gone", "claims": []}, {"defect": FIRST, "claims": ["X"]}]))
    invariants.record([invariants.Measurement(SECOND, ())])
    invariants.record([invariants.Measurement(FIRST, ("PAGE-1",))])
    assert [(each.defect, each.claims) for each in invariants.load().values()] == [(FIRST, ("PAGE-1",)), (SECOND, ())]
