"""Makes requests and answers go wrong on the wire, as faults say."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import msgspec
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from xpander_mock.contract import Contract, Operation
from xpander_mock.http.authentication import Authentication
from xpander_mock.http.faults import WITHOUT_BODY, Fault, FaultRules, default_body
from xpander_mock.http.protocol import close_connection, reset_connection
from xpander_mock.rules.errors import ApiError
from xpander_mock.rules.matching import Request

_MAX_MATCHED = 1_000_000  # bytes of a body that faults can match
_NOT_JSON = b"<!doctype html><title>Bad gateway</title>"


class FaultInjection:
    """Wraps an application, and lets faults happen to the calls of documented operations.

    Args:
        app: The application.
        contract: The documented operations.
        rules: Which calls go wrong, and how.
        authentication: Who calls, for faults of one organization.

    Attributes:
        refuse: Called with the seconds for which the server shall refuse connections; set by the server.
    """

    def __init__(self, app: ASGIApp, contract: Contract, rules: FaultRules, authentication: Authentication) -> None:
        self._app = app
        self._contract = contract
        self._rules = rules
        self._authentication = authentication
        self.refuse: Callable[[float], Any] = lambda seconds: None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let a fault happen to it."""
        fault = None
        if self._rules and scope["type"] == "http":
            fault, receive = await self._fault(scope, receive)
        if fault is None:
            await self._app(scope, receive, send)
        elif fault.kind in ("refuse", "reset"):
            if fault.kind == "refuse":
                self.refuse(fault.seconds)
            reset_connection(scope)
        elif fault.kind == "status":
            await answer_status(fault, send)
        elif fault.kind == "not_json":
            await answer_not_json(send)
        else:
            with contextlib.suppress(ConnectionError):
                await self._app(scope, receive, Distortion(fault, scope, send).send)

    async def _fault(self, scope: Scope, receive: Receive) -> tuple[Fault | None, Receive]:
        """Sleep through the latencies of a call, and return its other fault, if it has one, and what still comes."""
        path: str = scope["raw_path"].decode("ascii", "replace")
        operation = self._contract.operation_at(scope["method"], path)
        if operation is None:
            return None, receive
        request = None
        if self._rules.has_conditions:
            body, receive = await _read_ahead(receive)
            request = self._request(operation, path, Headers(scope=scope), body)
        other = None
        for fault in self._rules.hit(operation.id, request):
            if fault.kind == "latency":
                await asyncio.sleep(fault.seconds)
            else:
                other = fault
        return other, receive

    def _request(self, operation: Operation, path: str, headers: Headers, body: Any) -> Request:
        pairs = zip(operation.path.split("/"), path.split("/"), strict=True)
        ids = {name[1:-1]: unquote(part) for name, part in pairs if name.startswith("{")}
        try:
            organization = self._authentication.authenticate(headers)
        except ApiError:
            organization = None
        named = body.get("id") if isinstance(body, dict) else None
        return Request(ids.get("agent_id"), ids.get("task_id", named), organization, headers, body)


async def _read_ahead(receive: Receive) -> tuple[Any, Receive]:
    """Read the body of a request, and return it decoded, with a `receive` that gives it again."""
    messages: list[Message] = []
    size, more = 0, True
    while more and size <= _MAX_MATCHED:
        message = await receive()
        messages.append(message)
        size += len(message.get("body", b""))
        more = message["type"] == "http.request" and message.get("more_body", False)
    pending = iter(messages)

    async def again() -> Message:
        return next(pending, None) or await receive()

    try:
        body = None if more else msgspec.json.decode(b"".join(message.get("body", b"") for message in messages))
    except (msgspec.DecodeError, RecursionError):
        body = None
    return body, again


async def answer_status(fault: Fault, send: Send) -> None:
    """Send the status, headers and body of a fault in place of the operation's answer."""
    value = default_body(fault.status) if fault.body is msgspec.UNSET else fault.body
    text = isinstance(value, str)
    body = value.encode() if text else msgspec.json.encode(value)
    headers = {"content-type": "text/plain; charset=utf-8" if text else "application/json"}
    if fault.status in WITHOUT_BODY:
        body, headers = b"", {}
    headers |= {name.lower(): value for name, value in fault.headers.items()}
    if fault.status not in WITHOUT_BODY:
        headers["content-length"] = str(len(body))
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": fault.status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


async def answer_not_json(send: Send) -> None:
    """Send 200 with a page of HTML that is labelled as JSON."""
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(_NOT_JSON)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": _NOT_JSON})


class Distortion:
    """Passes an application's answer on to the client, distorted by a fault.

    Args:
        fault: One of a kind that lets an answer begin.
        scope: The request's scope.
        send: The server's `send`.
    """

    def __init__(self, fault: Fault, scope: Scope, send: Send) -> None:
        self._fault = fault
        self._scope = scope
        self._pass_on = send
        self._passed = 0  # bytes or events
        self._over = False

    async def send(self, message: Message) -> None:
        """Pass a message on, or the part of it that the fault leaves."""
        if self._over:
            return
        if message["type"] != "http.response.body":
            await self._pass_on(message)
        elif self._fault.kind == "trickle":
            await self._trickle(message)
        elif self._fault.kind in ("reset_body", "cut_body"):
            await self._break(message)
        else:
            await self._stream(message)

    async def _trickle(self, message: Message) -> None:
        body: bytes = message.get("body", b"")
        size = max(1, self._fault.after)
        for start in range(0, len(body), size):
            await self._pass_on({"type": "http.response.body", "body": body[start : start + size], "more_body": True})
            await asyncio.sleep(self._fault.seconds)
        await self._pass_on({"type": "http.response.body", "body": b"", "more_body": message.get("more_body", False)})

    async def _break(self, message: Message) -> None:
        body: bytes = message.get("body", b"")[: self._fault.after - self._passed]
        self._passed += len(body)
        await self._pass_on({"type": "http.response.body", "body": body, "more_body": True})
        if self._passed >= self._fault.after or not message.get("more_body", False):
            self._over = True
            # What was sent must arrive before the connection breaks.
            await asyncio.sleep(0.01)
            (reset_connection if self._fault.kind == "reset_body" else close_connection)(self._scope)

    async def _stream(self, message: Message) -> None:
        if message.get("body"):
            self._passed += 1
        if self._passed <= self._fault.after or not message.get("body"):
            await self._pass_on(message)
        elif self._fault.kind == "cut_stream":
            self._over = True
            close_connection(self._scope)
        else:
            half = message["body"][: len(message["body"]) // 2]
            self._fault = msgspec.structs.replace(self._fault, after=1_000_000_000)
            await self._pass_on({**message, "body": half + b"\n\n"})
