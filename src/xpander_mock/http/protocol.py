"""Lets the application break the connection that a request came on."""

import asyncio
import socket
import struct
from typing import Any, cast

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_EXTENSION = "xpander_mock.transport"


class Protocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, which also puts the connection into the scope of each request."""

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        cast(dict[str, Any], self.scope)["extensions"] = {_EXTENSION: self.transport}


def reset_connection(scope: Scope) -> None:
    """Break the connection of a request, so that the client sees a reset and not an end."""
    transport = _transport(scope)
    if transport is not None:
        bound = transport.get_extra_info("socket")
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()


def close_connection(scope: Scope) -> None:
    """Close the connection of a request cleanly, after the data that was sent."""
    transport = _transport(scope)
    if transport is not None:
        transport.close()


def _transport(scope: Scope) -> asyncio.Transport | None:
    """Return the connection that a request came on, None when the server does not tell."""
    return cast("asyncio.Transport | None", (scope.get("extensions") or {}).get(_EXTENSION))
