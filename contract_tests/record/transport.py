"""Transports for httpx and requests that pass every request through the recorder."""

import time
from collections.abc import Callable, Iterator
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import httpx
import requests
from requests.adapters import HTTPAdapter

from .exchange import SentRequest
from .recorder import MOST_RATE_LIMIT_RETRIES, Pending, Recorder, reset_wait

STREAM_TYPE = "text/event-stream"


class RecordingTransport(httpx.BaseTransport):
    """An httpx transport that passes every request through the recorder.

    Args:
        recorder: The run's recorder.
        retry_rate_limited: Whether to wait for the reset of a 429 and send the request again.
    """

    def __init__(self, recorder: Recorder, *, retry_rate_limited: bool = True) -> None:
        self._recorder = recorder
        self._retry_rate_limited = retry_rate_limited
        self._transport = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        headers = {name: str(value) for name, value in request.headers.items()}
        sent = SentRequest(request.method, str(request.url), headers, body)
        attempt = 0
        while True:
            pending = self._recorder.begin(sent)
            response = self._send(request, pending)
            if response.status_code != 429 or not self._retry_rate_limited or attempt == MOST_RATE_LIMIT_RETRIES:
                return response
            response.read()
            response.close()
            attempt += 1
            time.sleep(reset_wait(response.headers, time.time()))

    def _send(self, request: httpx.Request, pending: Pending) -> httpx.Response:
        try:
            response = self._transport.handle_request(request)
        except BaseException:
            self._recorder.abandon(pending)
            raise
        self._recorder.after_response(pending.request, response.status_code)

        def finish(answer: bytes | None) -> None:
            if answer is None:
                self._recorder.abandon(pending)
                return
            decoded = httpx.Response(response.status_code, headers=response.headers, stream=httpx.ByteStream(answer))
            self._recorder.complete(pending, response.status_code, response.headers, decoded.read())

        if isinstance(response.stream, httpx.SyncByteStream):
            response.stream = ObservedStream(response.stream, finish)
        return response

    def close(self) -> None:
        self._transport.close()


class ObservedStream(httpx.SyncByteStream):
    """A response body that is passed on as it arrives.

    Args:
        stream: The body.
        on_close: Gets the whole body when it is closed, or None if it was not read to its end.
    """

    def __init__(self, stream: httpx.SyncByteStream, on_close: Callable[[bytes | None], None]) -> None:
        self._stream = stream
        self._on_close: Callable[[bytes | None], None] | None = on_close
        self._read: list[bytes] = []
        self._whole = False

    def __iter__(self) -> Iterator[bytes]:
        for part in self._stream:
            self._read.append(part)
            yield part
        self._whole = True

    def close(self) -> None:
        self._stream.close()
        on_close, self._on_close = self._on_close, None
        if on_close:
            on_close(b"".join(self._read) if self._whole else None)


class RecordingAdapter(HTTPAdapter):
    """An adapter for `requests`, which schemathesis uses, that passes every request through the recorder."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self._recorder = recorder

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        body = request.body if isinstance(request.body, bytes) else str(request.body or "").encode()
        headers = {name: str(value) for name, value in request.headers.items()}
        sent = SentRequest(request.method or "", request.url or "", headers, body)
        attempt = 0
        while True:
            pending = self._recorder.begin(sent)
            try:
                response = super().send(request, *args, **kwargs)
                self._recorder.after_response(sent, response.status_code)
                if response.headers.get("content-type", "").startswith(STREAM_TYPE):
                    # The sender reads it with a limit, and calls `complete_stream`.
                    self._recorder.open_stream = pending
                    return response
                content = response.content
            except BaseException:
                self._recorder.abandon(pending)
                raise
            self._recorder.complete(pending, response.status_code, response.headers, content)
            if response.status_code != 429 or attempt == MOST_RATE_LIMIT_RETRIES:
                return response
            attempt += 1
            time.sleep(reset_wait(response.headers, time.time()))


def recording_session(recorder: Recorder) -> requests.Session:
    """Return a `requests` session that passes every request through the recorder and stores no cookies."""
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("http://", "https://"):
        session.mount(scheme, RecordingAdapter(recorder))
    return session
