"""The shell of the awaited methods: carries flows out in the running event loop, those beside each other as tasks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any, TypeVar

import httpx

from xpander_tasks._steps import Emit, Emitting, Flow, Read, Send, Sleep, Start, Step, Take, advance

T = TypeVar("T")
E = TypeVar("E")


class AsyncShell:
    """Carries out the flow of one call."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        """Send with a client."""
        self._client = client
        self._response: httpx.Response | None = None
        self._chunks: AsyncIterator[bytes] | None = None
        self._started: dict[int, asyncio.Task[Any]] = {}

    async def run(self, flow: Flow[T]) -> T:
        """Carry a flow out to its value, in the running event loop."""
        outcome = None
        try:
            while True:
                try:
                    step = advance(flow, outcome)
                except StopIteration as end:
                    value: T = end.value
                    return value
                outcome = await self._perform(step)
        finally:
            flow.close()
            await self._close()

    async def iterate(self, flow: Emitting[E, Any]) -> AsyncGenerator[E, None]:
        """Carry a flow out, yielding what it emits."""
        outcome = None
        try:
            while True:
                try:
                    step = advance(flow, outcome)
                except StopIteration:
                    return
                if isinstance(step, Emit):
                    yield step.value
                    outcome = None
                else:
                    outcome = await self._perform(step)
        finally:
            flow.close()
            await self._close()

    async def _perform(self, step: Step) -> Any:
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
                self._started[number] = asyncio.create_task(AsyncShell(self._client).run(flow))
            case Take(number, flow):
                task = self._started.pop(number, None)
                return await (AsyncShell(self._client).run(flow) if task is None else task)
        return None

    async def _close(self) -> None:
        if self._response is not None:
            await self._response.aclose()
        for task in self._started.values():
            task.cancel()
        await asyncio.gather(*self._started.values(), return_exceptions=True)
