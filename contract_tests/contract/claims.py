"""The documented sentences as data."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

CLAIMS = Path(__file__).with_name("claims.toml")


@dataclass(frozen=True, slots=True)
class Claim:
    """A documented sentence that a server keeps or breaks.

    Args:
        id: Id of the claim, as in a test's marker `@pytest.mark.claim`.
        sentence: What is promised.
        source: The page that promises it.
        kind: `hard` if a server that breaks it is wrong; `advisory` if the text is ambiguous, so that a live server
            which differs gets a warning.
        operations: Ids of the operations that it is about.
    """

    id: str
    sentence: str
    source: str
    kind: Literal["hard", "advisory"]
    operations: tuple[str, ...]


@cache
def load_claims() -> dict[str, Claim]:
    """Return all claims by id, in the order of `claims.toml`.

    Raises:
        ValueError: Two claims share an id.
    """
    claims: dict[str, Claim] = {}
    for row in tomllib.loads(CLAIMS.read_text(encoding="utf-8"))["claim"]:
        claim = Claim(**{**row, "operations": tuple(row["operations"])})
        if claim.id in claims:
            raise ValueError(f"{CLAIMS.name}: expected each id once, got {claim.id} twice")
        claims[claim.id] = claim
    return claims
