"""Calls the mock's own application as a client would, without a socket, so that faults, limit and log apply."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import msgspec
from starlette.types import ASGIApp, Message, Scope

Client = tuple[str, int]


class ConnectionBroken(Exception):
    """The application broke the connection before it began to answer, as a fault can tell it to."""


class Answer:
    """An answer that has begun.

    Args:
        start: The message with status and headers.
        messages: The messages of the body; None after the last one.
    """

    def __init__(self, start: Message, messages: asyncio.Queue[Message | None]) -> None:
        self.status: int = start["status"]
        self._headers = {name.lower(): value for name, value in start.get("headers", ())}
        self._messages = messages

    @property
    def content_type(self) -> str:
        """The media type with its parameters, empty when there is none."""
        value: bytes = self._headers.get(b"content-type", b"")
        return value.decode("latin-1")

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the body as it comes. A connection that is cut ends it early, without an error, as on the wire."""
        while message := await self._messages.get():
            if message.get("body"):
                yield message["body"]
            if not message.get("more_body", False):
                return

    async def read(self) -> bytes:
        """Return the whole body."""
        return b"".join([chunk async for chunk in self.chunks()])


class InProcessClient:
    """A client of an application in the same process.

    Args:
        app: The application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    @asynccontextmanager
    async def stream(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"", client: Client | None = None
    ) -> AsyncIterator[Answer]:
        """Send a request, and yield the answer when it begins. Leaving the block disconnects.

        Args:
            method: The HTTP method.
            path: The path as it is sent, percent-encoded.
            headers: The headers.
            body: The whole body.
            client: The address that the request comes from.

        Raises:
            ConnectionBroken: There is no answer.
        """
        messages: asyncio.Queue[Message | None] = asyncio.Queue()
        working = asyncio.ensure_future(self._work(_scope(method, path, headers, client), body, messages))
        try:
            start = await messages.get()
            if start is None:
                await working  # raises what the application has raised
                raise ConnectionBroken("the connection was broken before the answer began")
            yield Answer(start, messages)
        finally:
            working.cancel()
            with suppress(asyncio.CancelledError):
                await working

    async def request(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        value: Any = msgspec.UNSET,
        client: Client | None = None,
    ) -> tuple[int, bytes]:
        """Send a request with a JSON body or without one, and return status and body of the answer.

        Args:
            method: The HTTP method.
            path: The path as it is sent, percent-encoded.
            headers: The headers.
            value: The JSON body; without it none is sent.
            client: The address that the request comes from.

        Raises:
            ConnectionBroken: There is no answer.
        """
        body = b""
        if value is not msgspec.UNSET:
            body = msgspec.json.encode(value)
            headers = {**headers, "content-type": "application/json"}
        async with self.stream(method, path, headers, body, client) as answer:
            return answer.status, await answer.read()

    async def _work(self, scope: Scope, body: bytes, messages: asyncio.Queue[Message | None]) -> None:
        incoming: asyncio.Queue[Message] = asyncio.Queue()
        incoming.put_nowait({"type": "http.request", "body": body, "more_body": False})

        async def send(message: Message) -> None:
            messages.put_nowait(message)

        try:
            await self._app(scope, incoming.get, send)
        finally:
            messages.put_nowait(None)


def _scope(method: str, path: str, headers: Mapping[str, str], client: Client | None) -> Scope:
    raw_path, _, query = path.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": raw_path,
        "raw_path": raw_path.encode("ascii"),
        "query_string": query.encode("ascii"),
        "root_path": "",
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()],
        "client": client,
        "server": None,
    }
