"""The shell of the blocking methods: carries flows out with blocking calls, those beside each other in threads."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Any, TypeVar

import httpx

from xpander_tasks._steps import Emit, Emitting, Flow, Read, Send, Sleep, Start, Step, Take, advance

T = TypeVar("T")
E = TypeVar("E")


class _Abandoned(Exception):
    """Ends a flow that sleeps in the background when nobody waits for it any more."""


class Shell:
    """Carries out the flow of one call."""

    def __init__(self, client: httpx.Client, abandoned: Event | None = None) -> None:
        """Send with a client; the event ends a flow that sleeps in the background."""
        self._client = client
        self._abandoned = abandoned
        self._response: httpx.Response | None = None
        self._chunks: Iterator[bytes] = iter(())
        self._pool: ThreadPoolExecutor | None = None
        self._started: dict[int, Future[Any]] = {}

    def run(self, flow: Flow[T]) -> T:
        """Carry a flow out to its value, in this thread."""
        outcome = None
        try:
            while True:
                try:
                    step = advance(flow, outcome)
                except StopIteration as end:
                    value: T = end.value
                    return value
                outcome = self._perform(step)
        finally:
            flow.close()
            self._close()

    def iterate(self, flow: Emitting[E, Any]) -> Generator[E, None, None]:
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
                    outcome = self._perform(step)
        finally:
            flow.close()
            self._close()

    def _perform(self, step: Step) -> Any:
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
                    self._ended = Event()
                self._started[number] = self._pool.submit(Shell(self._client, self._ended).run, flow)
            case Take(number, flow):
                future = self._started.pop(number, None)
                return Shell(self._client, self._abandoned).run(flow) if future is None else future.result()
        return None

    def _close(self) -> None:
        if self._response is not None:
            self._response.close()
        if self._pool is not None:
            self._ended.set()
            self._pool.shutdown(cancel_futures=True)
