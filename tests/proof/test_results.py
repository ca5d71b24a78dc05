"""What is recorded of the defects is true to the code, and the pages made from it are current."""

import importlib
from pathlib import Path

import pytest

from proof import docs
from proof._calm import Calm
from proof._results import Result, load
from xpander_mock.defects import CATALOGUE

ROOT = Path(__file__).parents[2]
RESULTS = load()


@pytest.mark.parametrize("result", [result for result in RESULTS.values() if result.good], ids=lambda one: one.defect)
def test_what_caught_a_defect_exists(result: Result) -> None:
    """The contract test that caught a defect exists, and was recorded for the claim that the defect breaks now."""
    assert result.claim == CATALOGUE[result.defect].claim
    path, _, name = result.caught_by.partition("::")
    assert (ROOT / path).exists()
    module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
    assert hasattr(module, name.partition("[")[0])


def test_the_healthy_mock_raises_no_alarm() -> None:
    """Each recorded run against the healthy mock was green and had a seed of its own."""
    calm = Calm.load()
    assert calm.green == len(calm.runs) == len({run.seed for run in calm.runs})


def test_the_pages_are_current() -> None:
    """The tables in `docs/` are as `make docs` would write them."""
    assert docs.outdated() == []
