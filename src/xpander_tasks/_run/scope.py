"""What another thread can interrupt: the network calls and the sleep of one blocking call."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import httpcore
import httpx

A = TypeVar("A")
T = TypeVar("T")


class Scope:
    """The running work of one call, with its deadline; interrupting it wakes the thread that is blocked in it."""

    def __init__(self) -> None:
        """Start without a deadline."""
        self._interrupted = threading.Event()
        self._socket: socket.socket | None = None
        self._children: list[Scope] = []
        self._error: Callable[[], Exception] = RuntimeError
        self.deadline: float | None = None

    def child(self) -> Scope:
        """Return a scope for a thread that works for this one and is interrupted with it."""
        scope = Scope()
        self._children.append(scope)
        if self._interrupted.is_set():
            scope.interrupt(self._error)
        return scope

    def interrupt(self, error: Callable[[], Exception]) -> None:
        """End the work: what runs in it raises the error at once, and so does everything later.

        Args:
            error: Makes the error.
        """
        self._error = error
        self._interrupted.set()
        for scope in list(self._children):
            scope.interrupt(error)
        if (blocked := self._socket) is not None:
            with suppress(OSError):  # it may have been closed just now
                # Of the plain class, as an SSL socket first forgets its encryption.
                socket.socket.shutdown(blocked, socket.SHUT_RDWR)

    def check(self) -> None:
        """Raise the error of the interruption, if there was one."""
        if self._interrupted.is_set():
            raise self._error()

    def sleep(self, seconds: float) -> None:
        """Sleep; an interruption ends it with its error."""
        if self._interrupted.wait(seconds):
            raise self._error()

    @contextmanager
    def current(self, deadline: float | None) -> Iterator[None]:
        """Let the network calls of this thread belong to this scope.

        Args:
            deadline: Moment at which they are cut short, in seconds of the monotonic clock.
        """
        self.deadline = deadline
        outer, _thread.scope = _thread.scope, self
        try:
            yield
        finally:
            _thread.scope = outer

    def block(
        self, stream: httpcore.NetworkStream, action: Callable[[A, float | None], T], what: A, timeout: float | None
    ) -> T:
        """Read from a stream or write to it; an interruption wakes this thread while it is blocked there.

        Args:
            stream: The stream.
            action: Its method.
            what: How much to read, or what to write.
            timeout: Seconds, which are shortened to the deadline.

        Raises:
            httpcore.ReadError: The call was interrupted.
            httpcore.ReadTimeout: The deadline has passed.
        """
        self._socket = stream.get_extra_info("socket")
        try:
            if self._interrupted.is_set():
                raise httpcore.ReadError("the call was interrupted")
            return action(what, self.left(timeout))
        finally:
            self._socket = None

    def left(self, timeout: float | None) -> float | None:
        """Return a timeout in seconds, shortened to the deadline.

        Raises:
            httpcore.ReadTimeout: The deadline has passed.
        """
        if self.deadline is None:
            return timeout
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the deadline has passed")
        return left if timeout is None else min(left, timeout)


class _Thread(threading.local):
    scope: Scope | None = None


_thread = _Thread()


def make_interruptible(client: httpx.Client) -> None:
    """Let scopes interrupt the network calls of a client.

    httpx offers no way to do so from another thread, and its timeouts hold for one network call each, so that an answer
    that trickles outlasts them. httpcore, below it, takes a network backend, which httpx does not pass on; hence the
    private attributes. A transport of another kind is left as it is: its calls end with their own timeouts.
    """
    for transport in (client._transport, *client._mounts.values()):
        pool = getattr(transport, "_pool", None)
        backend = getattr(pool, "_network_backend", None)
        if isinstance(backend, httpcore.NetworkBackend) and not isinstance(backend, _Backend):
            pool._network_backend = _Backend(backend)  # type: ignore[union-attr]  # it has one, as was just seen


class _Backend(httpcore.NetworkBackend):
    """Opens connections that scopes can interrupt."""

    def __init__(self, inner: httpcore.NetworkBackend) -> None:
        self._inner = inner

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, *args: Any, **more: Any) -> _Stream:
        return _Stream(self._inner.connect_tcp(host, port, _left(timeout), *args, **more))

    def connect_unix_socket(self, path: str, timeout: float | None = None, *args: Any, **more: Any) -> _Stream:
        return _Stream(self._inner.connect_unix_socket(path, _left(timeout), *args, **more))

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)


class _Stream(httpcore.NetworkStream):
    """A connection whose reads and writes belong to the scope of the thread that makes them."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if (scope := _thread.scope) is None:
            return self._inner.read(max_bytes, timeout)
        return scope.block(self._inner, self._inner.read, max_bytes, timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if (scope := _thread.scope) is None:
            return self._inner.write(buffer, timeout)
        return scope.block(self._inner, self._inner.write, buffer, timeout)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _left(timeout: float | None) -> float | None:
    return timeout if _thread.scope is None else _thread.scope.left(timeout)
