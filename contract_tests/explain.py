"""From the exception that ended a test to what a person has to know."""

from collections.abc import Iterator

from contract_tests.failure import ContractBroken, as_curl, redact, shorten
from contract_tests.recorder import Recorder
from contract_tests.report import Fault

MOST_FAULTS = 5
LONGEST_TEXT = 3000


def explain(error: BaseException, promise: str, recorder: Recorder) -> tuple[Fault, ...]:
    """Return what was wrong, the same thing once.

    Args:
        error: What ended the test.
        promise: What the test holds the server to, for an error that does not say it.
        recorder: Knows the last request that was sent.
    """
    faults: dict[tuple[str, str], Fault] = {}
    for leaf in _leaves(error):
        fault = _fault(leaf, promise, recorder)
        faults.setdefault((fault.expected, fault.came[:80]), fault)
    return tuple(faults.values())[:MOST_FAULTS]


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from _leaves(part)
    else:
        yield error


def _fault(error: BaseException, promise: str, recorder: Recorder) -> Fault:
    target = recorder.target
    request, claim = recorder.last, None
    if isinstance(error, ContractBroken):
        expected, came, claim = error.expected, error.came, error.claim
        request = error.request or request
    else:
        # An assertion says what came; anything else is an accident, such as a connection that was closed.
        name = "" if isinstance(error, AssertionError) else f"{type(error).__name__}: "
        expected, came = promise, f"{name}{str(error) or 'no reason given'}"
    return Fault(
        expected=redact(shorten(expected, LONGEST_TEXT), target),
        came=redact(shorten(came, LONGEST_TEXT), target),
        curl=as_curl(request, target) if request else "",
        claim=claim,
        accident=not isinstance(error, AssertionError),
    )
