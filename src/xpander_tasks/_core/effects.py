"""The effects that flows ask for.

A flow is a generator without I/O: it yields the effect that is needed next and is sent the outcome. Two runners
perform the effects, `_run.sync_runner` with blocking calls and threads, `_run.async_runner` with asyncio. Every rule is
in a flow, so that blocking and awaited methods share it.
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
    """Send a request. The outcome is the response; an error of httpx is thrown into the flow.

    With `stream`, the body of a success is left for `Read`.
    """

    request: httpx.Request
    stream: bool = False


@dataclass(slots=True)
class Sleep:
    """Wait some seconds."""

    seconds: float


@dataclass(slots=True)
class Read:
    """Read from the open stream. The outcome is its next bytes, empty at the end; an error of httpx is thrown in."""


@dataclass(slots=True)
class Emit(Generic[T]):
    """Give a value to the caller, who iterates."""

    value: T


@dataclass(slots=True)
class Spawn:
    """Run another flow concurrently, to be joined by its number."""

    number: int
    flow: Flow[Any]
    concurrency: int


@dataclass(slots=True)
class Join:
    """Wait for the flow with this number. The outcome is its value; one that was not spawned is run now."""

    number: int
    flow: Flow[Any]


Effect = Send | Sleep | Read | Spawn | Join
Flow = Generator[Effect, Any, T]
Emitting = Generator[Effect | Emit[E], Any, T]


def advance(flow: Generator[Any, Any, T], outcome: Any) -> Any:
    """Send the outcome of the last effect into a flow, or throw it in if it is an error, and return the next effect."""
    return flow.throw(outcome) if isinstance(outcome, httpx.RequestError) else flow.send(outcome)
