"""Findings of the rules that every exchange of a run is checked by."""

import threading
from collections.abc import Iterable
from urllib.parse import urlsplit

from ..contract.claims import load_claims
from ..invariants.checker import Checker, Found
from ..record.display import as_curl, as_text, redact, shorten
from ..record.exchange import Exchange
from ..record.recorder import Pending
from ..run.target import Target
from .model import Finding, Violation

PREFIX = "contract_tests/invariants"
LONGEST_BODY = 700


class InvariantListener:
    """Checks every exchange of a process, and collects what is found.

    Args:
        target: The server under test.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._checker = Checker(urlsplit(target.base_url).path)
        self._lock = threading.Lock()
        self._findings: list[Finding] = []
        self.checked = 0

    def begin(self, pending: Pending) -> None:
        """Note a write that is sent."""
        with self._lock:
            self._checker.begin(pending.number, pending.request)

    def complete(self, pending: Pending, exchange: Exchange) -> None:
        """Check an exchange by all rules."""
        with self._lock:
            self._checker.end(pending.number, answered=True)
            self.checked += 1
            self._findings += [self._finding(found) for found in self._checker.check(exchange)]

    def abandon(self, pending: Pending) -> None:
        """Note that a write may have taken effect without an answer."""
        with self._lock:
            self._checker.end(pending.number, answered=False)

    def take(self) -> list[Finding]:
        """Return the findings since the last call."""
        with self._lock:
            findings, self._findings = self._findings, []
        return findings

    def forget(self, findings: Iterable[Finding]) -> None:
        """Report what findings say anew, if it is found once more."""
        with self._lock:
            for finding in findings:
                rule, _, claim = finding.test.rpartition("::")[2].rstrip("]").partition("[")
                self._checker.forget(rule, claim)

    def _finding(self, found: Found) -> Finding:
        return finding_of(found, self._target)


def finding_of(found: Found, target: Target) -> Finding:
    """Return what a rule found as the finding of a test."""
    violation, last = found.violation, found.exchange
    shown = [violation.actual]
    shown += [f"{one.request.method} {one.request.url} answered {_answer(one)}" for one in violation.earlier]
    shown.append(f"the request below answered {_answer(last)}")
    warned = load_claims()[violation.claim].kind == "advisory" and not target.is_mock
    return Finding(
        f"{PREFIX}::{found.rule}[{violation.claim}]",
        "warned" if warned else "failed",
        (violation.claim,),
        violations=(
            Violation(
                expected=redact(shorten(violation.expected, LONGEST_BODY), target),
                actual=redact("\n".join(shorten(line, LONGEST_BODY) for line in shown), target),
                curl=as_curl(last.request, target),
                exchange=as_text(last, target),
            ),
        ),
    )


def _answer(exchange: Exchange) -> str:
    return f"{exchange.status} {shorten(exchange.body.decode(errors='backslashreplace'), LONGEST_BODY)}".strip()
