"""Runs flows in the event loop; spawned flows run as asyncio tasks."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

import httpx

from xpander_tasks._core.effects import (
    Call,
    Effect,
    Emit,
    Emitting,
    Flow,
    Join,
    Read,
    Send,
    Sleep,
    Spawn,
    advance,
)
from xpander_tasks._run.bodies import aread_body, cut_compressed
from xpander_tasks._run.http_errors import without_frames
from xpander_tasks.errors import ClosedError

T = TypeVar("T")
E = TypeVar("E")

# Responses that are being closed; the event loop itself holds its tasks weakly.
_closing: set[asyncio.Task[None]] = set()


class AsyncRunner:
    """Runs the flow of one call."""

    def __init__(self, client: httpx.AsyncClient, max_bytes: int) -> None:
        """Prepare to run one flow in the running event loop.

        Args:
            client: Sends the requests.
            max_bytes: The most that a body may have.
        """
        self._client = client
        self._max_bytes = max_bytes
        self._loop = asyncio.get_running_loop()
        self._response: httpx.Response | None = None
        self._chunks: AsyncIterator[bytes] | None = None
        self._spawned: dict[int, asyncio.Task[Any]] = {}
        self._limit: asyncio.Timeout | None = None
        self._error: Callable[[], Exception] | None = None

    async def run(self, flow: Flow[T]) -> T:
        """Run a flow to its end and return its value."""
        try:
            _, value = await self.next_emitted(flow)
            result: T = value
            return result
        finally:
            flow.close()
            await self.aclose()

    async def next_emitted(self, flow: Emitting[E, Any]) -> tuple[bool, Any]:
        """Run a flow until it emits or ends, and return whether it emitted, and what it emitted or its value."""
        outcome = None
        while True:
            try:
                effect = advance(flow, outcome)
            except StopIteration as end:
                return False, end.value
            if isinstance(effect, Emit):
                return True, effect.value
            self._check()
            outcome = await self._perform(effect)

    def interrupt(self, error: Callable[[], Exception]) -> None:
        """End the flow: what runs raises the error at once, and so does everything later. Any thread may call this."""
        self._error = error
        with suppress(RuntimeError):  # the loop may have ended
            self._loop.call_soon_threadsafe(self._expire)

    def _expire(self) -> None:
        if self._limit is not None:
            self._limit.reschedule(self._loop.time())

    def _check(self) -> None:
        if self._error is not None:
            raise self._error()

    async def aclose(self) -> None:
        """Cancel what was spawned, and close the open stream."""
        spawned, self._spawned = list(self._spawned.values()), {}
        for task in spawned:
            task.cancel()
        if self._response is not None:
            response, self._response, self._chunks = self._response, None, None
            await response.aclose()
        if spawned:
            await asyncio.gather(*spawned, return_exceptions=True)

    def abandon(self) -> None:
        """Do the same without waiting, from any thread, as for an iterator that nobody closes."""
        if (self._spawned or self._response is not None) and not self._loop.is_closed():
            with suppress(RuntimeError):  # the loop may have ended just now
                self._loop.call_soon_threadsafe(_abandon, list(self._spawned.values()), self._response)

    async def _perform(self, effect: Effect) -> Any:
        match effect:
            case Send(request, stream, deadline):
                return await self._guarded(deadline, lambda: self._send(request, stream))
            case Sleep(seconds):
                await self._interruptible(None, lambda: asyncio.sleep(seconds))
            case Read(deadline):
                return await self._guarded(deadline, self._read)
            case Call(function, value):
                returned = function(value)
                if inspect.isawaitable(returned):
                    await returned
            case Spawn(number, flow, _):
                task = asyncio.create_task(AsyncRunner(self._client, self._max_bytes).run(flow))
                task.add_done_callback(_note_exception)
                self._spawned[number] = task
            case Join(number, flow):
                return await self._interruptible(None, lambda: self._join(number, flow))
        return None

    async def _join(self, number: int, flow: Flow[T]) -> T:
        task = self._spawned.pop(number, None)
        if task is None:
            return await AsyncRunner(self._client, self._max_bytes).run(flow)
        value: T = await task
        return value

    async def _guarded(self, deadline: float | None, action: Callable[[], Awaitable[T]]) -> T | httpx.RequestError:
        """Do something with the network, and return its value or the error of httpx."""
        try:
            return await self._interruptible(deadline, action)
        except httpx.RequestError as error:
            self._check()
            return without_frames(error)
        except RuntimeError:
            self._check()
            if self._client.is_closed:
                raise ClosedError(0, "the http client of this Tasks is closed; give one that is open") from None
            raise

    async def _interruptible(self, deadline: float | None, action: Callable[[], Awaitable[T]]) -> T:
        """Do something until the deadline, or until an interruption raises its error.

        Raises:
            httpx.ReadTimeout: The deadline has passed.
        """
        # A deadline is a moment of the monotonic clock, which is not the clock of every event loop.
        ends = None if deadline is None else self._loop.time() + max(0.0, deadline - time.monotonic())
        try:
            async with asyncio.timeout_at(ends) as self._limit:
                return await action()
        except TimeoutError:
            self._check()
            if self._limit is not None and self._limit.expired():
                raise httpx.ReadTimeout("the deadline has passed") from None
            raise
        finally:
            self._limit = None

    async def _send(self, request: httpx.Request, stream: bool) -> httpx.Response:
        response = await self._client.send(request, stream=True, follow_redirects=False)
        if stream and response.is_success:
            cut_compressed(response)
            self._response, self._chunks = response, response.aiter_bytes()
        else:
            await aread_body(response, self._max_bytes)
        return response

    async def _read(self) -> bytes:
        return b"" if self._chunks is None else await anext(self._chunks, b"")


def _abandon(spawned: list[asyncio.Task[Any]], response: httpx.Response | None) -> None:
    for task in spawned:
        task.cancel()
    if response is not None:
        closing = asyncio.ensure_future(response.aclose())
        _closing.add(closing)
        closing.add_done_callback(_closing.discard)


def _note_exception(task: asyncio.Task[Any]) -> None:
    """Look at the error of a task that may never be joined, so that asyncio does not log it as forgotten."""
    if not task.cancelled():
        task.exception()
