"""The recorded result of each defect: which test caught it, and whether schemathesis alone reports it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from proof.defects import CATALOGUE

RESULTS = Path(__file__).with_name("results.json")
Outcome = Literal["caught", "caught for another reason", "survived", "not run to the end"]


@dataclass(frozen=True, slots=True)
class Result:
    """The result of running the contract suite against one defect.

    Args:
        defect: Name of the defect.
        claim: The claim that the defect breaks.
        outcome: `caught` if a failed test reported that claim, `caught for another reason` if failed tests reported
            only other claims, `survived` if no test failed.
        caught_by: Node id of the test that failed first; for a run that broke off, the reason.
        reported: The claims that this test reported as broken.
        baseline: What schemathesis alone reports of the defect and not of the healthy mock; None if it was not run.
    """

    defect: str
    claim: str
    outcome: Outcome
    caught_by: str = ""
    reported: tuple[str, ...] = ()
    baseline: tuple[str, ...] | None = None

    @property
    def caught(self) -> bool:
        """Whether a test of the broken claim failed."""
        return self.outcome == "caught"


def load() -> dict[str, Result]:
    """Read the recorded results by the name of the defect, without those of deleted defects."""
    if not RESULTS.exists():
        return {}
    results = (
        Result(
            **{
                **row,
                "reported": tuple(row["reported"]),
                "baseline": None if row["baseline"] is None else tuple(row["baseline"]),
            }
        )
        for row in json.loads(RESULTS.read_text(encoding="utf-8"))
    )
    return {result.defect: result for result in results if result.defect in CATALOGUE}


def record(new: Iterable[Result]) -> None:
    """Replace recorded results; a result without a baseline takes over the recorded one."""
    results = load()
    for result in new:
        older = results.get(result.defect)
        baseline = older.baseline if older and result.baseline is None else result.baseline
        results[result.defect] = replace(result, baseline=baseline)
    ordered = [asdict(results[name]) for name in CATALOGUE if name in results]
    RESULTS.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
