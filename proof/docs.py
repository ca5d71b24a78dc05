"""Writes `docs/claims.md` and `docs/defects.md` from the claims, the catalogue of defects and the recorded results.

Run by `make docs`; a test checks that both are current.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from contract_tests.claims import load_claims
from proof import _results
from proof._calm import Calm
from proof._results import Result
from proof._trial import ROOT
from proof.defects import CATALOGUE

CLAIMS, DEFECTS = ROOT / "docs" / "claims.md", ROOT / "docs" / "defects.md"
MADE = "<!-- Written by `make docs`; do not edit. -->"


def claims_page() -> str:
    """The table of claims: what each says, which tests judge it, and which defects prove that they can fail."""
    tests, defects = tests_by_claim(), defaultdict(list)
    for defect in CATALOGUE.values():
        defects[defect.claim].append(f"`{defect.name}`")
    rows = [
        (claim.id, claim.sentence, claim.source, claim.kind, _list(tests[claim.id]), _list(defects[claim.id]))
        for claim in load_claims().values()
    ]
    return f"""{MADE}
# Claims

What the documents promise, sentence by sentence, and what judges it. A server that breaks a `hard` claim fails the
contract run; an `advisory` one is ambiguous in the documents, so that a live server that differs gets a warning. Each
defect is a bug put into the mock to prove that the claim's tests can fail: see [defects.md](defects.md).

{len(rows)} claims.

{_table(("Claim", "Sentence", "Source", "Kind", "Tests", "Proved by"), rows)}"""


def defects_page() -> str:
    """The table of defects: what is wrong with each, and what catches it."""
    results, calm = _results.load(), Calm.load()
    order = list(load_claims())
    names = sorted(CATALOGUE, key=lambda name: order.index(CATALOGUE[name].claim))
    rows = [_defect_row(name, results.get(name)) for name in names]
    judged = [result for result in results.values() if result.stock is not None]
    stock = sum(bool(result.stock) for result in judged)
    caught = sum(result.good for result in results.values())
    return f"""{MADE}
# Defects

Bugs that a server could ship with, each put into the mock by `python -m proof.defects --defect NAME`, and the contract
test that turns red first. `make mutants` runs the suite against all of them, `make mutants DEFECT=name` against one and
`make mutants GROUP=STOP-1` against those of a claim. A defect counts as caught when a test blames the claim that it
breaks. "Stock" is schemathesis by itself, with its default checks and all phases (`make mutants STOCK=1`).

| | Caught | Of |
|---|---|---|
| The contract suite | {caught} | {len(results)} |
| Stock schemathesis | {stock} | {len(judged)} |

False alarms: {calm.sentence()}

{_table(("Defect", "What is wrong", "Claim", "Caught by", "Stock"), rows)}"""


def tests_by_claim() -> dict[str, list[str]]:
    """The contract tests of each claim, by the names of their functions."""
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
    by = f"`{result.caught_by.rpartition('/')[2]}`" if result.caught_by else ""
    return (
        f"`{name}`",
        defect.explanation,
        defect.claim,
        by if result.good else f"**{result.verdict}** {by}",
        "" if result.stock is None else "yes" if result.stock else "no",
    )


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def outdated() -> list[Path]:
    """The pages that are not as they would be written now."""
    pages = {CLAIMS: claims_page(), DEFECTS: defects_page()}
    return [path for path, text in pages.items() if not path.exists() or path.read_text(encoding="utf-8") != text]


def main() -> int:
    """Write both pages; the exit status."""
    CLAIMS.write_text(claims_page(), encoding="utf-8")
    DEFECTS.write_text(defects_page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
