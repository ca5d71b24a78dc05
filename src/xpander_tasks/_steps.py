"""The steps that the decisions of this package are made of.

A flow is a generator without I/O: it yields what has to be done next and is sent the outcome. Two shells carry flows
out, `_blocking` with threads and blocking calls, `_awaiting` with asyncio. Every rule is in a flow, so that both
flavours have it.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import httpx

T = TypeVar("T")
E = TypeVar("E")


@dataclass(slots=True)
class Send:
    """Send a request; the outcome is the response, or the error of httpx thrown in.

    With `stream`, the body of a success is left to be read by `Read`.
    """

    request: httpx.Request
    stream: bool = False


@dataclass(slots=True)
class Sleep:
    """Let some seconds pass."""

    seconds: float


@dataclass(slots=True)
class Read:
    """Read on in the open stream; the outcome is its next bytes, empty at the end, or the error thrown in."""


@dataclass(slots=True)
class Emit(Generic[T]):
    """Hand a value to whoever iterates."""

    value: T


@dataclass(slots=True)
class Start:
    """Begin another flow beside this one, to be taken under its number."""

    number: int
    flow: Flow[Any]
    concurrency: int


@dataclass(slots=True)
class Take:
    """Wait for the flow of this number; the outcome is its value. One that was not started is done now."""

    number: int
    flow: Flow[Any]


Step = Send | Sleep | Read | Start | Take
Flow = Generator[Step, Any, T]
Emitting = Generator[Step | Emit[E], Any, T]


def advance(flow: Generator[Any, Any, T], outcome: Any) -> Any:
    """Give a flow the outcome of its last step and return the next one."""
    return flow.throw(outcome) if isinstance(outcome, httpx.RequestError) else flow.send(outcome)
