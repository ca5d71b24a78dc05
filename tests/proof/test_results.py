"""The recorded results match the code, and the pages written from them are up to date."""

import importlib
from pathlib import Path

import pytest

from proof import docs
from proof._false_alarm_runs import FalseAlarmRuns
from proof._results import Result, load
from proof.defects import CATALOGUE

ROOT = Path(__file__).parents[2]
RESULTS = load()
RUNS = 20


def test_every_defect_has_a_recorded_result() -> None:
    """`make mutants` has run the suite against each defect of the catalogue."""
    assert sorted(RESULTS) == sorted(CATALOGUE)


@pytest.mark.parametrize("result", RESULTS.values(), ids=lambda result: result.defect)
def test_a_defect_was_caught_by_a_test_of_its_claim(result: Result) -> None:
    """A contract test that still exists caught the defect and reported the claim that the defect breaks."""
    assert result.caught
    assert result.claim == CATALOGUE[result.defect].claim
    path, _, name = result.caught_by.partition("::")
    assert (ROOT / path).exists()
    module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
    assert hasattr(module, name.partition("[")[0])


def test_no_run_against_the_healthy_mock_raised_a_false_alarm() -> None:
    """At least twenty runs with different seeds were quiet, half of them while other clients wrote to the mock."""
    series = FalseAlarmRuns.load()
    assert series.quiet == len(series.runs) == len({run.seed for run in series.runs}) >= RUNS
    assert len(series.with_load) * 2 >= RUNS


def test_the_pages_are_up_to_date() -> None:
    """The tables in `docs/` and the figures of README.md are as `make docs` would write them."""
    assert docs.outdated() == [], "run `make docs`"
