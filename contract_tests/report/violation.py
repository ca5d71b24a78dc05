"""How a test ends when a claim is broken or cannot be checked."""

from typing import NoReturn

import pytest

from ..record.exchange import SentRequest


class ContractViolation(AssertionError):
    """A documented sentence does not hold.

    Args:
        expected: What the document promises in this case.
        actual: What the server did instead.
        request: The request that shows it; None stands for the last one that the test sent.
        claim: Id of the broken claim, if it is not one of the test's own.
        codes: Codes of the checks of schemathesis that failed.
    """

    def __init__(
        self,
        expected: str,
        actual: str,
        request: SentRequest | None = None,
        claim: str | None = None,
        codes: tuple[str, ...] = (),
    ) -> None:
        super().__init__(f"expected: {expected}\n     got: {actual}")
        self.expected = expected
        self.actual = actual
        self.request = request
        self.claim = claim
        self.codes = codes


def not_run(reason: str) -> NoReturn:
    """Skip a test whose claim cannot be checked on this target.

    Args:
        reason: What is missing, such as `needs CONTRACT_WRITES`.
    """
    pytest.skip(f"not run: {reason}")
