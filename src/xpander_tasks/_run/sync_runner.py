"""Runs flows with blocking calls; spawned flows run in threads."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Any, TypeVar

import httpx

from xpander_tasks._core.effects import Effect, Emit, Emitting, Flow, Join, Read, Send, Sleep, Spawn, advance

T = TypeVar("T")
E = TypeVar("E")


class _Abandoned(Exception):
    """Ends a spawned flow that sleeps when nobody will join it any more."""


class SyncRunner:
    """Runs the flow of one call."""

    def __init__(self, client: httpx.Client, abandoned: Event | None = None) -> None:
        """Prepare to run one flow.

        Args:
            client: Sends the requests.
            abandoned: Set when nobody will join this flow any more, so that it stops sleeping.
        """
        self._client = client
        self._abandoned = abandoned
        self._response: httpx.Response | None = None
        self._chunks: Iterator[bytes] = iter(())
        self._pool: ThreadPoolExecutor | None = None
        self._spawned: dict[int, Future[Any]] = {}

    def run(self, flow: Flow[T]) -> T:
        """Run a flow to its end in this thread and return its value."""
        outcome = None
        try:
            while True:
                try:
                    effect = advance(flow, outcome)
                except StopIteration as end:
                    value: T = end.value
                    return value
                outcome = self._perform(effect)
        finally:
            flow.close()
            self._close()

    def iterate(self, flow: Emitting[E, Any]) -> Generator[E, None, None]:
        """Run a flow in this thread and yield what it emits."""
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
                    outcome = self._perform(effect)
        finally:
            flow.close()
            self._close()

    def _perform(self, effect: Effect) -> Any:
        match effect:
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
            case Spawn(number, flow, concurrency):
                if self._pool is None:
                    self._pool = ThreadPoolExecutor(concurrency, thread_name_prefix="xpander_tasks")
                    self._ended = Event()
                self._spawned[number] = self._pool.submit(SyncRunner(self._client, self._ended).run, flow)
            case Join(number, flow):
                future = self._spawned.pop(number, None)
                return SyncRunner(self._client, self._abandoned).run(flow) if future is None else future.result()
        return None

    def _close(self) -> None:
        if self._response is not None:
            self._response.close()
        if self._pool is not None:
            self._ended.set()
            self._pool.shutdown(cancel_futures=True)
