"""Violations from the exception that ended a test."""

from collections.abc import Iterator

from ..record.display import as_curl, as_text, redact, shorten
from ..record.recorder import Recorder
from .model import Violation
from .violation import ContractViolation

MOST_FAULTS = 5
LONGEST_TEXT = 3000


def explain(error: BaseException, summary: str, recorder: Recorder) -> tuple[Violation, ...]:
    """Return the violations that an exception reports, each once.

    Args:
        error: The exception that ended the test.
        summary: What the test checks, for an exception that does not say what was expected.
        recorder: Knows the last request that was sent.
    """
    violations: dict[tuple[str, str], Violation] = {}
    for leaf in _leaves(error):
        violation = _fault(leaf, summary, recorder)
        violations.setdefault((violation.expected, violation.actual[:80]), violation)
    return tuple(violations.values())[:MOST_FAULTS]


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from _leaves(part)
    else:
        yield error


def _fault(error: BaseException, summary: str, recorder: Recorder) -> Violation:
    target = recorder.target
    request, claim = recorder.last, None
    codes: tuple[str, ...] = ()
    if isinstance(error, ContractViolation):
        expected, actual, claim = error.expected, error.actual, error.claim
        codes = error.codes
        request = error.request or request
    else:
        # Any other exception than an assertion is an error of the run, such as a closed connection.
        name = "" if isinstance(error, AssertionError) else f"{type(error).__name__}: "
        expected, actual = summary, f"{name}{str(error) or 'no reason given'}"
    exchange = recorder.exchange_of(request)
    return Violation(
        expected=redact(shorten(expected, LONGEST_TEXT), target),
        actual=redact(shorten(actual, LONGEST_TEXT), target),
        curl=as_curl(request, target) if request else "",
        claim=claim,
        error=not isinstance(error, AssertionError),
        codes=codes,
        exchange=as_text(exchange, target) if exchange else "",
    )
