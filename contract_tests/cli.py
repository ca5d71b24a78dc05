"""The commands of the suite. Each exits with 0 if nothing is wrong or new, 1 if something is, 2 if it could not run."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from .contract.claims import load_claims
from .contract.openapi import OPENAPI
from .drift.compare import compare_versions, compare_with_provider
from .drift.document import Document, DocumentError
from .drift.redocly import RedoclyError
from .drift.result import Comparison, as_json, as_markdown, as_text
from .drift.sentences import sign_off
from .record.har_reader import HarError
from .report.collector import write_files
from .report.known_failures import DEFAULT_FILE, BaselineError, known_failures
from .report.replay import replay
from .report.suite import COULD_NOT_RUN, run_suite, update_baseline
from .report.summary import summary

PROGRAM = "python -m contract_tests" if __package__ == "contract_tests" else "xpander-contract"
# More than the cores of most machines, because tests wait for agents most of the time.
WORKERS = 4
FORMATS = {"text": as_text, "json": as_json, "markdown": as_markdown}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status.

    Args:
        arguments: The command line; None reads that of the process.
    """
    options, others = _parser().parse_known_args(arguments)
    if options.command == "run":
        options.others = others
    elif others:
        print(f"{options.command}: unknown arguments: {' '.join(others)}", file=sys.stderr)
        return COULD_NOT_RUN
    try:
        status: int = options.run(options)
    except (BaselineError, DocumentError, HarError, RedoclyError, OSError) as error:
        print(f"{options.command}: {error}", file=sys.stderr)
        return COULD_NOT_RUN
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        PROGRAM, description="Test an API against the contract, night after night; the environment names the API."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser(
        "run", help="test the mock, or the server at XPANDER_BASE_URL; takes pytest's arguments too"
    )
    run.add_argument("--baseline", metavar="FILE", help="known failures, which do not fail the run (CONTRACT_BASELINE)")
    run.add_argument("--workers", type=int, default=WORKERS, metavar="N", help="processes that share the tests")
    run.set_defaults(run=_run)
    baseline = commands.add_parser(
        "baseline", help="add the failures of the last run to the known ones, remove old ones"
    )
    baseline.add_argument("--baseline", metavar="FILE", help=f"the file (CONTRACT_BASELINE; default: {DEFAULT_FILE})")
    baseline.add_argument("--reason", default="", metavar="TEXT", help="why the new failures are known")
    baseline.add_argument("--expires", type=date.fromisoformat, metavar="YYYY-MM-DD", help="their last day as known")
    baseline.set_defaults(run=_baseline)
    diff = commands.add_parser("diff", help="tell what changed in the contract, and what each change touches")
    diff.add_argument("--base", required=True, metavar="REF|FILE", help="the older contract: a git revision or a file")
    diff.add_argument("--revision", type=Path, metavar="FILE", help="the newer one; by default the suite's own")
    diff.set_defaults(run=_diff)
    drift = commands.add_parser("drift", help="compare the contract with the provider's own published document")
    drift.add_argument("--document", type=Path, required=True, metavar="FILE", help="the provider's OpenAPI document")
    drift.add_argument("--sign-off", action="store_true", help="store the provider's descriptions as known")
    drift.set_defaults(run=_drift)
    for command in (diff, drift):
        command.add_argument("--format", choices=FORMATS, default="text", help="form of the output (default: text)")
        command.add_argument("--output", type=Path, metavar="FILE", help="write the output to a file as well")
    recorded = commands.add_parser("replay", help="check recorded traffic by the invariants; no request is sent")
    recorded.add_argument("har", type=Path, metavar="FILE", help="a HAR of a contract run, a browser or a proxy")
    recorded.add_argument(
        "--base-url", metavar="URL", help="address of the API in the recording (default: the first that fits)"
    )
    recorded.add_argument(
        "--output", type=Path, default=Path("build/contract"), metavar="FOLDER", help="where the reports go"
    )
    recorded.add_argument("--baseline", metavar="FILE", help="known failures (CONTRACT_BASELINE)")
    recorded.set_defaults(run=_replay)
    review = commands.add_parser("sign-off", help="say that claims fit the sentences that they were written from")
    review.add_argument("claims", nargs="+", metavar="CLAIM", help="ids of claims, or `all`")
    review.set_defaults(run=_sign_off)
    return parser


def _run(options: argparse.Namespace) -> int:
    if options.baseline:
        os.environ["CONTRACT_BASELINE"] = options.baseline
    return run_suite(options.others, options.workers)


def _baseline(options: argparse.Namespace) -> int:
    path = Path(options.baseline or os.environ.get("CONTRACT_BASELINE") or DEFAULT_FILE)
    print(update_baseline(path, options.reason, options.expires))
    return 0


def _replay(options: argparse.Namespace) -> int:
    report = replay(options.har, options.base_url, known_failures(options.baseline))
    options.output.mkdir(parents=True, exist_ok=True)
    files = write_files(report, options.output)
    print(summary(report, files))
    return 1 if report.with_outcome("failed") else 0


def _diff(options: argparse.Namespace) -> int:
    return _show(compare_versions(options.base, options.revision), options)


def _drift(options: argparse.Namespace) -> int:
    return _show(compare_with_provider(options.document, options.sign_off), options)


def _show(result: Comparison, options: argparse.Namespace) -> int:
    text = FORMATS[options.format](result)
    if options.output:
        options.output.write_text(text, encoding="utf-8")
    print(text, end="")
    return result.status


def _sign_off(options: argparse.Namespace) -> int:
    claims = list(load_claims()) if options.claims == ["all"] else options.claims
    unknown = [claim for claim in claims if claim not in load_claims()]
    if unknown:
        print(f"sign-off: no such claim: {', '.join(unknown)}; docs/claims.md lists them all", file=sys.stderr)
        return COULD_NOT_RUN
    missing = sign_off(Document.read(OPENAPI), claims)
    for sentence in missing:
        print(f"{sentence}: no such sentence; change claim_sources.toml", file=sys.stderr)
    return int(bool(missing))
