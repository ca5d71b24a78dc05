"""Serves the mock on a socket: in this process until a signal ends it, or in a thread beside a test."""

import asyncio
import contextlib
import socket
import sys
import threading
from collections.abc import Callable

import uvicorn

from xpander_mock.app import Mock
from xpander_mock.http.protocol import Protocol


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that is bound but does not accept yet; port 0 takes a free port.

    Raises:
        OSError: The address cannot be bound.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio turns TCP_NODELAY on only for sockets that name it.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if sys.platform != "win32":
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound


def url_of(bound: socket.socket) -> str:
    """Return the address of a bound socket as a base URL."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Server(uvicorn.Server):
    """A server that says when it accepts connections, can refuse them, and stops without waiting for streams.

    Args:
        mock: The mock that answers.
        started: Called once connections are accepted.
    """

    def __init__(self, mock: Mock, started: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                mock.app,
                http=Protocol,
                lifespan="off",
                ws="none",
                access_log=False,
                log_config=None,
                server_header=False,
                timeout_graceful_shutdown=1,
            )
        )
        self._mock = mock
        self._started = started
        self._refusing: set[asyncio.Task[None]] = set()
        self._accepting = asyncio.Event()
        mock.faults.refuse = self.refuse

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept connections, and call `started`."""
        await super().startup(sockets)
        self._started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the waiting of requests, then stop."""
        for task in self._refusing:
            task.cancel()
        self._mock.release()
        await super().shutdown(sockets)

    def refuse(self, seconds: float) -> None:
        """Refuse connections for some seconds, from now on."""
        task = asyncio.ensure_future(self._refuse(seconds))
        self._refusing.add(task)
        task.add_done_callback(self._refusing.discard)

    def accept(self) -> None:
        """Accept connections again at once."""
        self._accepting.set()

    async def _refuse(self, seconds: float) -> None:
        addresses = [listening.getsockname() for server in self.servers for listening in server.sockets]
        for server in self.servers:
            server.close()
        self.servers.clear()
        self._accepting.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._accepting.wait()
        for host, port, *_ in addresses:
            await super().startup([listen(host, port)])


class ServerThread:
    """A server in a thread, on a free loopback port, which accepts connections once this object exists.

    Args:
        mock: The mock that answers.
    """

    def __init__(self, mock: Mock) -> None:
        self._bound = listen("127.0.0.1", 0)
        self.url = url_of(self._bound)
        ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

        def started() -> None:
            self._loop = asyncio.get_running_loop()
            ready.set()

        self._server = Server(mock, started)
        self._thread = threading.Thread(
            target=self._server.run, args=([self._bound],), name="xpander_mock", daemon=True
        )
        self._thread.start()
        ready.wait()

    def accept(self) -> None:
        """Accept connections again at once, if a fault has them refused."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._server.accept)

    def close(self) -> None:
        """Stop the server, and wait until it has stopped."""
        self._server.should_exit = True
        self._thread.join()
        self._bound.close()
