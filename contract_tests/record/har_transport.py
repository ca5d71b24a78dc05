"""A transport that records the traffic of any httpx client, for `make replay`."""

import time
from pathlib import Path

import httpx

from .exchange import Exchange, SentRequest
from .har import HarRecorder, write_har
from .transport import ObservedStream


class HarTransport(httpx.BaseTransport):
    """An httpx transport that records a client's traffic as HAR, without credentials.

    Pass it to a client as `transport=`; the file is written when the client is closed.

    Args:
        path: The HAR to write.
        transport: Sends the requests; None is `httpx.HTTPTransport()`.
    """

    def __init__(self, path: Path, transport: httpx.BaseTransport | None = None) -> None:
        self._path = path
        self._part = path.with_name(f"{path.name}.jsonl")
        self._transport = transport or httpx.HTTPTransport()
        self._recorder = HarRecorder(self._part, {})

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        headers = {name: str(value) for name, value in request.headers.items()}
        sent = SentRequest(request.method, str(request.url), headers, request.read())
        started = time.time()
        response = self._transport.handle_request(request)

        def write(body: bytes) -> None:
            answered = {name.lower(): value for name, value in response.headers.items()}
            self._recorder.write(Exchange(sent, "unknown", response.status_code, answered, body, started, time.time()))

        def decode_and_write(body: bytes | None) -> None:
            if body is None:
                return  # the caller did not read the whole answer
            stream = httpx.ByteStream(body)
            write(httpx.Response(response.status_code, headers=response.headers, stream=stream).read())

        if response.is_closed:  # a transport without a network has the whole body at once
            write(response.content)
        elif isinstance(response.stream, httpx.SyncByteStream):
            response.stream = ObservedStream(response.stream, decode_and_write)
        return response

    def close(self) -> None:
        self._transport.close()
        self._recorder.close()
        write_har(self._path, [self._part])
