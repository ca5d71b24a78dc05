"""The two HTTP clients behind `Tasks`, blocking and asynchronous: created when needed, closed if created here."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

import httpx

from xpander_tasks._run.iterators import AsyncResultIterator, ResultIterator
from xpander_tasks._run.session import Session
from xpander_tasks.errors import ConfigurationError, UsageError

# The models and asyncio take longer to import than the rest together, so they are imported at the first call.
if TYPE_CHECKING:
    import asyncio

    from xpander_tasks._core.effects import Emitting, Flow
    from xpander_tasks._core.operations import Operations
    from xpander_tasks.models import TaskReader

T = TypeVar("T")
S = TypeVar("S", bound=ResultIterator[Any])
A = TypeVar("A", bound=AsyncResultIterator[Any])

# As many connections as calls run at the same time; the caller's own concurrency is the limit.
_LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=128)


class SyncClient:
    """Sends the requests of the blocking methods."""

    def __init__(self, session: Session, given: httpx.Client | None, transport: httpx.BaseTransport | None) -> None:
        """Prepare; nothing is connected yet.

        Args:
            session: What is shared with the asynchronous client.
            given: The user's own client, which stays open.
            transport: The user's own transport for the client that is created here.
        """
        self._session = session
        self._given = given
        self._transport = transport
        self._client: httpx.Client | None = None
        self._lock = threading.Lock()

    def operations(self, reader: TaskReader) -> Operations:
        """Return the operations, whose flows `run` and `iterate` run.

        Raises:
            ClosedError: The client is closed.
            ConfigurationError: There are no credentials, or a setting of the environment is broken.
        """
        self._session.check()
        return self._session.operations(reader, self._http(), own=self._given is None)

    def run(self, flow: Flow[T]) -> T:
        """Run a flow and return its value."""
        from xpander_tasks._run.scope import Scope
        from xpander_tasks._run.sync_runner import SyncRunner

        scope = Scope()
        ended = self._session.begin(scope)
        try:
            return SyncRunner(self._http(), scope, self._session.configuration.max_body).run(flow)
        finally:
            ended()

    def iterate(self, flow: Emitting[Any, Any], kind: type[S]) -> S:
        """Return an iterator over what a flow emits."""
        from xpander_tasks._run.scope import Scope
        from xpander_tasks._run.sync_runner import SyncRunner

        scope = Scope()
        ended = self._session.begin(scope)
        return kind(SyncRunner(self._http(), scope, self._session.configuration.max_body), flow, ended)

    def close(self) -> None:
        """Close the connections, unless the client is the user's own."""
        if self._given is None and self._client is not None:
            self._client.close()

    def _http(self) -> httpx.Client:
        client = self._client
        if client is None:
            with self._lock:
                client = self._client
                if client is None:
                    from xpander_tasks._run.scope import make_interruptible

                    client = self._given or _created(
                        lambda: httpx.Client(transport=self._transport, limits=_LIMITS, cookies=_no_cookies())
                    )
                    make_interruptible(client)
                    self._client = client
        return client


class AsyncClient:
    """Sends the requests of the awaited methods."""

    def __init__(
        self, session: Session, given: httpx.AsyncClient | None, transport: httpx.AsyncBaseTransport | None
    ) -> None:
        """Prepare; nothing is connected yet.

        Args:
            session: What is shared with the blocking client.
            given: The user's own client, which stays open.
            transport: The user's own transport for the clients that are created here.
        """
        self._session = session
        self._given = given
        self._transport = transport
        # Connections belong to the event loop that opened them.
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, _LoopClient] = WeakKeyDictionary()

    def operations(self, reader: TaskReader) -> Operations:
        """Return the operations, whose flows `run` and `iterate` run.

        Raises:
            ClosedError: The client is closed.
            ConfigurationError: There are no credentials, or a setting of the environment is broken.
            UsageError: No event loop is running.
        """
        self._session.check()
        return self._session.operations(reader, self._http(), own=self._given is None)

    async def run(self, flow: Flow[T]) -> T:
        """Run a flow and return its value."""
        from xpander_tasks._run.async_runner import AsyncRunner

        runner = AsyncRunner(self._http(), self._session.configuration.max_body)
        ended = self._session.begin(runner)
        try:
            return await runner.run(flow)
        finally:
            ended()

    def iterate(self, flow: Emitting[Any, Any], kind: type[A]) -> A:
        """Return an iterator over what a flow emits."""
        from xpander_tasks._run.async_runner import AsyncRunner

        runner = AsyncRunner(self._http(), self._session.configuration.max_body)
        return kind(runner, flow, self._session.begin(runner))

    async def aclose(self) -> None:
        """Close the connections of the running event loop, unless the client is the user's own."""
        client = self._clients.pop(_running_loop(), None)
        if client is not None:
            await client.aclose()

    def _http(self) -> httpx.AsyncClient:
        loop = _running_loop()
        if self._given is not None:
            return self._given
        client = self._clients.get(loop)
        if client is None:
            client = self._clients[loop] = _LoopClient(
                _created(lambda: httpx.AsyncClient(transport=self._transport, limits=_LIMITS, cookies=_no_cookies()))
            )
        return client.http


class _LoopClient:
    """A client of httpx that is closed with its event loop, as by `asyncio.run`, if nobody closes it before."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        # An event loop closes the asynchronous generators that were begun in it before it ends. Until its `yield` this
        # one awaits nothing, so that it can be begun here.
        self._generator = _close_at_the_end(http)
        with suppress(StopIteration):
            self._generator.asend(None).send(None)

    async def aclose(self) -> None:
        await self._generator.aclose()


async def _close_at_the_end(http: httpx.AsyncClient) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        await http.aclose()


def _running_loop() -> asyncio.AbstractEventLoop:
    import asyncio

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        raise UsageError(0, "awaited methods need a running event loop; call this inside `async def`") from None


def _no_cookies() -> CookieJar:
    """Return a cookie jar that stores nothing: a cookie of a proxy could break later calls, and the API has none."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))


def _created(create: Callable[[], T]) -> T:
    """Create a client of httpx.

    Raises:
        ConfigurationError: A variable of the environment that httpx reads is broken.
    """
    try:
        return create()
    except (httpx.InvalidURL, OSError, ValueError) as error:
        raise ConfigurationError(
            0, f"the HTTP client cannot be created; check HTTP_PROXY, HTTPS_PROXY, SSL_CERT_FILE and the like: {error}"
        ) from None
