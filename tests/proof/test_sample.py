"""A sample of the proof, one defect of each claim: the test that is on record turns red again, for the same reason."""

from pathlib import Path

import pytest

from contract_tests.claims import load_claims
from proof._results import load
from proof._trial import attempt
from proof.defects import CATALOGUE
from proof.mutants import SEED, is_reason

RESULTS = load()
# Of each claim the first defect in the catalogue that is on record.
SAMPLE = {defect.claim: name for name, defect in reversed(CATALOGUE.items()) if name in RESULTS}


@pytest.mark.parametrize("name", [SAMPLE[claim] for claim in load_claims()])
def test_the_recorded_test_catches_the_defect(name: str, tmp_path: Path) -> None:
    """The contract test that has caught a defect catches it now, and blames its claim."""
    trial = attempt([RESULTS[name].caught_by], ["--defect", name], tmp_path, SEED)
    assert trial.trouble == ""
    assert [failure for failure in trial.failures if is_reason(CATALOGUE[name], failure)]
