"""Requests as they were sent, and their answers."""

from dataclasses import dataclass, field
from typing import Literal

# The organization under test, another one, nobody (no credentials), wrong credentials, or not known from a recording.
Caller = Literal["own", "other", "nobody", "wrong", "unknown"]


@dataclass(frozen=True, slots=True)
class SentRequest:
    """A request as it was sent.

    Args:
        method: Method in capitals.
        url: The whole URL.
        headers: All headers, credentials included.
        body: The body; empty if there was none.
    """

    method: str
    url: str
    headers: dict[str, str] = field(repr=False)
    body: bytes


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its whole answer.

    Args:
        request: The request.
        caller: Whose credentials it carried.
        status: Status code of the answer.
        headers: Headers of the answer, with names in lower case.
        body: Body of the answer, decompressed.
        started: Unix time in seconds when the request was sent.
        ended: Unix time in seconds when the answer was complete.
    """

    request: SentRequest
    caller: Caller
    status: int
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    started: float
    ended: float
