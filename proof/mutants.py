"""Run the contract suite against each defect of the mock, and check that a test of the broken claim fails.

Run by `make mutants`. `DEFECT=name` takes one defect, `GROUP=` those of a claim (`STOP-1`) or of a family of claims
(`STOP`), `BASELINE=1` also runs schemathesis alone against each. The tests of the broken claim run first; if they pass,
the whole suite follows. The results are recorded in `results.json`, from which `make docs` writes `docs/defects.md`.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace

from proof._baseline import Baseline
from proof._results import Result, record
from proof._test_run import FORM_CLAIM, ROOT, Failure, RunResult, run_in_new_process
from proof.defects import CATALOGUE, Defect

WORKERS = 4
SEED = 20261122
REPORTS = ROOT / "build" / "mutants"
CLAIMS = "contract_tests/claims"


def select_defects(name: str, group: str) -> list[Defect]:
    """Return the defects with this name, claim or family of claims; an empty argument selects all.

    Raises:
        SystemExit: No defect matches.
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
    """Yield the arguments of pytest for each stage; a later one runs only if no earlier one caught the defect."""
    yield [CLAIMS, "--claim", defect.claim, "-x"]
    yield [CLAIMS, "--claim", defect.claim]
    # Most tests fail, slowly, against a server that is badly broken; the first few are enough.
    yield [CLAIMS, "--maxfail=4"]
    yield [CLAIMS, "contract_tests/schema"]


def is_caused_by(failure: Failure, defect: Defect) -> bool:
    """Tell whether a test failed because of the defect.

    It did if it reported the claim that the defect breaks. A defect of statuses or schemas may also be reported as an
    answer of the wrong form, by a test of that claim.
    """
    if defect.claim in failure.reported:
        return True
    return defect.kind in ("status", "schema") and FORM_CLAIM in failure.reported and defect.claim in failure.tested


def evaluate(defect: Defect, run: Callable[[list[str]], RunResult]) -> Result:
    """Run one stage after the other until a test of the broken claim fails.

    Args:
        defect: The defect.
        run: Runs tests against the mock with the defect; its argument is the arguments of pytest.
    """
    other: Failure | None = None
    for stage in stages(defect):
        result = run(stage)
        if result.error:
            return Result(defect.name, defect.claim, "not run to the end", result.error)
        cause = next((failure for failure in result.failures if is_caused_by(failure, defect)), None)
        if cause:
            return Result(defect.name, defect.claim, "caught", cause.test, cause.reported)
        other = other or next(iter(result.failures), None)
    if other:
        return Result(defect.name, defect.claim, "caught for another reason", other.test, other.reported)
    return Result(defect.name, defect.claim, "survived")


def main() -> int:
    """Run the suite against the selected defects and print the results; return the exit status."""
    defects = select_defects(os.environ.get("DEFECT", ""), os.environ.get("GROUP", ""))
    baseline = Baseline(SEED) if os.environ.get("BASELINE") == "1" else None

    def work(defect: Defect) -> Result:
        def run(arguments: list[str]) -> RunResult:
            return run_in_new_process(arguments, ["--defect", defect.name], REPORTS / defect.name, SEED)

        result = evaluate(defect, run)
        return replace(result, baseline=baseline.findings(defect.name)) if baseline else result

    results: list[Result] = []
    started = time.monotonic()
    with ThreadPoolExecutor(WORKERS) as threads:
        for number, job in enumerate(as_completed([threads.submit(work, defect) for defect in defects]), 1):
            results.append(job.result())
            record(results[-1:])
            print(f"{number:4}/{len(defects)}  {_line(results[-1])}", flush=True)
    return _print_summary(results, time.monotonic() - started)


def _line(result: Result) -> str:
    test = result.caught_by.rpartition("/")[2]
    reported = "" if result.caught else f" ({', '.join(result.reported)})"
    baseline = "" if result.baseline is None else f"; schemathesis alone: {', '.join(result.baseline) or 'nothing'}"
    return f"{result.outcome:<10} {result.defect} [{result.claim}] {test}{reported}{baseline}"


def _print_summary(results: list[Result], seconds: float) -> int:
    compared = [result for result in results if result.baseline is not None]
    if compared:
        print(f"\nschemathesis alone finds {sum(bool(result.baseline) for result in compared)} of {len(compared)}")
    missed = [result for result in results if not result.caught]
    caught = len(results) - len(missed)
    print(f"\n{caught} of {len(results)} defects caught by a test of their claim, in {seconds:.0f} s")
    for result in missed:
        print(f"  {_line(result)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
