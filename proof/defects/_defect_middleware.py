"""Puts defects between the client and the healthy mock: they edit calls, answers and events."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from proof.defects._defect import Defect
from xpander_mock.parts import load_contract


@dataclass(slots=True)
class Call:
    """A request that a defect may change.

    Args:
        operation: The `operationId` that method and path name.
        path: The path as it was sent.
        ids: The ids in the path by parameter name.
        query: The query parameters; the last one wins, as in the mock.
        headers: The headers, names in lower case.
        body: The JSON body, None without one, the bytes when it is not JSON.
        memory: State that defects keep from call to call, as long as the application lives.
    """

    operation: str
    method: str
    path: str
    ids: dict[str, str]
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    memory: dict[str, Any]

    def asking(self, **query: str | None) -> "Call":
        """Return the same call with other query parameters; None removes one."""
        merged = {**self.query, **query}
        return replace(self, query={name: value for name, value in merged.items() if value is not None})

    def saying(self, body: Any) -> "Call":
        """Return the same call with another body."""
        return replace(self, body=body)

    def to(self, operation: str, **ids: str) -> "Call":
        """Return a call of another operation by the same caller, without query and body."""
        described = load_contract().operations[operation]
        path = described.path.format(**{name: quote(value, safe="") for name, value in ids.items()})
        return replace(self, operation=operation, method=described.method, path=path, ids=ids, query={}, body=None)


@dataclass(slots=True)
class Answer:
    """An answer that a defect may change: the decoded JSON in `body`, None without a body, the bytes otherwise."""

    status: int
    headers: dict[str, str]
    body: Any

    @property
    def ok(self) -> bool:
        """Whether the call succeeded."""
        return self.status < 300


class DefectMiddleware:
    """An ASGI application that applies defects in front of another one.

    Args:
        app: The healthy application.
        defects: Those of the layers `request`, `answer`, `refusal`, `events` and `around`.
    """

    def __init__(self, app: ASGIApp, defects: Iterable[Defect]) -> None:
        self.app = app
        self._defects = list(defects)
        self._memory: dict[str, Any] = {}
        self._routes = [
            (operation.method, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", operation.path)), operation.id)
            for operation in load_contract().operations.values()
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; calls that no defect concerns pass unchanged."""
        route = self._route(scope) if scope["type"] == "http" else None
        mine = [defect for defect in self._defects if route and route[0] in defect.operations]
        if not route or not mine:
            await self.app(scope, receive, send)
            return
        call = await _read(scope, receive, self._memory, *route)
        events = [defect for defect in mine if defect.layer == "events"]
        if events:
            await self._stream(scope, receive, send, call, events[0])
            return
        await _write(send, await self._ask(scope, receive, call, mine))

    def _route(self, scope: Scope) -> tuple[str, dict[str, str]] | None:
        for method, pattern, operation in self._routes:
            match = pattern.fullmatch(scope["path"])
            if match and method == scope["method"]:
                return operation, match.groupdict()
        return None

    async def _ask(self, scope: Scope, receive: Receive, call: Call, defects: list[Defect]) -> Answer:
        if not defects:
            return await _forward(self.app, scope, receive, call)
        defect, *others = defects
        if defect.layer == "around":

            async def ask(call: Call) -> Answer:
                return await self._ask(scope, receive, call, others)

            result: Answer = await defect.code(call, ask)
            return result
        if defect.layer == "request":
            defect.code(call)
            return await self._ask(scope, receive, call, others)
        answer = await self._ask(scope, receive, call, others)
        if answer.ok == (defect.layer == "answer"):
            defect.code(call, answer)
        return answer

    async def _stream(self, scope: Scope, receive: Receive, send: Send, call: Call, defect: Defect) -> None:
        editor = _Editor(send, defect.code(call))
        await self.app(_scope(scope, call), _replay(_encode(call.body), receive), editor.send)


class _Editor:
    """Passes each server-sent event through an edit, and sends the result at once."""

    def __init__(self, send: Send, edit: Callable[[dict[str, Any]], Iterable[Any]]) -> None:
        self._send = send
        self._edit = edit
        self._streams = False
        self._rest = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            kind = dict(message["headers"]).get(b"content-type", b"")
            self._streams = kind.startswith(b"text/event-stream")
        if message["type"] != "http.response.body" or not self._streams:
            await self._send(message)
            return
        *whole, self._rest = (self._rest + message.get("body", b"")).replace(b"\r\n", b"\n").split(b"\n\n")
        out = b"".join(self._edited(block) for block in whole)
        await self._send({**message, "body": out})

    def _edited(self, block: bytes) -> bytes:
        data = b"".join(line[5:].strip() for line in block.split(b"\n") if line.startswith(b"data:"))
        if not data:
            return block + b"\n\n"
        events = self._edit(json.loads(data))
        return b"".join(b"data: " + _encode(event) + b"\n\n" for event in events)


async def _read(scope: Scope, receive: Receive, memory: dict[str, Any], operation: str, ids: dict[str, str]) -> Call:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return Call(
        operation=operation,
        method=scope["method"],
        path=scope.get("raw_path", scope["path"].encode()).decode("latin-1").partition("?")[0],
        ids=ids,
        query=dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
        headers={name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]},
        body=_decode(body),
        memory=memory,
    )


async def _forward(app: ASGIApp, scope: Scope, receive: Receive, call: Call) -> Answer:
    messages: list[Message] = []

    async def collect(message: Message) -> None:
        messages.append(message)

    await app(_scope(scope, call), _replay(_encode(call.body), receive), collect)
    start = messages[0]
    body = b"".join(message.get("body", b"") for message in messages[1:])
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in start["headers"]}
    kind = headers.get("content-type", "")
    return Answer(start["status"], headers, _decode(body) if kind.startswith("application/json") else body or None)


async def _write(send: Send, answer: Answer) -> None:
    body = _encode(answer.body)
    headers = {**answer.headers, "content-length": str(len(body))}
    if answer.status == 204:
        del headers["content-length"]
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})


def _scope(scope: Scope, call: Call) -> Scope:
    return {
        **scope,
        "method": call.method,
        "path": unquote(call.path),
        "raw_path": call.path.encode("latin-1"),
        "query_string": urlencode(call.query).encode("latin-1"),
        "headers": [
            (name.encode("latin-1"), value.encode("latin-1"))
            for name, value in call.headers.items()
            if name != "content-length"
        ],
    }


def _replay(body: bytes, receive: Receive) -> Receive:
    pending = [body]

    async def replay() -> Message:
        if pending:
            return {"type": "http.request", "body": pending.pop(), "more_body": False}
        return await receive()

    return replay


def _decode(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body


def _encode(body: Any) -> bytes:
    if body is None or isinstance(body, bytes):
        return body or b""
    return json.dumps(body, separators=(",", ":")).encode()
