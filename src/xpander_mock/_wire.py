"""Makes answers go wrong on the wire, as a fault says."""

import asyncio
import contextlib
import socket
import struct
from typing import Any, cast

import msgspec
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from xpander_mock._faults import Fault

_EXTENSION = "xpander_mock.transport"
_NOT_JSON = b"<!doctype html><title>Bad gateway</title>"


class Protocol(HttpToolsProtocol):
    """Tells the application on which connection a request came, so that it can be broken."""

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        cast(dict[str, Any], self.scope)["extensions"] = {_EXTENSION: self.transport}


def transport_of(scope: Scope) -> asyncio.Transport | None:
    """The connection that a request came on, if the server tells."""
    return cast("asyncio.Transport | None", (scope.get("extensions") or {}).get(_EXTENSION))


def reset(scope: Scope) -> None:
    """Break the connection, so that the client sees a reset and not an end."""
    transport = transport_of(scope)
    if transport is not None:
        bound = transport.get_extra_info("socket")
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()


def end(scope: Scope) -> None:
    """End the connection cleanly, after what was sent."""
    transport = transport_of(scope)
    if transport is not None:
        transport.close()


async def answer_status(fault: Fault, send: Send) -> None:
    """Answer what the fault says in place of the operation."""
    text = isinstance(fault.body, str)
    body = fault.body.encode() if text else msgspec.json.encode(fault.body)
    headers = {"content-type": "text/plain; charset=utf-8" if text else "application/json"}
    headers |= {name.lower(): value for name, value in fault.headers.items()}
    headers["content-length"] = str(len(body))
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": fault.status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


async def answer_not_json(send: Send) -> None:
    """Answer 200 with a page of HTML that calls itself JSON."""
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(_NOT_JSON)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": _NOT_JSON})


class Distorted:
    """Takes what an application sends and passes it on as a fault says.

    Args:
        fault: of a kind that lets an answer begin.
        scope: of the request.
        send: the server's.
    """

    def __init__(self, fault: Fault, scope: Scope, send: Send) -> None:
        self.fault = fault
        self.scope = scope
        self.pass_on = send
        self.passed = 0
        self.over = False

    async def send(self, message: Message) -> None:
        """Pass a message on, or what the fault leaves of it."""
        if self.over:
            return
        if message["type"] != "http.response.body":
            await self.pass_on(message)
        elif self.fault.kind == "trickle":
            await self._trickle(message)
        elif self.fault.kind in ("reset_body", "cut_body"):
            await self._break(message)
        else:
            await self._stream(message)

    async def _trickle(self, message: Message) -> None:
        body: bytes = message.get("body", b"")
        size = max(1, self.fault.after)
        for start in range(0, len(body), size):
            await self.pass_on({"type": "http.response.body", "body": body[start : start + size], "more_body": True})
            await asyncio.sleep(self.fault.seconds)
        await self.pass_on({"type": "http.response.body", "body": b"", "more_body": message.get("more_body", False)})

    async def _break(self, message: Message) -> None:
        body: bytes = message.get("body", b"")[: self.fault.after - self.passed]
        self.passed += len(body)
        await self.pass_on({"type": "http.response.body", "body": body, "more_body": True})
        if self.passed >= self.fault.after or not message.get("more_body", False):
            self.over = True
            # What was sent shall arrive before the end does.
            await asyncio.sleep(0.01)
            (reset if self.fault.kind == "reset_body" else end)(self.scope)

    async def _stream(self, message: Message) -> None:
        if message.get("body"):
            self.passed += 1
        if self.passed <= self.fault.after or not message.get("body"):
            await self.pass_on(message)
        elif self.fault.kind == "cut_stream":
            self.over = True
            end(self.scope)
        else:
            half = message["body"][: len(message["body"]) // 2]
            self.fault = msgspec.structs.replace(self.fault, after=1_000_000_000)
            await self.pass_on({**message, "body": half + b"\n\n"})


async def answer(fault: Fault, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request as a fault says, other than latency."""
    if fault.kind in ("refuse", "reset"):
        reset(scope)
    elif fault.kind == "status":
        await answer_status(fault, send)
    elif fault.kind == "not_json":
        await answer_not_json(send)
    else:
        with contextlib.suppress(ConnectionError):
            await app(scope, receive, Distorted(fault, scope, send).send)
