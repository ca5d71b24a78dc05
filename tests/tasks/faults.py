"""A server on a loopback socket that injects faults: resets, cuts, delays and wrong bytes."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Got:
    """A request that the server received."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Reset:
    """Reset the connection, as a crashed process does."""


class Close:
    """Close the connection cleanly, as a stopping process does."""


@dataclass
class Until:
    """Hold the answer until an event is set; the server sets it when it ends."""

    event: threading.Event = field(default_factory=threading.Event)


Act = bytes | Reset | Close | Until
Answer = Callable[[Got], Iterable[Act]]


def reply(body: Any = None, status: int = 200, **headers: str) -> bytes:
    """Return a complete answer; text and bytes are sent unchanged, anything else as JSON."""
    content = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    if status == 204:
        content = b""
    lines = [f"HTTP/1.1 {status} Told", f"content-length: {len(content)}", "content-type: application/json"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
STREAM_END = b"0\r\n\r\n"


def piece(content: bytes) -> bytes:
    """Return one chunk of a streamed body."""
    return f"{len(content):x}\r\n".encode() + content + b"\r\n"


class FaultServer:
    """A server that answers each request as `answer` says, and records it in `got`."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.got: list[Got] = []
        self.ending = threading.Event()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._holds: list[Until] = []
        self._open: set[socket.socket] = set()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._start(self._accept)

    def __enter__(self) -> FaultServer:
        return self

    def __exit__(self, *exc: object) -> None:
        self.ending.set()
        for hold in self._holds:
            hold.event.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        with self._lock:
            for connection in self._open:
                with suppress(OSError):  # it may have been closed just now
                    connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def sent(self, method: str, suffix: str = "") -> int:
        """Return the number of requests with a method whose path has this suffix."""
        return sum(got.method == method and got.path.endswith(suffix) for got in self.got)

    def _start(self, work: Callable[..., None], *args: Any) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self.ending.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with self._lock:
                self._open.add(connection)
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rb") as source:
                while (got := self._read(source)) is not None:
                    self.got.append(got)
                    for act in self.answer(got):
                        if isinstance(act, bytes):
                            connection.sendall(act)
                        elif isinstance(act, Until):
                            self._holds.append(act)
                            act.event.wait(10)
                        else:
                            if isinstance(act, Reset):
                                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                            return
        except OSError:
            return  # the client went away, as some tests have it do
        finally:
            with self._lock:
                self._open.discard(connection)

    def _read(self, source: Any) -> Got | None:
        line = source.readline().decode()
        if not line:
            return None
        method, target, _ = line.split()
        headers: dict[str, str] = {}
        while (text := source.readline().decode().strip()) != "":
            name, _, value = text.partition(":")
            headers[name.lower()] = value.strip()
        body = source.read(int(headers.get("content-length", "0")))
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        return Got(method, parts.path, query, headers, body)


def scripted(*answers: bytes | Iterable[Act]) -> Answer:
    """Answer with each of these in turn, then with the last one forever."""
    left = list(answers)
    lock = threading.Lock()

    def answer(got: Got) -> Iterable[Act]:
        with lock:
            chosen = left.pop(0) if len(left) > 1 else left[0]
        return [chosen] if isinstance(chosen, bytes) else chosen

    return answer


def task(id: Any = "t1", status: str | None = "completed", **fields: Any) -> dict[str, Any]:
    """Return a task as the API sends it."""
    return {
        "id": id,
        "agent_id": "a1",
        "organization_id": "o1",
        "input": {"text": "hello"},
        "status": status,
        "created_at": "2026-02-07T02:13:27.228497Z",
        "result": "done" if status == "completed" else None,
        **fields,
    }


def item(number: int = 1, **fields: Any) -> dict[str, Any]:
    """Return an item of a list as the API sends it."""
    return {name: value for name, value in task(f"t{number}", **fields).items() if name != "input"}


def page(number: int, total: int, *items: dict[str, Any], per_page: int = 1, **fields: Any) -> dict[str, Any]:
    """Return a page of a list as the API sends it; without items, it has one whose id has the page's number."""
    return {
        "items": list(items) or [item(number)],
        "total": total,
        "page": number,
        "per_page": per_page,
        "total_pages": -(-total // per_page),
        **fields,
    }


def event(type: str, data: Any, id: str = "t1") -> bytes:
    """Return an event as the API sends it."""
    content = {"type": type, "task_id": id, "organization_id": "o1", "time": "2026-02-07T02:13:27Z", "data": data}
    return b"data: " + json.dumps(content).encode() + b"\n\n"
