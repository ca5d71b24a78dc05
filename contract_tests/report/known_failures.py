"""Failures that are known: shown as known, and no reason for a run to fail until they expire.

The file has the format of schemathesis' `--baseline`. `operation` and `check` name the operation and the claim, or the
codes of schemathesis' checks; `signature` tells failures of one claim apart, and is the same every night.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from schemathesis.baseline import Baseline, BaselineEntry

from ..contract.openapi import operations
from .model import Finding, Violation

DEFAULT_FILE = "contract-baseline.json"


class BaselineError(Exception):
    """A file of known failures cannot be read; the message says why."""


class KnownFailures:
    """The known failures of a file.

    Args:
        path: The file; one that does not exist knows no failure.
        today: The day of the run.

    Raises:
        BaselineError: The file cannot be read.
    """

    def __init__(self, path: Path | None, today: date) -> None:
        self._path = path
        self._today = today
        try:
            self._baseline = Baseline.load(path) if path else Baseline([])
        except (OSError, ValueError) as error:
            raise BaselineError(f"{path}: expected a file of known failures: {error}") from None
        self._by_identity = {entry.identity: entry for entry in self._baseline.entries}

    @property
    def entries(self) -> list[BaselineEntry]:
        """All entries of the file."""
        return self._baseline.entries

    def settle(self, finding: Finding) -> Finding:
        """Return a finding with the outcome `known` if the file has an entry for each of its failures.

        Args:
            finding: The finding; one that did not fail is returned as it is.
        """
        if finding.outcome != "failed" or not finding.violations:
            return finding
        found = [self._by_identity.get(identity_of(finding, violation)) for violation in finding.violations]
        entries = [entry for entry in found if entry]
        if len(entries) < len(found):
            return finding
        since = min(entry.first_seen or "" for entry in entries)
        why = "; ".join(dict.fromkeys(str(entry.extra.get("reason") or "no reason given") for entry in entries))
        expired = [entry.expires for entry in entries if entry.expires and entry.is_expired(self._today)]
        if expired:
            return replace(finding, since=since, reason=f"known until {min(expired)}: {why}")
        return replace(finding, outcome="known", since=since, reason=why)

    def gone(self, findings: Iterable[Finding]) -> list[BaselineEntry]:
        """Return the entries whose tests ran and did not fail in this way.

        Args:
            findings: The findings of the run.
        """
        findings = list(findings)
        seen = {identity_of(finding, violation) for finding in findings for violation in finding.violations}
        ran = {finding.test for finding in findings if finding.outcome != "not run"}
        # A rule that checks all traffic has no test of its own, so any passed test of its claim shows that it ran.
        held = {claim for finding in findings if finding.outcome == "passed" for claim in finding.claims}
        return [
            entry
            for entry in self.entries
            if entry.identity not in seen and (entry.extra.get("test") in ran or entry.check in held)
        ]

    def update(self, findings: Iterable[Finding], reason: str, expires: date | None) -> tuple[int, int]:
        """Add what failed, stamp what was seen again, remove what is gone, and write the file.

        Args:
            findings: The findings of the last run.
            reason: Why the new failures are known.
            expires: The last day on which the new failures are known; None is no end.

        Returns:
            How many entries were added and removed.
        """
        findings = list(findings)
        gone = {entry.identity for entry in self.gone(findings)}
        entries = {entry.identity: entry for entry in self.entries if entry.identity not in gone}
        before = len(entries)
        stamp = self._today.isoformat()
        for finding, violation in _failures(findings):
            identity = identity_of(finding, violation)
            known = entries.get(identity)
            if known is None or known.is_expired(self._today):
                first = known.first_seen if known else stamp
                operation, check, failure, signature = identity
                extra = {"reason": reason, "test": finding.test, "expected": violation.expected}
                known = BaselineEntry(operation, check, failure, signature, first, extra=extra)
                known.expires = expires.isoformat() if expires else None
            known.last_seen = stamp
            entries[identity] = known
        if self._path:
            draft = self._path.with_name(f".{self._path.name}.{os.getpid()}")
            Baseline(list(entries.values())).save(draft)
            draft.replace(self._path)
        return len(entries) - before, len(gone)


def known_failures(path: str | None = None) -> KnownFailures:
    """Read the known failures of a file, or of the one that `CONTRACT_BASELINE` names, or none.

    Raises:
        BaselineError: The file cannot be read.
    """
    name = path or os.environ.get("CONTRACT_BASELINE")
    return KnownFailures(Path(name) if name else None, date.today())


def identity_of(finding: Finding, violation: Violation) -> tuple[str, str, str, str]:
    """Return what makes two failures the same: operation, check, kind of failure and signature."""
    check = violation.claim or "+".join(finding.claims) or "+".join(violation.codes) or "schema"
    named = re.search(r"test_(\w+)_answers_as_documented", finding.test)
    known = {operation.id for operation in operations()}
    operation = named[1] if named and named[1] in known else ""
    status = re.match(r"[1-5]\d\d\b", violation.actual)
    # The folder of an installed suite has another name.
    test = re.sub(r"^.*?(?=(?:claims|schema|invariants)(?:/|::))", "", finding.test)
    parts = [test, _shape(violation.expected), *violation.codes, status[0] if status else ""]
    signature = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
    return operation, check, "TestError" if violation.error else "ContractViolation", signature


def _shape(text: str) -> str:
    """Return a text without what differs from run to run: ids, numbers, dates and quoted values."""
    text = re.sub(r'"(?:[^"\\]|\\.)*"', '"…"', text)
    text = re.sub(r"(?<!\w)'(?:[^'\\]|\\.)*'(?!\w)", '"…"', text)
    text = re.sub(r"\b[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}\b", "#", text)
    return re.sub(r"\w*\d\w*", "#", text)


def _failures(findings: Iterable[Finding]) -> Iterator[tuple[Finding, Violation]]:
    for finding in findings:
        if finding.outcome in ("failed", "known"):
            for violation in finding.violations:
                yield finding, violation
