"""What a run has found: plain data that workers can send and every report is written from."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

from contract_tests.claims import Claim
from contract_tests.contract import Operation, operations
from contract_tests.recorder import UNDOCUMENTED, Recorder
from contract_tests.target import Target

Outcome = Literal["passed", "failed", "warned", "not run"]
Verdict = Literal["held", "broken", "warned", "not run"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that was not as promised.

    Args:
        expected: What was promised.
        came: What the server did.
        curl: A line for a shell that shows it, with the key as a variable.
        claim: Id of the claim, where the test's marker does not say it.
        accident: Whether the test could not be done, rather than found something.
    """

    expected: str
    came: str
    curl: str = ""
    claim: str | None = None
    accident: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one test.

    Args:
        test: Its node id.
        outcome: How it ended; `warned` is a failure that only advisory claims are about, on a live server.
        claims: Ids of the claims that it judges.
        reason: Why it was not run.
        faults: What was wrong.
    """

    test: str
    outcome: Outcome
    claims: tuple[str, ...] = ()
    reason: str = ""
    faults: tuple[Fault, ...] = ()

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Finding":
        """Return a finding that has travelled between processes."""
        faults = tuple(Fault(**fault) for fault in data["faults"])
        return cls(**{**data, "claims": tuple(data["claims"]), "faults": faults})


@dataclass(frozen=True, slots=True)
class Group:
    """The same fault, wherever it was found.

    Args:
        fault: The first that was found.
        quotes: The claims that it breaks: their ids and sentences.
        tests: The tests that found it.
    """

    fault: Fault
    quotes: tuple[tuple[str, str], ...]
    tests: list[str]


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim and how it fared.

    Args:
        claim: The claim.
        verdict: Broken if one of its tests failed, held if all that ran passed.
        tests: How many of its tests ran.
        reasons: Why the others did not.
    """

    claim: Claim
    verdict: Verdict
    tests: int
    reasons: tuple[str, ...]


@dataclass(slots=True)
class Report:
    """Everything that a run has to say.

    Args:
        target: The server under test.
        recorder: What was sent to it.
        claims: The documented sentences, by id.
        findings: What came out, by test.
        notes: Anything else that a person has to know.
        interrupted: Whether the run ended before its last test.
    """

    target: Target
    recorder: Recorder
    claims: dict[str, Claim]
    findings: dict[str, Finding] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    interrupted: bool = False

    def add(self, finding: Finding) -> None:
        """Add the outcome of a test, or of its clean-up: a failure stays one."""
        former = self.findings.get(finding.test)
        if former is None or former.outcome == "passed" or finding.outcome == "failed":
            self.findings[finding.test] = finding

    def with_outcome(self, outcome: Outcome) -> list[Finding]:
        """Return the tests that ended in one way."""
        return [finding for finding in self.findings.values() if finding.outcome == outcome]

    def verdict(self) -> str:
        """Return the outcome of the run in a sentence."""
        failed = len(self.with_outcome("failed"))
        if failed:
            return f"The contract is broken: {failed} test{'s' * (failed > 1)} failed."
        if self.interrupted:
            return "The run was interrupted."
        return "The contract is kept." if self.recorder.sent else "Nothing was sent to the server."

    def groups(self, outcome: Outcome) -> list[Group]:
        """Return the faults of the tests that ended in one way, those that break the same promise together."""
        groups: dict[tuple[object, ...], Group] = {}
        for finding in self.with_outcome(outcome):
            for fault in finding.faults:
                quotes = self.quotes(finding, fault)
                group = groups.setdefault((quotes, fault.expected), Group(fault, quotes, []))
                group.tests.append(finding.test)
        return list(groups.values())

    def quotes(self, finding: Finding, fault: Fault) -> tuple[tuple[str, str], ...]:
        """Return the claims that a fault breaks: their ids and sentences."""
        broken = [fault.claim] if fault.claim else finding.claims
        return tuple((claim, self.claims[claim].sentence) for claim in broken)

    def claim_rows(self) -> list[ClaimRow]:
        """Return all claims and how they fared."""
        return [self._claim_row(claim) for claim in self.claims.values()]

    def verdicts(self) -> Counter[Verdict]:
        """Return how many claims were held, broken and not run."""
        return Counter(row.verdict for row in self.claim_rows())

    def exercised(self) -> list[Operation]:
        """Return the operations that at least one request was sent to."""
        return [operation for operation in operations() if self.recorder.statuses.get(operation.id)]

    def sent(self) -> list[tuple[str, Counter[int]]]:
        """Return the answers to each operation by status, and last those to what the document does not describe."""
        names = [operation.id for operation in operations()] + [UNDOCUMENTED]
        return [
            (name, self.recorder.statuses.get(name, Counter()))
            for name in names
            if name != UNDOCUMENTED or self.recorder.statuses.get(name)
        ]

    def server(self) -> str:
        """Return what was tested, in words."""
        if self.target.is_mock:
            return "the mock"
        return f"{self.target.base_url} ({'reads and writes' if self.target.writes else 'read only'})"

    def _claim_row(self, claim: Claim) -> ClaimRow:
        about = [
            finding
            for finding in self.findings.values()
            if claim.id in finding.claims or any(fault.claim == claim.id for fault in finding.faults)
        ]
        outcomes = Counter(_outcome_for(finding, claim.id) for finding in about)
        ran = outcomes.total() - outcomes["not run"]
        reasons = tuple(
            dict.fromkeys(_reason(finding) for finding in about if _outcome_for(finding, claim.id) == "not run")
        )
        if outcomes["failed"]:
            return ClaimRow(claim, "broken", ran, reasons)
        if outcomes["warned"]:
            return ClaimRow(claim, "warned", ran, reasons)
        if outcomes["passed"]:
            return ClaimRow(claim, "held", ran, reasons)
        return ClaimRow(claim, "not run", 0, reasons or ("none of its tests was chosen",))


def _outcome_for(finding: Finding, claim: str) -> Outcome:
    """Return what a test says about one claim: nothing, when it has ended early because another claim is broken."""
    if finding.outcome in ("failed", "warned") and not any(fault.claim in (None, claim) for fault in finding.faults):
        return "not run"
    return finding.outcome


def _reason(finding: Finding) -> str:
    blamed = sorted({fault.claim for fault in finding.faults if fault.claim})
    return f"ended early: {', '.join(blamed)} does not hold" if blamed else finding.reason
