"""Lets the application reach the connection that a request came on, so that a fault can break it."""

import asyncio
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


def transport_of(scope: Scope) -> asyncio.Transport | None:
    """Return the connection that a request came on, None when the server does not tell."""
    return cast("asyncio.Transport | None", (scope.get("extensions") or {}).get(_EXTENSION))
