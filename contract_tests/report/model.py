"""The findings of a run, as plain data that workers can send and all reports are written from."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from ..contract.claims import Claim
from ..contract.openapi import Operation, operations
from ..record.recorder import UNDOCUMENTED, Recorder
from ..run.target import Target

Outcome = Literal["passed", "failed", "known", "flaky", "warned", "not run"]
Verdict = Literal["held", "broken", "known", "flaky", "warned", "not run"]


@dataclass(frozen=True, slots=True)
class Violation:
    """One difference between what was promised and what the server did.

    Args:
        expected: What was promised.
        actual: What the server did.
        curl: A command that repeats the request, with keys as shell variables.
        claim: Id of the broken claim, if it is not one of the test's own.
        error: Whether the test itself failed to run, so that nothing is known about the server.
        codes: Codes of the checks of schemathesis that failed, such as `ST108`.
        exchange: The request and its answer as text, without keys.
    """

    expected: str
    actual: str
    curl: str = ""
    claim: str | None = None
    error: bool = False
    codes: tuple[str, ...] = ()
    exchange: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one test.

    Args:
        test: Its node id.
        outcome: How it ended; `warned` is a failure of advisory claims alone, on a live server, `known` one that the
            baseline names, `flaky` one that did not come again with the same seed and inputs.
        claims: Ids of the claims that it checks.
        reason: Why it was not run, or why its failure is known.
        violations: What it found.
        since: Day on which a known failure was first seen.
    """

    test: str
    outcome: Outcome
    claims: tuple[str, ...] = ()
    reason: str = ""
    violations: tuple[Violation, ...] = ()
    since: str = ""

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Finding":
        """Return a finding from the data of `dataclasses.asdict`, as another process or a file holds it."""
        violations = tuple(Violation(**{**one, "codes": tuple(one.get("codes", ()))}) for one in data["violations"])
        return cls(**{**data, "claims": tuple(data["claims"]), "violations": violations})


@dataclass(frozen=True, slots=True)
class Night:
    """What the history keeps of a run.

    Args:
        when: When it began, in RFC 3339.
        host: Host and port of the server; `mock` if the run started it itself.
        seed: Its seed.
        profile: Its profile.
        document: Hash of the contract.
        claims: The verdict of each claim.
        failed: Number of tests that failed and were not known.
        known: Number of tests that failed as known.
        flaky: Tests that failed once and then passed.
        requests: Number of requests.
        latency: Median and 95th percentile of each operation, in seconds.
    """

    when: str
    host: str
    seed: int
    profile: str
    document: str
    claims: dict[str, Verdict]
    failed: int
    known: int
    flaky: tuple[str, ...]
    requests: int
    latency: dict[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Group:
    """Equal violations of several tests.

    Args:
        violation: The first one.
        quotes: Ids and sentences of the broken claims.
        tests: The tests that found it.
        note: Since when and why it is known, or why it is flaky.
    """

    violation: Violation
    quotes: tuple[tuple[str, str], ...]
    tests: list[str]
    note: str = ""


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim and its result.

    Args:
        claim: The claim.
        verdict: `broken` if one of its tests failed, `known` if only as the baseline says, `held` if all passed.
        tests: Number of its tests that ran.
        reasons: Why the others did not run.
    """

    claim: Claim
    verdict: Verdict
    tests: int
    reasons: tuple[str, ...]


@dataclass(slots=True)
class Report:
    """Everything that a run reports.

    Args:
        target: The server under test.
        recorder: Counts of the requests.
        claims: The claims, by id.
        findings: The outcome of each test, by its node id.
        notes: Further sentences for the reader.
        interrupted: Whether the run ended before its last test.
        checked: Number of exchanges that the invariants have checked.
        started: When the run began, in UTC.
        nights: The last runs against the same server, the oldest first; this one is the last.
        recording: Name of the recording whose traffic was checked instead of a server, if any.
    """

    target: Target
    recorder: Recorder
    claims: dict[str, Claim]
    findings: dict[str, Finding] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    interrupted: bool = False
    checked: int = 0
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    nights: list[Night] = field(default_factory=list)
    recording: str = ""

    def add(self, finding: Finding) -> None:
        """Add the outcome of a test or of its teardown; a failure is never replaced by a success."""
        former = self.findings.get(finding.test)
        if former is None or former.outcome == "passed" or finding.outcome in ("failed", "flaky"):
            self.findings[finding.test] = finding

    def with_outcome(self, outcome: Outcome) -> list[Finding]:
        """Return the findings with an outcome."""
        return [finding for finding in self.findings.values() if finding.outcome == outcome]

    def verdict(self) -> str:
        """Return the outcome of the run in a sentence."""
        failed = len(self.with_outcome("failed"))
        if self.recording:
            kept = "No exchange breaks the contract." if self.checked else "Nothing was recorded of the API."
            return f"The contract is broken: {failed} invariant{'s' * (failed > 1)} failed." if failed else kept
        if failed:
            known = len(self.with_outcome("known"))
            more = f", {known} more as known" if known else ""
            return f"The contract is broken: {failed} test{'s' * (failed > 1)} failed{more}."
        if self.interrupted:
            return "The run was interrupted."
        if not self.recorder.sent:
            return "Nothing was sent to the server."
        known = len(self.with_outcome("known"))
        return f"Nothing new: {known} known failure{'s' * (known > 1)}." if known else "The contract is kept."

    def groups(self, outcome: Outcome) -> list[Group]:
        """Return the violations of the findings with an outcome, grouped by what was promised."""
        groups: dict[tuple[object, ...], Group] = {}
        for finding in self.with_outcome(outcome):
            for violation in finding.violations:
                quotes = self.quotes(finding, violation)
                group = groups.setdefault((quotes, violation.expected), Group(violation, quotes, [], _note(finding)))
                group.tests.append(finding.test)
        return list(groups.values())

    def quotes(self, finding: Finding, violation: Violation) -> tuple[tuple[str, str], ...]:
        """Return the ids and sentences of the claims that a violation breaks."""
        broken = [violation.claim] if violation.claim else finding.claims
        return tuple((claim, self.claims[claim].sentence) for claim in broken)

    def claim_rows(self) -> list[ClaimRow]:
        """Return all claims with their results."""
        return [self._claim_row(claim) for claim in self.claims.values()]

    def verdicts(self) -> Counter[Verdict]:
        """Count the claims by verdict."""
        return Counter(row.verdict for row in self.claim_rows())

    def exercised(self) -> list[Operation]:
        """Return the operations with at least one request."""
        return [operation for operation in operations() if self.recorder.statuses.get(operation.id)]

    def sent(self) -> list[tuple[str, Counter[int]]]:
        """Count the answers of each operation by status; undocumented requests come last, if there are any."""
        names = [operation.id for operation in operations()] + [UNDOCUMENTED]
        return [
            (name, self.recorder.statuses.get(name, Counter()))
            for name in names
            if name != UNDOCUMENTED or self.recorder.statuses.get(name)
        ]

    def server(self) -> str:
        """Name the server under test."""
        if self.recording:
            return f"{self.target.base_url}, as recorded in {self.recording}"
        if self.target.is_mock:
            return "the mock"
        return f"{self.target.base_url} ({'reads and writes' if self.target.writes else 'read only'})"

    def _claim_row(self, claim: Claim) -> ClaimRow:
        about = [
            finding
            for finding in self.findings.values()
            if claim.id in finding.claims or any(violation.claim == claim.id for violation in finding.violations)
        ]
        outcomes = Counter(_outcome_for(finding, claim.id) for finding in about)
        ran = outcomes.total() - outcomes["not run"]
        reasons = tuple(
            dict.fromkeys(_reason(finding) for finding in about if _outcome_for(finding, claim.id) == "not run")
        )
        if outcomes["failed"]:
            return ClaimRow(claim, "broken", ran, reasons)
        if outcomes["known"]:
            return ClaimRow(claim, "known", ran, reasons)
        if outcomes["warned"]:
            return ClaimRow(claim, "warned", ran, reasons)
        if outcomes["flaky"]:
            return ClaimRow(claim, "flaky", ran, reasons)
        if outcomes["passed"]:
            return ClaimRow(claim, "held", ran, reasons)
        return ClaimRow(claim, "not run", 0, reasons or ("none of its tests was chosen",))


def _outcome_for(finding: Finding, claim: str) -> Outcome:
    """Return the outcome of a test for one claim; `not run` if another claim ended it early."""
    if finding.outcome in ("failed", "known", "flaky", "warned") and not any(
        violation.claim in (None, claim) for violation in finding.violations
    ):
        return "not run"
    return finding.outcome


def _note(finding: Finding) -> str:
    return f"since {finding.since}: {finding.reason}" if finding.since else finding.reason


def _reason(finding: Finding) -> str:
    blamed = sorted({violation.claim for violation in finding.violations if violation.claim})
    return f"ended early: {', '.join(blamed)} does not hold" if blamed else finding.reason
