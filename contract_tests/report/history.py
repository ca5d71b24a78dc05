"""One line for each run in a file, so that a run can be compared with those before it."""

import hashlib
import json
import math
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

from ..contract.openapi import OPENAPI
from .model import Night, Report

SHOWN_NIGHTS = 60


def night_of(report: Report) -> Night:
    """Return what the history keeps of a run."""
    target = report.target
    return Night(
        when=report.started.isoformat(timespec="seconds").replace("+00:00", "Z"),
        # Without a user name or password, which an address might hold.
        host="mock" if target.is_mock else urlsplit(target.base_url).netloc.rpartition("@")[2],
        seed=target.seed,
        profile=target.profile,
        document=hashlib.sha256(OPENAPI.read_bytes()).hexdigest()[:16],
        claims={row.claim.id: row.verdict for row in report.claim_rows()},
        failed=len(report.with_outcome("failed")),
        known=len(report.with_outcome("known")),
        flaky=tuple(finding.test for finding in report.with_outcome("flaky")),
        requests=report.recorder.sent,
        latency={
            name: (round(quantile(found, 0.5), 4), round(quantile(found, 0.95), 4))
            for name, found in sorted(report.recorder.latencies.items())
        },
    )


def quantile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least a share of all values do not exceed.

    Args:
        values: At least one value.
        share: Above 0 and at most 1.
    """
    return sorted(values)[max(math.ceil(share * len(values)) - 1, 0)]


def append(path: Path, night: Night) -> None:
    """Add a run to a history.

    The line is written at once to the end of the file, so that two runs at the same time keep both lines whole, and a
    run that is killed leaves at most one broken line, which no later line continues.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps(asdict(night), ensure_ascii=False, separators=(",", ":")).encode()
    with path.open("a+b", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        if size:
            file.seek(size - 1)
        broken = bool(size) and file.read(1) != b"\n"
        file.write((b"\n" if broken else b"") + line + b"\n")


def read(path: Path, host: str) -> list[Night]:
    """Return the runs of a history against a host, the oldest first; broken lines are passed over.

    Args:
        path: The file; one that does not exist holds no runs.
        host: The host, as `night_of` returns it.
    """
    if not path.exists():
        return []
    nights = (_night(line) for line in path.read_bytes().splitlines())
    return [night for night in nights if night and night.host == host]


def _night(line: bytes) -> Night | None:
    try:
        data = json.loads(line)
        latency = {name: (float(half), float(most)) for name, (half, most) in data["latency"].items()}
        return Night(**{**data, "flaky": tuple(data["flaky"]), "latency": latency})
    except (ValueError, LookupError, TypeError, AttributeError):  # cut off, or from a version with other fields
        return None


def flaky_rate(test: str, nights: Sequence[Night]) -> float:
    """Return the share of runs in which a test was flaky."""
    return sum(test in night.flaky for night in nights) / len(nights) if nights else 0.0
