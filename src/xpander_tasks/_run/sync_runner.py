"""Runs flows with blocking calls; spawned flows run in threads."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future
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
from xpander_tasks._run.bodies import cut_compressed, read_body
from xpander_tasks._run.http_errors import without_frames
from xpander_tasks._run.scope import Scope
from xpander_tasks._run.threads import Threads
from xpander_tasks.errors import ClosedError, UsageError

T = TypeVar("T")
E = TypeVar("E")


class SyncRunner:
    """Runs the flow of one call."""

    def __init__(self, client: httpx.Client, scope: Scope, max_bytes: int) -> None:
        """Prepare to run one flow.

        Args:
            client: Sends the requests.
            scope: By which other threads can interrupt the flow.
            max_bytes: The most that a body may have.
        """
        self._client = client
        self._scope = scope
        self._max_bytes = max_bytes
        self._response: httpx.Response | None = None
        self._chunks: Iterator[bytes] = iter(())
        self._threads: Threads | None = None
        self._spawned: dict[int, Future[Any]] = {}

    def run(self, flow: Flow[T]) -> T:
        """Run a flow to its end in this thread and return its value."""
        try:
            self.next_emitted(flow)
        except StopIteration as end:
            value: T = end.value
            return value
        finally:
            flow.close()
            self.close()
        raise AssertionError("this flow emits nothing")

    def next_emitted(self, flow: Emitting[E, Any]) -> E:
        """Run a flow in this thread until it emits, and return that.

        Raises:
            StopIteration: The flow ended; it has the flow's value.
        """
        outcome = None
        while True:
            effect = advance(flow, outcome)
            if isinstance(effect, Emit):
                value: E = effect.value
                return value
            self._scope.check()
            outcome = self._perform(effect)

    def close(self) -> None:
        """Abandon what was spawned and close the open stream; nothing is waited for."""
        if self._threads is not None:
            self._scope.interrupt(_abandoned)
            self._threads.stop()
            self._threads = None
        if self._response is not None:
            self._response.close()
            self._response = None

    def _perform(self, effect: Effect) -> Any:
        match effect:
            case Send(request, stream, deadline):
                return self._guarded(deadline, lambda: self._send(request, stream))
            case Sleep(seconds):
                self._scope.sleep(seconds)
            case Read(deadline):
                return self._guarded(deadline, lambda: next(self._chunks, b""))
            case Call(function, value):
                _call_back(function, value)
            case Spawn(number, flow, concurrency):
                if self._threads is None:
                    self._threads = Threads(concurrency)
                self._spawned[number] = self._threads.submit(_running(self._child(self._scope.child()), flow))
            case Join(number, flow):
                future = self._spawned.pop(number, None)
                return self._child(self._scope).run(flow) if future is None else future.result()
        return None

    def _guarded(self, deadline: float | None, action: Callable[[], T]) -> T | httpx.RequestError:
        """Do something with the network, and return its value or the error of httpx."""
        try:
            with self._scope.current(deadline):
                return action()
        except httpx.RequestError as error:
            self._scope.check()  # an interruption looks like a lost connection
            return without_frames(error)
        except RuntimeError:
            self._scope.check()
            if self._client.is_closed:
                raise ClosedError(0, "the http_client of this Tasks is closed; give one that is open") from None
            raise

    def _send(self, request: httpx.Request, stream: bool) -> httpx.Response:
        response = self._client.send(request, stream=True, follow_redirects=False)
        if stream and response.is_success:
            cut_compressed(response)
            self._response, self._chunks = response, response.iter_bytes()
        else:
            read_body(response, self._max_bytes)
        return response

    def _child(self, scope: Scope) -> SyncRunner:
        return SyncRunner(self._client, scope, self._max_bytes)


class _Abandoned(Exception):
    """Ends a spawned flow that nobody will join any more."""


def _abandoned() -> _Abandoned:
    return _Abandoned("nobody waits for this any more")


def _running(runner: SyncRunner, flow: Generator[Any, Any, T]) -> Callable[[], T]:
    return lambda: runner.run(flow)


def _call_back(function: Callable[[Any], Any], value: Any) -> None:
    returned = function(value)
    if inspect.iscoroutine(returned):
        returned.close()
    if inspect.isawaitable(returned):
        raise UsageError(0, "expected on_change as a plain function, got an async one; the awaited twin takes it")
