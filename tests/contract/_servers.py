"""A proxy that records every request and may alter the answers of the server behind it."""

import http.client
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

HOP_BY_HOP = ("connection", "transfer-encoding", "content-length", "keep-alive")


@dataclass
class Answer:
    """The answer of the upstream server, which may be altered."""

    method: str
    path: str
    key: str | None
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def place(self) -> str:
        """The path without the query."""
        return self.path.partition("?")[0]

    def change(self, change: Callable[[Any], None]) -> None:
        """Change the JSON of the body."""
        payload = json.loads(self.body)
        change(payload)
        self.body = json.dumps(payload).encode()


def nothing(answer: Answer) -> None:
    """Leave an answer unchanged."""


class Proxy:
    """A proxy in threads of this process.

    Args:
        upstream: Address of the upstream server.
        keys: Keys that callers use here, and the upstream key that replaces each.
        alter: Alters each answer.
    """

    def __init__(self, upstream: str, keys: dict[str, str], alter: Callable[[Answer], None] = nothing) -> None:
        self.requests: list[tuple[str, str]] = []
        self._upstream = urlsplit(upstream)
        self._keys = keys
        self._alter = alter
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "Proxy":
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def methods(self) -> set[str]:
        """Return the methods of all requests so far."""
        return {method for method, _ in self.requests}

    def connect(self) -> http.client.HTTPConnection:
        """Return a connection to the upstream server."""
        return http.client.HTTPConnection(self._upstream.hostname or "", self._upstream.port, timeout=30)

    def answer(
        self, connection: http.client.HTTPConnection, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> Answer:
        """Fetch the answer to a request and alter it."""
        self.requests.append((method, path))
        sent = {name: value for name, value in headers.items() if name.lower() not in (*HOP_BY_HOP, "host")}
        key = next((sent.pop(name) for name in list(sent) if name.lower() == "x-api-key"), None)
        if key is not None:
            sent["x-api-key"] = self._keys.get(key, key)
        connection.request(method, path, body or None, sent)
        response = connection.getresponse()
        kept = {name: value for name, value in response.getheaders() if name.lower() not in HOP_BY_HOP}
        answer = Answer(method, path, key, response.status, kept, response.read())
        self._alter(answer)
        return answer

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Without it the body waits for the acknowledgement of the headers.
            disable_nagle_algorithm = True

            def setup(self) -> None:
                super().setup()
                self.upstream = proxy.connect()

            def finish(self) -> None:
                super().finish()
                self.upstream.close()

            def log_message(self, format: str, *arguments: object) -> None:
                pass

            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                answer = proxy.answer(self.upstream, self.command, self.path, dict(self.headers.items()), body)
                self.send_response_only(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                if answer.status != 204:
                    self.send_header("content-length", str(len(answer.body)))
                self.end_headers()
                if answer.status != 204 and self.command != "HEAD":
                    self.wfile.write(answer.body)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_TRACE = do_HEAD = handle_any

        return Handler
