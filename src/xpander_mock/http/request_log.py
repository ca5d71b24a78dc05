"""The log of requests to the API, for tests and for people."""

import logging
import time
from collections import deque
from itertools import islice
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from xpander_mock.contract import Contract, Operation
from xpander_mock.http.redaction import redact_body, redact_headers, redact_query
from xpander_mock.http.request_rate import RequestRate
from xpander_mock.rules.times import format_instant

LOG = logging.getLogger("xpander_mock")
_NOT_LOGGED = ("/_mock/", "/_console/")  # the prefixes of the control and of the console
_MAX_REQUESTS = 1_000
_MAX_BODY = 100_000  # bytes
_MAX_BYTES = 10_000_000  # of all logged requests together


class LoggedRequest:
    """A request as it came. It is made into JSON only when somebody asks, since most are never asked about.

    Args:
        scope: The request's scope.
        number: Its place among all requests, counted from 1.
    """

    __slots__ = ("body", "counted", "headers", "method", "milliseconds", "number", "path", "query", "status", "time")

    def __init__(self, scope: Scope, number: int) -> None:
        self.number = number
        self.time = time.time()
        self.method: str = scope["method"]
        self.path: str = scope["raw_path"].decode("ascii", "replace")
        self.query: bytes = scope["query_string"]
        self.headers: list[tuple[bytes, bytes]] = scope["headers"]
        self.body = b""
        self.counted: int | None = None
        """The bytes by which it counts in the log; None once it is not in the log."""
        self.status = 0
        self.milliseconds = 0.0

    def summary(self, operation: Operation | None) -> dict[str, Any]:
        """Return what a line about the request shows. The status is 0 until it is answered."""
        return {
            "number": self.number,
            "time": format_instant(round(self.time * 1_000_000)),
            "method": self.method,
            "path": self.path,
            "query": redact_query(self.query.decode("ascii", "replace")),
            "operation": None if operation is None else operation.id,
            "status": self.status,
            "milliseconds": self.milliseconds,
        }

    def view(self, operation: Operation | None) -> dict[str, Any]:
        """Return the request as JSON, without its credentials."""
        return self.summary(operation) | {
            "headers": redact_headers(self.headers),
            "body": redact_body(self.body.decode("utf-8", "replace")),
        }


class RequestLog:
    """Wraps an application, and remembers the last thousand requests to it.

    Args:
        app: The application.
        contract: The documented operations.

    Attributes:
        rate: The number of requests in each of the last seconds.
    """

    def __init__(self, app: ASGIApp, contract: Contract) -> None:
        self._app = app
        self._contract = contract
        self._number = 0
        self.rate = RequestRate()
        self._requests: deque[LoggedRequest] = deque()
        self._bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, and log it unless it is one of the control or of the console."""
        if scope["type"] != "http" or scope["path"].startswith(_NOT_LOGGED) or scope["path"] == "/":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        self._number += 1
        request = LoggedRequest(scope, self._number)
        self.rate.count(begun)
        self._requests.append(request)
        request.counted = 0
        headers = sum([len(name) + len(value) for name, value in request.headers])
        self._count(request, headers + len(request.path) + len(request.query))

        async def logged_receive() -> Message:
            message = await receive()
            if message["type"] == "http.request" and len(request.body) < _MAX_BODY:
                part = message.get("body", b"")[: _MAX_BODY - len(request.body)]
                request.body += part
                self._count(request, len(part))
            return message

        async def logged_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                request.status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive if scope["method"] == "GET" else logged_receive, logged_send)
        finally:
            request.milliseconds = round((time.perf_counter() - begun) * 1000, 1)
            if LOG.isEnabledFor(logging.INFO):
                self._write_line(request)

    def requests(self) -> list[dict[str, Any]]:
        """Return the last thousand requests as JSON, oldest first."""
        return [request.view(self._operation(request)) for request in self._requests]

    def newest(self, count: int) -> list[dict[str, Any]]:
        """Return the last requests without headers and bodies, newest first."""
        return [request.summary(self._operation(request)) for request in islice(reversed(self._requests), count)]

    def find(self, number: int) -> dict[str, Any] | None:
        """Return the request of a number as JSON, None when it is no longer remembered."""
        found = next((request for request in self._requests if request.number == number), None)
        return None if found is None else found.view(self._operation(found))

    def clear(self) -> None:
        """Forget the requests that came."""
        while self._requests:
            self._drop_oldest()

    def _operation(self, request: LoggedRequest) -> Operation | None:
        return self._contract.operation_at(request.method, request.path)

    def _count(self, request: LoggedRequest, size: int) -> None:
        """Count bytes of a request, and drop the oldest requests while the log is too large."""
        if request.counted is None:
            return  # dropped while its body still came
        request.counted += size
        self._bytes += size
        while len(self._requests) > _MAX_REQUESTS or self._bytes > _MAX_BYTES:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        oldest = self._requests.popleft()
        self._bytes -= oldest.counted or 0
        oldest.counted = None

    def _write_line(self, request: LoggedRequest) -> None:
        operation = self._operation(request)
        query = redact_query(request.query.decode("ascii", "replace"))
        LOG.info(
            "%s %3d %7.1f ms  %-20s %-6s %s",
            time.strftime("%H:%M:%S"),
            request.status,
            request.milliseconds,
            operation.id if operation else "-",
            request.method,
            f"{request.path}?{query}" if query else request.path,
        )
