"""What is recorded of the defects is complete and true to the code, and the pages made from it are current."""

import importlib
from pathlib import Path

import pytest

from proof import docs
from proof._calm import Calm
from proof._results import Result, load
from xpander_mock.defects import CATALOGUE

ROOT = Path(__file__).parents[2]
RESULTS = load()


def test_every_defect_has_a_result() -> None:
    """No defect is missing from the record: after a new one, run `make mutants`."""
    assert CATALOGUE.keys() - RESULTS.keys() == set()


@pytest.mark.parametrize("result", RESULTS.values(), ids=lambda result: result.defect)
def test_every_defect_is_caught_by_a_test_that_exists(result: Result) -> None:
    """Each defect turns a contract test red that exists, and was recorded for the claim that it breaks now."""
    assert result.good
    assert result.claim == CATALOGUE[result.defect].claim
    path, _, name = result.caught_by.partition("::")
    assert (ROOT / path).exists()
    module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
    assert hasattr(module, name.partition("[")[0])


def test_the_healthy_mock_raises_no_alarm() -> None:
    """20 recorded runs against the healthy mock were green, half of them with other clients at work."""
    calm = Calm.load()
    assert calm.green == len(calm.runs) >= 20
    assert len({run.seed for run in calm.runs}) == len(calm.runs)
    assert sum(run.others > 0 for run in calm.runs) * 2 >= len(calm.runs)


def test_the_pages_are_current() -> None:
    """The tables in `docs/` are as `make docs` would write them."""
    assert docs.outdated() == []
