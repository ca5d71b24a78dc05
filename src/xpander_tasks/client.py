"""The one object that offers every operation."""

from __future__ import annotations

from types import NoneType, TracebackType
from typing import TYPE_CHECKING, Self

import httpx

from xpander_tasks._async_methods import AsyncMethods
from xpander_tasks._run.clients import AsyncClient, SyncClient
from xpander_tasks._run.session import Session
from xpander_tasks._sync_methods import SyncMethods
from xpander_tasks.configuration import Configuration
from xpander_tasks.errors import ConfigurationError

if TYPE_CHECKING:
    from xpander_tasks._core.operations import Operations


class Tasks(SyncMethods, AsyncMethods):
    """The xpander.ai Tasks API: every method blocks, and has a twin with the prefix `a` to await.

    It is safe to share between threads, and between tasks of one event loop. Connections are reused until `close`,
    `aclose`, or the end of a `with` or `async with` block.
    """

    def __init__(
        self,
        configuration: Configuration | None = None,
        *,
        http_client: httpx.Client | None = None,
        async_http_client: httpx.AsyncClient | None = None,
        transport: httpx.BaseTransport | None = None,
        async_transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Prepare a client; nothing is connected yet.

        Args:
            configuration: Settings; those of the environment if none are given.
            http_client: Your own client for the blocking methods, with its proxies, limits and hooks; it stays open.
            async_http_client: The same for the awaited methods.
            transport: A transport for the blocking client that is created here. httpx then ignores the proxies of the
                environment.
            async_transport: The same for the awaited methods.

        Raises:
            ConfigurationError: A setting makes no sense.
        """
        if not isinstance(configuration, (Configuration, NoneType)):
            raise ConfigurationError(
                0, "expected Tasks(Configuration(...)); a key goes into Configuration(api_key=...)"
            )
        self.configuration = configuration or Configuration()
        self._session = Session(self.configuration)
        self._sync = SyncClient(self._session, http_client, transport)
        self._async = AsyncClient(self._session, async_http_client, async_transport)

    def _sync_operations(self) -> Operations:
        return self._sync.operations(self)

    def _async_operations(self) -> Operations:
        return self._async.operations(self)

    def close(self) -> None:
        """Close the connections of the blocking methods; no call works afterwards. Your own client stays open.

        What still runs, in any thread or event loop, ends with `ClosedError`; nothing is waited for.
        """
        self._session.close()
        self._sync.close()

    async def aclose(self) -> None:
        """Close the connections of all methods; no call works afterwards. Your own clients stay open.

        What still runs, in any thread or event loop, ends with `ClosedError`. Connections of another event loop are
        closed when that loop ends.
        """
        self.close()
        await self._async.aclose()

    def __enter__(self) -> Self:
        """Return the client; the end of the `with` block closes it."""
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the client."""
        self.close()

    async def __aenter__(self) -> Self:
        """Return the client; the end of the `async with` block closes it."""
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the client."""
        await self.aclose()
