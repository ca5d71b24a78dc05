"""The suite as a program: a run with an exit status, and the update of the known failures after it."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from ..contract.openapi import PACKAGE
from .known_failures import BaselineError, KnownFailures
from .model import Finding

NOTHING_NEW, NEW_FAILURES, COULD_NOT_RUN = 0, 1, 2
OPTIONS = ["-q", "--no-header", "-p", "no:cacheprovider", "--import-mode=importlib"]
# An installed suite must not depend on the settings of the project that runs it; in a clone those of the clone hold.
SETTINGS = PACKAGE / "installed.ini"


def reports_folder() -> Path:
    """Return the folder of the reports: `CONTRACT_REPORTS`, or `build/contract` below the current one."""
    return Path(os.environ.get("CONTRACT_REPORTS") or Path.cwd() / "build" / "contract")


def run_suite(arguments: Sequence[str], workers: int) -> int:
    """Run the suite against the target that the environment names.

    Args:
        arguments: Further arguments of pytest, such as `--claim LIST-1`.
        workers: Processes that share the tests.

    Returns:
        0 if nothing failed that is not known, 1 if something did, 2 if the run could not start or end.
    """
    paths = [] if any(Path(one.partition("::")[0]).exists() for one in arguments) else [str(PACKAGE)]
    share = ["-n", str(workers), "--dist", "worksteal"] if workers > 1 else []
    # In a process of its own, because pytest rewrites the asserts of modules only before they are imported.
    settings = [] if (PACKAGE.parent / "pyproject.toml").exists() else ["-c", str(SETTINGS)]
    command = [sys.executable, "-m", "pytest", *paths, *settings, *OPTIONS, *share, *arguments]
    process = subprocess.Popen(command, env={**os.environ, "CONTRACT_REPORTS": str(reports_folder())})
    status = None
    while status is None:
        # Ctrl-C reaches the run as well, which then deletes its tasks and reports.
        with contextlib.suppress(KeyboardInterrupt):
            status = process.wait()
    if status == pytest.ExitCode.OK:
        return NOTHING_NEW
    return NEW_FAILURES if status == pytest.ExitCode.TESTS_FAILED else COULD_NOT_RUN


def update_baseline(path: Path, reason: str, expires: date | None) -> str:
    """Bring a file of known failures up to date with the findings of the last run.

    Args:
        path: The file.
        reason: Why the new failures are known.
        expires: The last day on which they are.

    Returns:
        What was done, for people.

    Raises:
        BaselineError: There was no run, or the file cannot be read.
    """
    found = reports_folder() / "findings.json"
    try:
        rows = json.loads(found.read_text(encoding="utf-8"))["findings"]
        findings = [
            Finding.from_data({**row, "violations": [_without_claims(one) for one in row["violations"]]})
            for row in rows
        ]
    except OSError:
        raise BaselineError(f"{found} is missing; run the suite first") from None
    except (ValueError, LookupError, TypeError) as error:
        raise BaselineError(f"{found}: expected the findings of a run: {error!r}") from None
    known = KnownFailures(path, date.today())
    before = len(known.entries)
    added, removed = known.update(findings, reason, expires)
    return f"{path}: {before - removed + added} known failures, {added} added, {removed} removed"


def _without_claims(violation: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in violation.items() if name not in ("claims", "wfc")}
