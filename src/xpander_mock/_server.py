"""Serves the mock on a socket: in this process until a signal ends it, or in a thread beside a test."""

import socket
import sys
import threading
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp


def listen(host: str, port: int) -> socket.socket:
    """A socket that is bound but does not accept yet; port 0 takes a free one.

    Raises:
        OSError: the address cannot be had.
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
    """The address of a bound socket, as a base URL."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Server(uvicorn.Server):
    """A server that tells when it accepts connections, and lets go of waiters before it ends.

    Args:
        app: what answers.
        started: called once connections are accepted.
        ending: called when the server begins to end.
    """

    def __init__(self, app: ASGIApp, started: Callable[[], None], ending: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                lifespan="off",
                ws="none",
                access_log=False,
                log_config=None,
                server_header=False,
                timeout_graceful_shutdown=1,
            )
        )
        self._started = started
        self._ending = ending

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept connections, and say so."""
        await super().startup(sockets)
        self._started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let go of those who wait, then end."""
        self._ending()
        await super().shutdown(sockets)


class ServerThread:
    """A server in a thread; made when connections are accepted.

    Args:
        app: what answers.
        bound: a bound socket.
        ending: called, in the thread, when the server begins to end.
    """

    def __init__(self, app: ASGIApp, bound: socket.socket, ending: Callable[[], None]) -> None:
        ready = threading.Event()
        self._server = Server(app, ready.set, ending)
        self._bound = bound
        self._thread = threading.Thread(target=self._server.run, args=([bound],), name="xpander_mock", daemon=True)
        self._thread.start()
        ready.wait()

    def close(self) -> None:
        """End the server and wait until it has ended."""
        self._server.should_exit = True
        self._thread.join()
        self._bound.close()
