"""For one defect of each claim, the recorded test still fails, and for the same reason."""

from pathlib import Path

import pytest

from contract_tests.contract.claims import load_claims
from proof._results import load
from proof._test_run import run_in_new_process
from proof.defects import CATALOGUE
from proof.mutants import SEED, is_caused_by

RESULTS = load()
# The first recorded defect of each claim, in the order of the catalogue.
SAMPLE = {defect.claim: name for name, defect in reversed(CATALOGUE.items()) if name in RESULTS}


@pytest.mark.parametrize("name", [SAMPLE[claim] for claim in load_claims()])
def test_the_recorded_test_still_catches_the_defect(name: str, tmp_path: Path) -> None:
    """The recorded contract test fails on the defect and reports the claim that the defect breaks."""
    result = run_in_new_process([RESULTS[name].caught_by], ["--defect", name], tmp_path, SEED)
    assert result.error == ""
    assert [failure for failure in result.failures if is_caused_by(failure, CATALOGUE[name])]
