"""The steps that the decisions of this package are made of, and the two shells that carry them out.

A flow is a generator without I/O: it yields what has to be done next and is sent the outcome. `run` and `iterate` do
it with threads and blocking calls, `arun` and `aiterate` with asyncio. Every rule is in a flow, so that both flavours
have it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event
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


class _Abandoned(Exception):
    """Ends a flow that sleeps in the background when nobody waits for it any more."""


def _advance(flow: Generator[Any, Any, T], outcome: Any) -> Any:
    return flow.throw(outcome) if isinstance(outcome, httpx.RequestError) else flow.send(outcome)


class Shell:
    """Carries out steps with blocking calls."""

    def __init__(self, client: httpx.Client, abandoned: Event | None = None) -> None:
        self._client = client
        self._abandoned = abandoned
        self._response: httpx.Response | None = None
        self._chunks: Iterator[bytes] = iter(())
        self._pool: ThreadPoolExecutor | None = None
        self._pool_abandoned = Event()
        self._started: dict[int, Future[Any]] = {}

    def perform(self, step: Step) -> Any:
        match step:
            case Send(request, stream):
                try:
                    response = self._client.send(request, stream=stream)
                    if stream and response.is_success:
                        self._response, self._chunks = response, response.iter_bytes()
                    elif stream:
                        response.read()
                except httpx.RequestError as error:
                    return error
                return response
            case Sleep(seconds):
                if self._abandoned is None:
                    time.sleep(seconds)
                elif self._abandoned.wait(seconds):
                    raise _Abandoned
            case Read():
                try:
                    return next(self._chunks, b"")
                except httpx.RequestError as error:
                    return error
            case Start(number, flow, concurrency):
                if self._pool is None:
                    self._pool = ThreadPoolExecutor(concurrency, thread_name_prefix="xpander_tasks")
                shell = Shell(self._client, self._pool_abandoned)
                self._started[number] = self._pool.submit(run, flow, shell)
            case Take(number, flow):
                future = self._started.pop(number, None)
                return run(flow, Shell(self._client, self._abandoned)) if future is None else future.result()
        return None

    def close(self) -> None:
        if self._response is not None:
            self._response.close()
        if self._pool is not None:
            self._pool_abandoned.set()
            self._pool.shutdown(cancel_futures=True)


def run(flow: Flow[T], shell: Shell) -> T:
    """Carry a flow out to its value, in this thread."""
    outcome = None
    try:
        while True:
            try:
                step = _advance(flow, outcome)
            except StopIteration as end:
                value: T = end.value
                return value
            outcome = shell.perform(step)
    finally:
        flow.close()
        shell.close()


def iterate(flow: Emitting[E, Any], shell: Shell) -> Generator[E, None, None]:
    """Carry a flow out, yielding what it emits."""
    outcome = None
    try:
        while True:
            try:
                step = _advance(flow, outcome)
            except StopIteration:
                return
            if isinstance(step, Emit):
                yield step.value
                outcome = None
            else:
                outcome = shell.perform(step)
    finally:
        flow.close()
        shell.close()


class AsyncShell:
    """Carries out steps in the running event loop."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._response: httpx.Response | None = None
        self._chunks: AsyncIterator[bytes] | None = None
        self._started: dict[int, asyncio.Task[Any]] = {}

    async def perform(self, step: Step) -> Any:
        match step:
            case Send(request, stream):
                try:
                    response = await self._client.send(request, stream=stream)
                    if stream and response.is_success:
                        self._response, self._chunks = response, response.aiter_bytes()
                    elif stream:
                        await response.aread()
                except httpx.RequestError as error:
                    return error
                return response
            case Sleep(seconds):
                await asyncio.sleep(seconds)
            case Read():
                try:
                    return b"" if self._chunks is None else await anext(self._chunks, b"")
                except httpx.RequestError as error:
                    return error
            case Start(number, flow):
                self._started[number] = asyncio.create_task(arun(flow, AsyncShell(self._client)))
            case Take(number, flow):
                task = self._started.pop(number, None)
                return await (arun(flow, AsyncShell(self._client)) if task is None else task)
        return None

    async def aclose(self) -> None:
        if self._response is not None:
            await self._response.aclose()
        for task in self._started.values():
            task.cancel()
        await asyncio.gather(*self._started.values(), return_exceptions=True)


async def arun(flow: Flow[T], shell: AsyncShell) -> T:
    """Carry a flow out to its value, in the running event loop."""
    outcome = None
    try:
        while True:
            try:
                step = _advance(flow, outcome)
            except StopIteration as end:
                value: T = end.value
                return value
            outcome = await shell.perform(step)
    finally:
        flow.close()
        await shell.aclose()


async def aiterate(flow: Emitting[E, Any], shell: AsyncShell) -> AsyncGenerator[E, None]:
    """Carry a flow out, yielding what it emits."""
    outcome = None
    try:
        while True:
            try:
                step = _advance(flow, outcome)
            except StopIteration:
                return
            if isinstance(step, Emit):
                yield step.value
                outcome = None
            else:
                outcome = await shell.perform(step)
    finally:
        flow.close()
        await shell.aclose()
