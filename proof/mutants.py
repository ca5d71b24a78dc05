"""Holds the contract suite against each defect of the mock: it must find them all, each as a broken claim of its own.

Run by `make mutants`. `DEFECT=name` takes one defect, `GROUP=` those of a claim (`STOP-1`) or a family (`STOP`),
`STOCK=1` also runs stock schemathesis against each. The tests of the defect's claim go first; if they pass, the whole
suite follows. What was found is kept in `results.json`, from which `make docs` writes `docs/defects.md`.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace

from proof._results import Result, record
from proof._stock import Stock
from proof._trial import FORM, ROOT, Failure, Trial, attempt
from proof.defects import CATALOGUE, Defect

WORKERS = 4
SEED = 20261122
REPORTS = ROOT / "build" / "mutants"
CLAIMS = "contract_tests/claims"


def chosen(name: str, group: str) -> list[Defect]:
    """The defects that were asked for.

    Raises:
        SystemExit: There is none.
    """
    found = [
        defect
        for defect in CATALOGUE.values()
        if name in ("", defect.name) and group in ("", defect.claim, defect.claim.rpartition("-")[0])
    ]
    if not found:
        sys.exit(f"no defect is called {name or group!r}; python -m proof.defects --list-defects shows all")
    return found


def stages(defect: Defect) -> Iterable[list[str]]:
    """What to run, until a test blames the defect's claim."""
    yield [CLAIMS, "--claim", defect.claim, "-x"]
    yield [CLAIMS, "--claim", defect.claim]
    # A server that is badly broken fails most tests, and slowly; the first few tell.
    yield [CLAIMS, "--maxfail=4"]
    yield [CLAIMS, "contract_tests/schema"]


def is_reason(defect: Defect, failure: Failure) -> bool:
    """Whether a test failed because of what is wrong with the defect.

    It blames the defect's claim; or it judges that claim and blames the answer's form, where the form is what is wrong.
    """
    if defect.claim in failure.blamed:
        return True
    return defect.kind in ("status", "schema") and FORM in failure.blamed and defect.claim in failure.judged


def judge(defect: Defect, tried: Callable[[list[str]], Trial]) -> Result:
    """Find out whether the suite catches a defect.

    Args:
        defect: The defect.
        tried: Runs tests against it.
    """
    other: Failure | None = None
    for stage in stages(defect):
        trial = tried(stage)
        if trial.trouble:
            return Result(defect.name, defect.claim, "not run to the end", trial.trouble)
        reason = next((failure for failure in trial.failures if is_reason(defect, failure)), None)
        if reason:
            return Result(defect.name, defect.claim, "caught", reason.test, reason.blamed)
        other = other or next(iter(trial.failures), None)
    if other:
        return Result(defect.name, defect.claim, "caught for another reason", other.test, other.blamed)
    return Result(defect.name, defect.claim, "survived")


def main() -> int:
    """Judge the defects that were asked for, and say what came of it; the exit status."""
    defects = chosen(os.environ.get("DEFECT", ""), os.environ.get("GROUP", ""))
    stock = Stock(SEED) if os.environ.get("STOCK") == "1" else None

    def work(defect: Defect) -> Result:
        def tried(what: list[str]) -> Trial:
            return attempt(what, ["--defect", defect.name], REPORTS / defect.name, SEED)

        result = judge(defect, tried)
        return replace(result, stock=stock.finds(defect.name)) if stock else result

    results: list[Result] = []
    begun = time.monotonic()
    with ThreadPoolExecutor(WORKERS) as threads:
        for number, job in enumerate(as_completed([threads.submit(work, defect) for defect in defects]), 1):
            results.append(job.result())
            record(results[-1:])
            print(f"{number:4}/{len(defects)}  {_line(results[-1])}", flush=True)
    return _summary(results, time.monotonic() - begun)


def _line(result: Result) -> str:
    by = result.caught_by.rpartition("/")[2]
    blamed = "" if result.good else f" ({', '.join(result.blamed)})"
    stock = "" if result.stock is None else f"; stock: {', '.join(result.stock) or 'nothing'}"
    return f"{result.verdict:<10} {result.defect} [{result.claim}] {by}{blamed}{stock}"


def _summary(results: list[Result], seconds: float) -> int:
    judged = [result for result in results if result.stock is not None]
    if judged:
        print(f"\nstock schemathesis finds {sum(bool(result.stock) for result in judged)} of {len(judged)}")
    bad = [result for result in results if not result.good]
    print(f"\n{len(results) - len(bad)} of {len(results)} defects caught by a test of their claim, in {seconds:.0f} s")
    for result in bad:
        print(f"  {_line(result)}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
