"""The two HTTP clients behind `Tasks`, blocking and asynchronous: created when needed, closed if created here."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Generator
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from xpander_tasks.configuration import Configuration
from xpander_tasks.errors import ClosedError

# The models and asyncio take longer to import than the rest together, so they are imported at the first call.
if TYPE_CHECKING:
    import asyncio

    from xpander_tasks._core.call import Caller
    from xpander_tasks._core.effects import Emitting, Flow
    from xpander_tasks._core.operations import Operations
    from xpander_tasks.models import TaskReader

T = TypeVar("T")
E = TypeVar("E")

_TIMEOUT = 30.0


class Session:
    """What both clients of a `Tasks` share: the configuration, the rate limiter, and whether it is closed."""

    def __init__(self, configuration: Configuration) -> None:
        """Start open."""
        self.configuration = configuration
        self.closed = False
        self._caller: Caller | None = None
        self._lock = threading.Lock()

    def operations(self, reader: TaskReader, client: httpx.Client | httpx.AsyncClient, *, own: bool) -> Operations:
        """Return the operations for a client of httpx.

        Args:
            reader: Where decoded models load more from.
            client: The client that will send the requests.
            own: Whether the client was created here, so that its timeout is not the user's choice.
        """
        from xpander_tasks._core.call import Caller
        from xpander_tasks._core.operations import Operations

        with self._lock:
            if self._caller is None:
                self._caller = Caller(self.configuration)
        timeout = self.configuration.timeout
        if timeout is None:
            timeout = _TIMEOUT if own else client.timeout
        return Operations(
            reader,
            self._caller,
            client.build_request,
            self.configuration.base_url or "",
            timeout if isinstance(timeout, httpx.Timeout) else httpx.Timeout(timeout),
        )

    def check(self) -> None:
        """Check that calls are possible.

        Raises:
            ClosedError: The session is closed.
            ConfigurationError: There are no credentials.
        """
        if self.closed:
            raise ClosedError(0, "this client is closed; make a new Tasks, or call inside its `with` block")
        self.configuration.headers()


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
        self._client = given
        self._lock = threading.Lock()

    def operations(self, reader: TaskReader) -> Operations:
        """Return the operations, whose flows `run` and `iterate` run.

        Raises:
            ClosedError: The client is closed.
            ConfigurationError: There are no credentials.
        """
        self._session.check()
        return self._session.operations(reader, self._http(), own=self._given is None)

    def run(self, flow: Flow[T]) -> T:
        """Run a flow and return its value."""
        from xpander_tasks._run.sync_runner import SyncRunner

        return SyncRunner(self._http()).run(flow)

    def iterate(self, flow: Emitting[E, Any]) -> Generator[E, None, None]:
        """Run a flow and yield what it emits."""
        from xpander_tasks._run.sync_runner import SyncRunner

        return SyncRunner(self._http()).iterate(flow)

    def close(self) -> None:
        """Close the connections, unless the client is the user's own."""
        if self._given is None and self._client is not None:
            self._client.close()

    def _http(self) -> httpx.Client:
        with self._lock:
            if self._client is None:
                self._client = httpx.Client(transport=self._transport)
            return self._client


class AsyncClient:
    """Sends the requests of the awaited methods."""

    def __init__(
        self, session: Session, given: httpx.AsyncClient | None, transport: httpx.AsyncBaseTransport | None
    ) -> None:
        """Prepare; nothing is connected yet.

        Args:
            session: What is shared with the blocking client.
            given: The user's own client, which stays open.
            transport: The user's own transport for the client that is created here.
        """
        self._session = session
        self._given = given
        self._transport = transport
        self._client = given
        self._loop: asyncio.AbstractEventLoop | None = None

    def operations(self, reader: TaskReader) -> Operations:
        """Return the operations, whose flows `run` and `iterate` run.

        Raises:
            ClosedError: The client is closed.
            ConfigurationError: There are no credentials.
        """
        self._session.check()
        return self._session.operations(reader, self._http(), own=self._given is None)

    async def run(self, flow: Flow[T]) -> T:
        """Run a flow and return its value."""
        from xpander_tasks._run.async_runner import AsyncRunner

        return await AsyncRunner(self._http()).run(flow)

    def iterate(self, flow: Emitting[E, Any]) -> AsyncGenerator[E, None]:
        """Run a flow and yield what it emits."""
        from xpander_tasks._run.async_runner import AsyncRunner

        return AsyncRunner(self._http()).iterate(flow)

    async def close(self) -> None:
        """Close the connections, unless the client is the user's own."""
        if self._given is None and self._client is not None:
            await self._client.aclose()

    def _http(self) -> httpx.AsyncClient:
        import asyncio

        loop = asyncio.get_running_loop()
        if self._client is None or (self._given is None and self._loop is not loop):
            # Connections belong to the loop that opened them; those of an ended one cannot even be closed.
            self._client = httpx.AsyncClient(transport=self._transport)
        self._loop = loop
        return self._client
