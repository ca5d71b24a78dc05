"""The effects that flows ask for.

A flow is a generator without I/O: it yields the effect that is needed next and is sent the outcome. Two runners
perform the effects, `_run.sync_runner` with blocking calls and threads, `_run.async_runner` with asyncio. Every rule is
in a flow, so that blocking and awaited methods share it.

A deadline is a moment of the monotonic clock, in seconds. An effect that reaches its deadline is cut short by an
`httpx.ReadTimeout`, which is thrown into the flow like any error of httpx.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import httpx

T = TypeVar("T")
E = TypeVar("E")

BODY_ERROR = "xpander_tasks_body_error"
"""The extension of a response that says why its body could not be read, though its status and headers were."""


@dataclass(slots=True)
class Send:
    """Send a request, without following redirects. The outcome is the response.

    With `stream`, the body of a success is left for `Read`. Otherwise the body is read; if it cannot be decompressed,
    or is larger than the client's limit, it is empty and the extension `BODY_ERROR` of the response says why.
    """

    request: httpx.Request
    stream: bool = False
    deadline: float | None = None


@dataclass(slots=True)
class Sleep:
    """Wait some seconds."""

    seconds: float


@dataclass(slots=True)
class Read:
    """Read from the open stream. The outcome is its next bytes, empty at the end."""

    deadline: float | None = None


@dataclass(slots=True)
class Emit(Generic[T]):
    """Give a value to the caller, who iterates."""

    value: T


@dataclass(slots=True)
class Call:
    """Call a function of the user with a value; what it returns is awaited if it is awaitable. There is no outcome."""

    function: Callable[[Any], Any]
    value: Any


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


Effect = Send | Sleep | Read | Call | Spawn | Join
Flow = Generator[Effect, Any, T]
Emitting = Generator[Effect | Emit[E], Any, T]


def advance(flow: Generator[Any, Any, T], outcome: Any) -> Any:
    """Send the outcome of the last effect into a flow, or throw it in if it is an error, and return the next effect."""
    return flow.throw(outcome) if isinstance(outcome, httpx.RequestError) else flow.send(outcome)
