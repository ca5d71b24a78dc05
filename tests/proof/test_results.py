"""What is recorded of the defects is true to the code, and the pages made from it are current."""

import importlib
from pathlib import Path

import pytest

from proof import docs
from proof._calm import Calm
from proof._results import Result, load
from proof.defects import CATALOGUE

ROOT = Path(__file__).parents[2]
RESULTS = load()
RUNS = 20


def test_every_defect_is_on_record() -> None:
    """`make mutants` has judged each defect of the catalogue."""
    assert sorted(RESULTS) == sorted(CATALOGUE)


@pytest.mark.parametrize("result", RESULTS.values(), ids=lambda one: one.defect)
def test_a_defect_was_caught_for_its_claim(result: Result) -> None:
    """A contract test that is there now caught the defect, and blamed the claim that it breaks."""
    assert result.good
    assert result.claim == CATALOGUE[result.defect].claim
    path, _, name = result.caught_by.partition("::")
    assert (ROOT / path).exists()
    module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
    assert hasattr(module, name.partition("[")[0])


def test_the_healthy_mock_raises_no_alarm() -> None:
    """Twenty runs against the healthy mock were green, each with a seed of its own, half with others writing to it."""
    calm = Calm.load()
    assert calm.green == len(calm.runs) == len({run.seed for run in calm.runs}) >= RUNS
    assert sum(run.others > 0 for run in calm.runs) * 2 >= RUNS


def test_the_pages_are_current() -> None:
    """The tables in `docs/` are as `make docs` would write them."""
    assert docs.outdated() == []
