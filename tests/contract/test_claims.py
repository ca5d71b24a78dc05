"""Claims and their tests match."""

import importlib
import inspect
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from contract_tests.contract.claims import Claim, load_claims
from contract_tests.contract.openapi import operations

FOLDER = Path(__file__).parents[2] / "contract_tests" / "claims"
MODULES = sorted(path.stem for path in FOLDER.glob("test_*.py"))
CLAIMS = load_claims()


def _tests() -> dict[str, Callable[..., None]]:
    found: dict[str, Callable[..., None]] = {}
    for name in MODULES:
        module = importlib.import_module(f"contract_tests.claims.{name}")
        for test, function in inspect.getmembers(module, inspect.isfunction):
            if test.startswith("test_") and function.__module__ == module.__name__:
                found[f"{name}::{test}"] = function
    return found


TESTS = _tests()


def _named(function: Callable[..., None]) -> list[str]:
    marks = [mark for mark in getattr(function, "pytestmark", []) if mark.name == "claim"]
    return [claim for mark in marks for claim in mark.args]


@pytest.mark.parametrize("claim", CLAIMS)
def test_every_claim_has_a_test(claim: str) -> None:
    """Every claim has at least one test."""
    assert [name for name, function in TESTS.items() if claim in _named(function)]


@pytest.mark.parametrize("name", TESTS)
def test_every_test_names_its_claims_and_quotes_the_first(name: str) -> None:
    """A contract test carries the marker of claims that exist, and its docstring begins with one of them."""
    named = _named(TESTS[name])
    assert named
    assert set(named) <= CLAIMS.keys()
    assert re.match(r"([A-Z]+-\d+A?, )*[A-Z]+-\d+A?: \S", inspect.getdoc(TESTS[name]) or "")
    assert (inspect.getdoc(TESTS[name]) or "").startswith(tuple(named))


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=lambda claim: claim.id)
def test_a_claim_is_a_sentence_about_documented_operations(claim: Claim) -> None:
    """A claim is one sentence, of a known kind, from a named source, about operations of the contract."""
    assert claim.sentence.endswith(".")
    assert claim.kind in ("hard", "advisory")
    assert claim.source
    assert claim.operations
    assert set(claim.operations) <= {operation.id for operation in operations()}


def test_every_operation_has_claims() -> None:
    """Every operation of the document is covered by a claim."""
    covered = {operation for claim in CLAIMS.values() for operation in claim.operations}
    assert covered == {operation.id for operation in operations()}
