"""What a failed contract test tells a person: what was expected, what came, and how to see it again."""

import json
import shlex
from typing import NoReturn

import pytest

from contract_tests.recorder import Sent
from contract_tests.target import Target

# Set by every client on its own; repeating them in a curl line would only hide what matters.
UNINTERESTING = frozenset(
    {
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "host",
        "transfer-encoding",
        "user-agent",
        "x-schemathesis-testcaseid",
    }
)
LONGEST_BODY = 4_000


class ContractBroken(AssertionError):
    """A documented sentence does not hold.

    Args:
        expected: What the document promises, in the case at hand.
        came: What the server did.
        request: The request that shows it; without one, the last that the test has sent.
        claim: Id of the claim, where the test's marker does not say it.
    """

    def __init__(self, expected: str, came: str, request: Sent | None = None, claim: str | None = None) -> None:
        super().__init__(f"expected: {expected}\n     came: {came}")
        self.expected = expected
        self.came = came
        self.request = request
        self.claim = claim


def not_run(reason: str) -> NoReturn:
    """End a test whose claim cannot be judged here.

    Args:
        reason: What is missing, such as `needs CONTRACT_WRITES`.
    """
    pytest.skip(f"not run: {reason}")


def redact(text: str, target: Target) -> str:
    """Put the names of the variables in place of the keys."""
    for key, name in _keys(target):
        text = text.replace(key, name)
    return text


def as_curl(request: Sent, target: Target) -> str:
    """Return a request as a line for a shell in which the key is a variable."""
    words = ["curl", "-i"]
    if request.method != "GET":
        words += ["-X", request.method]
    words.append(shlex.quote(request.url))
    for name, value in request.headers.items():
        if name.lower() not in UNINTERESTING:
            words += ["-H", _header(f"{name}: {value}", target)]
    if request.body:
        text = request.body.decode(errors="replace")
        if len(text) > LONGEST_BODY:
            text = text[:LONGEST_BODY] + f"… ({len(text)} characters)"
        words += ["--data-raw", shlex.quote(text)]
    return redact(" ".join(words), target)


def shorten(value: object, length: int = 300) -> str:
    """Return a value as one short line."""
    text = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= length else f"{text[:length]}… ({len(text)} characters)"


def _header(header: str, target: Target) -> str:
    shown = redact(header, target)
    # Only double quotes let the shell put the key in.
    return f'"{shown}"' if shown != header else shlex.quote(header)


def _keys(target: Target) -> list[tuple[str, str]]:
    keys = [(target.api_key, "$XPANDER_API_KEY")]
    if target.other_api_key:
        keys.append((target.other_api_key, "$XPANDER_OTHER_API_KEY"))
    # A key that contains the other is replaced first.
    return sorted(keys, key=lambda pair: -len(pair[0]))
