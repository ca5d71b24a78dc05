"""Runs flows in the event loop; spawned flows run as asyncio tasks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any, TypeVar

import httpx

from xpander_tasks._core.effects import Effect, Emit, Emitting, Flow, Join, Read, Send, Sleep, Spawn, advance

T = TypeVar("T")
E = TypeVar("E")


class AsyncRunner:
    """Runs the flow of one call."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        """Prepare to run one flow whose requests this client sends."""
        self._client = client
        self._response: httpx.Response | None = None
        self._chunks: AsyncIterator[bytes] | None = None
        self._spawned: dict[int, asyncio.Task[Any]] = {}

    async def run(self, flow: Flow[T]) -> T:
        """Run a flow to its end in the running event loop and return its value."""
        outcome = None
        try:
            while True:
                try:
                    effect = advance(flow, outcome)
                except StopIteration as end:
                    value: T = end.value
                    return value
                outcome = await self._perform(effect)
        finally:
            flow.close()
            await self._close()

    async def iterate(self, flow: Emitting[E, Any]) -> AsyncGenerator[E, None]:
        """Run a flow in the running event loop and yield what it emits."""
        outcome = None
        try:
            while True:
                try:
                    effect = advance(flow, outcome)
                except StopIteration:
                    return
                if isinstance(effect, Emit):
                    yield effect.value
                    outcome = None
                else:
                    outcome = await self._perform(effect)
        finally:
            flow.close()
            await self._close()

    async def _perform(self, effect: Effect) -> Any:
        match effect:
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
            case Spawn(number, flow):
                self._spawned[number] = asyncio.create_task(AsyncRunner(self._client).run(flow))
            case Join(number, flow):
                task = self._spawned.pop(number, None)
                return await (AsyncRunner(self._client).run(flow) if task is None else task)
        return None

    async def _close(self) -> None:
        if self._response is not None:
            await self._response.aclose()
        for task in self._spawned.values():
            task.cancel()
        await asyncio.gather(*self._spawned.values(), return_exceptions=True)
