"""Transports for httpx and requests that pass every request through the recorder."""

import time
from collections.abc import Callable, Iterator
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import httpx
import requests
from requests.adapters import HTTPAdapter

from .exchange import SentRequest
from .recorder import MOST_RATE_LIMIT_RETRIES, Recorder, reset_wait


class RecordingTransport(httpx.BaseTransport):
    """An httpx transport that passes every request through the recorder.

    Args:
        recorder: The run's recorder.
        retry_rate_limited: Whether to wait for the reset of a 429 and send the request again.
    """

    def __init__(self, recorder: Recorder, *, retry_rate_limited: bool = True) -> None:
        self._recorder = recorder
        self._patient = retry_rate_limited
        self._transport = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        method, url, body = request.method, str(request.url), request.read()
        attempt = 0
        while True:
            self._recorder.before_request(method, url, body)
            response = self._transport.handle_request(request)
            self._recorder.after_response(
                SentRequest(method, url, {name: str(value) for name, value in request.headers.items()}, body),
                response.status_code,
            )
            if response.status_code != 429 or not self._patient or attempt == MOST_RATE_LIMIT_RETRIES:
                break
            response.read()
            attempt += 1
            time.sleep(reset_wait(response.headers, time.time()))

        def remember_tasks(answer: bytes) -> None:
            decoded = httpx.Response(response.status_code, headers=response.headers, stream=httpx.ByteStream(answer))
            self._recorder.remember_tasks(method, url, body, response.status_code, decoded.read())

        if isinstance(response.stream, httpx.SyncByteStream):
            response.stream = _ObservedStream(response.stream, remember_tasks)
        return response

    def close(self) -> None:
        self._transport.close()


class _ObservedStream(httpx.SyncByteStream):
    """A response body that is passed on as it arrives; the recorder gets a copy when it is closed."""

    def __init__(self, stream: httpx.SyncByteStream, on_close: Callable[[bytes], None]) -> None:
        self._stream = stream
        self._on_close = on_close
        self._read: list[bytes] = []

    def __iter__(self) -> Iterator[bytes]:
        for part in self._stream:
            self._read.append(part)
            yield part

    def close(self) -> None:
        self._stream.close()
        self._on_close(b"".join(self._read))


class RecordingAdapter(HTTPAdapter):
    """An adapter for `requests`, which schemathesis uses, that passes every request through the recorder."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self._recorder = recorder

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        method, url = request.method or "", request.url or ""
        body = request.body if isinstance(request.body, bytes) else str(request.body or "").encode()
        attempt = 0
        while True:
            self._recorder.before_request(method, url, body)
            response = super().send(request, *args, **kwargs)
            self._recorder.after_response(
                SentRequest(method, url, {name: str(value) for name, value in request.headers.items()}, body),
                response.status_code,
            )
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
