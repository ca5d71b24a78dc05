"""The catalogue of defects is complete, and the mock starts with each of them."""

import asyncio
from collections import Counter, defaultdict
from itertools import pairwise

import httpx
import pytest

from contract_tests.contract.claims import load_claims
from proof.defects import CATALOGUE, Defect, UnknownDefect, with_defects
from xpander_mock import DEMO_API_KEY, Mock, Parts, Settings, load_contract

CLAIMS = load_claims()
OPERATIONS = load_contract().operations


@pytest.mark.parametrize("claim", CLAIMS)
def test_every_claim_has_two_defects(claim: str) -> None:
    """At least two defects break each claim."""
    assert Counter(defect.claim for defect in CATALOGUE.values())[claim] >= 2


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_has_each_kind(operation: str) -> None:
    """Each operation has defects of authentication, status, schema and validation."""
    kinds = {defect.kind for defect in CATALOGUE.values() if operation in defect.operations}
    assert {"authentication", "status", "schema", "validation"} <= kinds


@pytest.mark.parametrize("defect", CATALOGUE.values(), ids=str)
def test_a_defect_is_explained(defect: Defect) -> None:
    """A defect names an existing claim and existing operations, and explains itself in one sentence."""
    assert defect.claim in CLAIMS
    assert defect.operations
    assert set(defect.operations) <= OPERATIONS.keys()
    assert defect.explanation.endswith(".")
    assert "\n" not in defect.explanation


def test_no_defect_is_listed_twice() -> None:
    """No two defects share an explanation."""
    names_by_explanation = defaultdict(list)
    for defect in CATALOGUE.values():
        names_by_explanation[defect.explanation].append(defect.name)
    assert [names for names in names_by_explanation.values() if len(names) > 1] == []


@pytest.mark.parametrize("name", CATALOGUE)
def test_the_mock_with_the_defect_answers(name: str) -> None:
    """With the defect the mock starts and answers plain requests without a server error."""
    asyncio.run(_list_and_get(name))


@pytest.mark.parametrize("pair", list(pairwise(CATALOGUE))[::9], ids="+".join)
def test_defects_combine(pair: tuple[str, str]) -> None:
    """Any two defects can be on at once."""
    asyncio.run(_list_and_get(*pair))


async def _list_and_get(*names: str) -> None:
    mock = Mock(Settings(tasks=12), with_defects(Parts(), names))
    transport = httpx.ASGITransport(mock.app, raise_app_exceptions=True)
    headers = {"x-api-key": DEMO_API_KEY}
    async with httpx.AsyncClient(transport=transport, base_url="http://mock", headers=headers) as client:
        response = await client.get("/v1/tasks", params={"page": 1, "per_page": 5})
        assert response.status_code in (200, 206)
        for item in response.json()["items"][:1]:
            assert (await client.get(f"/v1/tasks/{item['id']}")).status_code < 500
    mock.close()


def test_an_unknown_defect_is_refused() -> None:
    """An unknown name raises an error that suggests the nearest known one."""
    with pytest.raises(UnknownDefect, match="did you mean oldest-first"):
        with_defects(Parts(), ["oldest-frist"])


def test_no_defect_is_on_by_default() -> None:
    """Without names, `with_defects` returns the parts of the healthy mock."""
    assert with_defects(Parts(), []) == Parts()
