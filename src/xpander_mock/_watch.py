"""Sees every request first: remembers it, logs it, and lets faults happen to it."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from xpander_mock import _wire
from xpander_mock._contract import Contract, Operation
from xpander_mock._faults import Fault, Faults

LOG = logging.getLogger("xpander_mock")
ADMIN = "/_mock/"
_REMEMBERED = 1_000
_LONGEST_BODY = 100_000


class Seen:
    """A request that came. What it says is made into text only when somebody asks, since most are never asked about."""

    __slots__ = ("body", "headers", "method", "milliseconds", "path", "query", "status")

    def __init__(self, scope: Scope) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["raw_path"].decode("ascii", "replace")
        self.query: bytes = scope["query_string"]
        self.headers: list[tuple[bytes, bytes]] = scope["headers"]
        self.body = b""
        self.status = 0
        self.milliseconds = 0.0

    def view(self, operation: Operation | None) -> dict[str, Any]:
        """The request as JSON, without its credentials. The status is 0 while it has none, or never got one."""
        return {
            "method": self.method,
            "path": self.path,
            "query": self.query.decode("ascii", "replace"),
            "operation": None if operation is None else operation.id,
            "headers": {
                name.decode("latin-1"): value.decode("latin-1")
                for name, value in self.headers
                if name not in (b"x-api-key", b"authorization", b"cookie")
            },
            "body": self.body.decode("utf-8", "replace"),
            "status": self.status,
            "milliseconds": self.milliseconds,
        }


class Watch:
    """Wraps the application.

    Args:
        contract: tells the operation of a request.

    Attributes:
        app: what answers; set once it is built.
        faults: what happens to requests.
        refuse: called with the seconds for which connections are refused; the server's.
    """

    app: ASGIApp

    def __init__(self, contract: Contract) -> None:
        self.faults = Faults()
        self._seen: deque[Seen] = deque(maxlen=_REMEMBERED)
        self.refuse: Callable[[float], Any] = lambda seconds: None
        self._operations: dict[tuple[str, int], list[tuple[list[str], Operation]]] = {}
        for operation in contract.operations.values():
            parts = operation.path.split("/")
            self._operations.setdefault((operation.method, len(parts)), []).append((parts, operation))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http" or scope["path"].startswith(ADMIN):
            await self.app(scope, receive, send)
            return
        begun = time.perf_counter()
        seen = Seen(scope)
        self._seen.append(seen)

        async def watched_receive() -> Message:
            message = await receive()
            if message["type"] == "http.request" and len(seen.body) < _LONGEST_BODY:
                seen.body += message.get("body", b"")
            return message

        async def watched_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.status = message["status"]
            await send(message)

        reading = receive if scope["method"] == "GET" else watched_receive
        try:
            await self._answer(seen, scope, reading, watched_send)
        finally:
            seen.milliseconds = round((time.perf_counter() - begun) * 1000, 1)
            if LOG.isEnabledFor(logging.INFO):
                self._log(seen)

    def seen(self) -> list[dict[str, Any]]:
        """The last thousand requests, oldest first."""
        return [seen.view(self.operation(seen)) for seen in self._seen]

    def forget(self) -> None:
        """Forget the requests that came."""
        self._seen.clear()

    def operation(self, seen: Seen) -> Operation | None:
        """The documented operation that a request is for."""
        parts = seen.path.split("/")
        for pattern, operation in self._operations.get((seen.method, len(parts)), ()):
            if all(wanted == part or wanted[:1] == "{" for wanted, part in zip(pattern, parts, strict=True)):
                return operation
        return None

    async def _answer(self, seen: Seen, scope: Scope, receive: Receive, send: Send) -> None:
        operation = self.operation(seen) if self.faults else None
        met = [] if operation is None else self.faults.hit(operation.id)
        for fault in met:
            if fault.kind == "latency":
                await asyncio.sleep(fault.seconds)
        other: Fault | None = next((fault for fault in met if fault.kind != "latency"), None)
        if other is None:
            await self.app(scope, receive, send)
            return
        if other.kind == "refuse":
            self.refuse(other.seconds)
        await _wire.answer(other, self.app, scope, receive, send)

    def _log(self, seen: Seen) -> None:
        operation = self.operation(seen)
        query = seen.query.decode("ascii", "replace")
        LOG.info(
            "%s %3d %7.1f ms  %-20s %-6s %s",
            time.strftime("%H:%M:%S"),
            seen.status,
            seen.milliseconds,
            operation.id if operation else "-",
            seen.method,
            f"{seen.path}?{query}" if query else seen.path,
        )
