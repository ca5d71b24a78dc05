"""What is known of each defect: which test caught it, and whether stock schemathesis did."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from proof.defects import CATALOGUE

RESULTS = Path(__file__).with_name("results.json")
Verdict = Literal["caught", "caught for another reason", "survived", "not run to the end"]


@dataclass(frozen=True, slots=True)
class Result:
    """How a defect fared.

    Args:
        defect: Its name.
        claim: The claim that it breaks.
        verdict: Whether a test of that claim failed, only one of another, or none.
        caught_by: The test that failed first, by its node id.
        blamed: The claims that this test blamed.
        stock: What stock schemathesis reported beyond what it reports of the healthy mock; None when it was not run.
    """

    defect: str
    claim: str
    verdict: Verdict
    caught_by: str = ""
    blamed: tuple[str, ...] = ()
    stock: tuple[str, ...] | None = None

    @property
    def good(self) -> bool:
        """Whether the suite has found the defect, and for the right reason."""
        return self.verdict == "caught"


def load() -> dict[str, Result]:
    """The recorded results by defect, without those of defects that are no more."""
    if not RESULTS.exists():
        return {}
    rows = json.loads(RESULTS.read_text(encoding="utf-8"))
    results = (
        Result(
            **{**row, "blamed": tuple(row["blamed"]), "stock": None if row["stock"] is None else tuple(row["stock"])}
        )
        for row in rows
    )
    return {result.defect: result for result in results if result.defect in CATALOGUE}


def record(new: Iterable[Result]) -> None:
    """Put results in the place of older ones; a defect that stock schemathesis was not run on keeps what it said."""
    results = load()
    for result in new:
        older = results.get(result.defect)
        stock = older.stock if older and result.stock is None else result.stock
        results[result.defect] = Result(**{**asdict(result), "stock": stock})
    ordered = [asdict(results[name]) for name in CATALOGUE if name in results]
    RESULTS.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
