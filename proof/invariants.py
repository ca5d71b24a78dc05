"""Measure how many defects the invariants find alone, on traffic of a quick run.

The traffic is that of the tests of the defect's claim, which is part of that of a whole quick run: a lower bound that
takes seconds for a defect instead of minutes.

Run by `make invariants`. `DEFECT=name` takes one defect, `GROUP=` those of a claim or family of claims, and `EVERY=20`
every twentieth of the selected ones. The results are recorded in `invariants.json`, from which `make docs` writes
`docs/defects.md`.
"""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

from proof._test_run import ROOT, run_in_new_process
from proof.defects import CATALOGUE, Defect
from proof.mutants import SEED, WORKERS, select_defects

RECORD = Path(__file__).with_name("invariants.json")
REPORTS = ROOT / "build" / "invariants"


@dataclass(frozen=True, slots=True)
class Measurement:
    """The invariants that the traffic against one defect broke.

    Args:
        defect: Name of the defect.
        claims: Ids of the claims that the invariants found broken.
    """

    defect: str
    claims: tuple[str, ...]

    @property
    def found(self) -> bool:
        """Whether the invariants found anything, which they never do on the healthy mock."""
        return bool(self.claims)


def load() -> dict[str, Measurement]:
    """Return the recorded measurements of the defects that exist, by name."""
    if not RECORD.exists():
        return {}
    rows = json.loads(RECORD.read_text(encoding="utf-8"))
    found = (Measurement(row["defect"], tuple(row["claims"])) for row in rows)
    return {each.defect: each for each in found if each.defect in CATALOGUE}


def record(new: list[Measurement]) -> None:
    """Add measurements to the record; newer ones replace older ones."""
    known = load() | {each.defect: each for each in new}
    rows = [asdict(known[name]) for name in CATALOGUE if name in known]
    RECORD.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def measure(defect: Defect) -> Measurement:
    """Run the tests of the broken claim against a defect, and return what the invariants found in their traffic."""
    tests = ["contract_tests/claims", "--claim", defect.claim]
    result = run_in_new_process(tests, ["--defect", defect.name], REPORTS / defect.name, SEED)
    claims = (claim for failure in result.invariants for claim in failure.reported)
    return Measurement(defect.name, tuple(dict.fromkeys(claims)))


def main() -> int:
    """Measure the selected defects and print the results; return the exit status."""
    selected = select_defects(os.environ.get("DEFECT", ""), os.environ.get("GROUP", ""))
    selected = selected[:: int(os.environ.get("EVERY") or 1)]
    os.environ["PROFILE"] = "quick"
    measured: list[Measurement] = []
    with ThreadPoolExecutor(WORKERS) as threads:
        for job in as_completed([threads.submit(measure, defect) for defect in selected]):
            measured.append(job.result())
            record(measured[-1:])
            last = measured[-1]
            print(
                f"{len(measured):4}/{len(selected)}  {last.defect}: {', '.join(last.claims) or 'nothing'}", flush=True
            )
    found = sum(each.found for each in measured)
    print(f"\nthe invariants alone find {found} of {len(measured)} defects")
    return 0


if __name__ == "__main__":
    sys.exit(main())
