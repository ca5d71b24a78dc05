"""The httpx clients behind a `Tasks`, sync and async: made when needed, closed if they were made here."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import TYPE_CHECKING, Self, cast

import httpx

from xpander_tasks._configuration import Configuration
from xpander_tasks._errors import ClosedError

# The models and asyncio take longer to import than the rest together, so they are imported at the first call.
if TYPE_CHECKING:
    import asyncio

    from xpander_tasks._awaiting import AsyncShell
    from xpander_tasks._blocking import Shell
    from xpander_tasks._call import Caller
    from xpander_tasks._operations import Operations
    from xpander_tasks._tasks import Tasks

_TIMEOUT = 30.0


class Connection:
    """What `Tasks` needs to send: one pool of connections for each flavour, and the operations on it."""

    def __init__(
        self,
        configuration: Configuration | None = None,
        *,
        http_client: httpx.Client | None = None,
        async_http_client: httpx.AsyncClient | None = None,
        transport: httpx.BaseTransport | None = None,
        async_transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Prepare; nothing is connected yet.

        Arguments:
            configuration: Settings; those of the environment if none are given.
            http_client: One's own client for the sync methods, with its proxies, limits and hooks; it stays open.
            async_http_client: The same for the async methods.
            transport: A transport for the sync client that is made here. httpx then leaves out the proxies of the
                environment.
            async_transport: The same for the async methods.

        Raises:
            ConfigurationError: A setting makes no sense.
        """
        self.configuration = configuration or Configuration()
        self._caller: Caller | None = None
        self._given, self._async_given = http_client, async_http_client
        self._transport, self._async_transport = transport, async_transport
        self._client, self._async_client = http_client, async_http_client
        self._loop: asyncio.AbstractEventLoop | None = None
        self._sync_operations: Operations | None = None
        self._async_operations: Operations | None = None
        self._closed = False
        self._lock = threading.Lock()

    def _ready(self) -> tuple[Operations, Shell]:
        from xpander_tasks._blocking import Shell

        self._check()
        with self._lock:
            if self._client is None:
                self._client = httpx.Client(transport=self._transport)
            if self._sync_operations is None:
                self._sync_operations = self._operations(self._client)
        return self._sync_operations, Shell(self._client)

    def _aready(self) -> tuple[Operations, AsyncShell]:
        import asyncio

        from xpander_tasks._awaiting import AsyncShell

        self._check()
        loop = asyncio.get_running_loop()
        if self._async_client is None or (self._async_given is None and self._loop is not loop):
            # Connections belong to the loop that made them; those of an ended one cannot even be closed.
            self._async_client = httpx.AsyncClient(transport=self._async_transport)
            self._async_operations = None
        self._loop = loop
        if self._async_operations is None:
            self._async_operations = self._operations(self._async_client)
        return self._async_operations, AsyncShell(self._async_client)

    def _operations(self, client: httpx.Client | httpx.AsyncClient) -> Operations:
        from xpander_tasks._call import Caller
        from xpander_tasks._operations import Operations

        self._caller = self._caller or Caller(self.configuration)
        timeout = self.configuration.timeout
        if timeout is None:
            timeout = client.timeout if client in (self._given, self._async_given) else _TIMEOUT
        return Operations(
            cast("Tasks", self),
            self._caller,
            client.build_request,
            self.configuration.base_url or "",
            timeout if isinstance(timeout, httpx.Timeout) else httpx.Timeout(timeout),
        )

    def _check(self) -> None:
        if self._closed:
            raise ClosedError(0, "this client is closed; make a new Tasks, or call inside its `with` block")
        self.configuration.headers()

    def close(self) -> None:
        """Close the connections of the sync methods; no call works afterwards. A client of one's own stays open."""
        self._closed = True
        if self._given is None and self._client is not None:
            self._client.close()

    async def aclose(self) -> None:
        """Close the connections of both flavours; no call works afterwards. Clients of one's own stay open."""
        self.close()
        if self._async_given is None and self._async_client is not None:
            await self._async_client.aclose()

    def __enter__(self) -> Self:
        """Close at the end of the `with` block."""
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    async def __aenter__(self) -> Self:
        """Close at the end of the `async with` block."""
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close."""
        await self.aclose()
