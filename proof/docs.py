"""Write what the documents show of claims, defects, recorded results and commands.

Run by `make docs`: `docs/claims.md`, `docs/defects.md`, the figures of README.md, the commands of `docs/cli.md` and the
index that tells `make diff` what a change of the contract touches. A test checks that all are up to date.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from contract_tests.contract.claims import load_claims
from contract_tests.contract.openapi import OPENAPI
from contract_tests.drift.document import Document
from contract_tests.drift.sentences import to_review
from contract_tests.drift.touches import INDEX
from contract_tests.invariants.checker import claims_with_rules
from proof import _results, invariants
from proof._cli_page import CLI, cli_page
from proof._false_alarm_runs import FalseAlarmRuns
from proof._index import index_text
from proof._readme import README, readme
from proof._results import Result
from proof._test_run import ROOT
from proof.defects import CATALOGUE

CLAIMS, DEFECTS = ROOT / "docs" / "claims.md", ROOT / "docs" / "defects.md"
GENERATED = "<!-- Written by `make docs`; do not edit. -->"


def claims_page() -> str:
    """Return the page of claims: what each says, which tests check it, and which defects prove that they can fail."""
    tests, defects = tests_by_claim(), defaultdict(list)
    for defect in CATALOGUE.values():
        defects[defect.claim].append(f"`{defect.name}`")
    waiting = {review.claim for review in to_review(Document.read(OPENAPI))}
    rules = {claim: [f"`{name}`" for name in names] for claim, names in claims_with_rules().items()}
    rows = [
        (
            claim.id + " **to review**" * (claim.id in waiting),
            claim.sentence,
            claim.source,
            claim.kind,
            _list(tests[claim.id]),
            _list(rules.get(claim.id, ())),
            _list(defects[claim.id]),
        )
        for claim in load_claims().values()
    ]
    return f"""{GENERATED}
# Claims

What the documents promise, sentence by sentence, and the tests that check it. A server that breaks a `hard` claim fails
the contract run; an `advisory` claim is ambiguous in the documents, so that a server that differs gets a warning. Each
defect is a bug put into the mock to prove that the claim's tests can fail: see [defects.md](defects.md).

Invariants are rules that every exchange of a run is checked by, whatever test sent it.

{len(rows)} claims, {len(rules)} of them with invariants. One that is "to review" was written from a sentence that has
changed since: when the claim fits it again, `python -m contract_tests sign-off CLAIM` says so.

{_table(("Claim", "Sentence", "Source", "Kind", "Tests", "Invariants", "Defects that the tests catch"), rows)}"""


def defects_page() -> str:
    """Return the page of defects: what is wrong with each, and which test catches it."""
    results, false_alarm_runs = _results.load(), FalseAlarmRuns.load()
    order = list(load_claims())
    names = sorted(CATALOGUE, key=lambda name: order.index(CATALOGUE[name].claim))
    rows = [_defect_row(name, results.get(name)) for name in names]
    compared = [result for result in results.values() if result.baseline is not None]
    baseline = sum(bool(result.baseline) for result in compared)
    caught = sum(result.caught for result in results.values())
    measured = invariants.load()
    found = sum(each.found for each in measured.values())
    return f"""{GENERATED}
# Defects

Bugs that a server could ship with. `python -m proof.defects --defect NAME` starts the mock with one of them, and the
table names the contract test that fails first. `make mutants` runs the suite against all of them, `make mutants
DEFECT=name` against one and `make mutants GROUP=STOP-1` against those of a claim. A defect counts as caught when a test
reports the claim that it breaks. The baseline is schemathesis alone, with its default checks and all phases
(`make mutants BASELINE=1`).

| | Caught | Of |
|---|---|---|
| The contract suite | {caught} | {len(results)} |
| Its invariants alone, at least, on traffic of a quick run (`make invariants`) | {found} | {len(measured)} |
| Schemathesis alone | {baseline} | {len(compared)} |

False alarms: {false_alarm_runs.summary()}

{_table(("Defect", "What is wrong", "Claim", "Caught by", "Schemathesis alone"), rows)}"""


def tests_by_claim() -> dict[str, list[str]]:
    """Return the names of the contract tests of each claim."""
    tests: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "contract_tests" / "claims").glob("test_*.py")):
        module = importlib.import_module(f"contract_tests.claims.{path.stem}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            for mark in getattr(function, "pytestmark", []) if name.startswith("test_") else []:
                for claim in mark.args if mark.name == "claim" else ():
                    tests[claim].append(f"`{name}`")
    return tests


def _defect_row(name: str, result: Result | None) -> tuple[str, ...]:
    defect = CATALOGUE[name]
    if result is None:
        return f"`{name}`", defect.explanation, defect.claim, "not run", ""
    test = f"`{result.caught_by.rpartition('/')[2]}`" if result.caught_by else ""
    return (
        f"`{name}`",
        defect.explanation,
        defect.claim,
        test if result.caught else f"**{result.outcome}** {test}",
        "" if result.baseline is None else "yes" if result.baseline else "no",
    )


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def pages() -> dict[Path, str]:
    """Return the text of each page as it would be written now."""
    index = index_text(tests_by_claim())
    return {CLAIMS: claims_page(), DEFECTS: defects_page(), README: readme(), CLI: cli_page(), INDEX: index}


def outdated() -> list[Path]:
    """Return the pages that differ from what `main` would write now."""
    return [path for path, text in pages().items() if not path.exists() or path.read_text(encoding="utf-8") != text]


def main() -> int:
    """Write all pages; return the exit status."""
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
