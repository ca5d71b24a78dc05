"""How tests reach the server: httpx and requests, both through the recorder."""

import time
from collections.abc import Callable, Iterator
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import httpx
import requests
from requests.adapters import HTTPAdapter

from contract_tests.recorder import PATIENCE, Recorder, Sent, reset_wait


class RecordingTransport(httpx.BaseTransport):
    """An httpx transport that sends through the recorder.

    Args:
        recorder: The run's recorder.
        patient: Whether a request that is refused with 429 waits, as the answer asks, and goes again.
    """

    def __init__(self, recorder: Recorder, *, patient: bool = True) -> None:
        self._recorder = recorder
        self._patient = patient
        self._transport = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        method, url, body = request.method, str(request.url), request.read()
        attempt = 0
        while True:
            self._recorder.before(method, url, body)
            response = self._transport.handle_request(request)
            self._recorder.after(
                Sent(method, url, {name: str(value) for name, value in request.headers.items()}, body),
                response.status_code,
            )
            if response.status_code != 429 or not self._patient or attempt == PATIENCE:
                break
            response.read()
            attempt += 1
            time.sleep(reset_wait(response.headers, time.time()))

        def learn(answer: bytes) -> None:
            decoded = httpx.Response(response.status_code, headers=response.headers, stream=httpx.ByteStream(answer))
            self._recorder.learn(method, url, body, response.status_code, decoded.read())

        if isinstance(response.stream, httpx.SyncByteStream):
            response.stream = _Overheard(response.stream, learn)
        return response

    def close(self) -> None:
        self._transport.close()


class _Overheard(httpx.SyncByteStream):
    """A body that is handed on as it arrives, and told to the recorder once it has been read or closed."""

    def __init__(self, stream: httpx.SyncByteStream, learn: Callable[[bytes], None]) -> None:
        self._stream = stream
        self._learn = learn
        self._read: list[bytes] = []

    def __iter__(self) -> Iterator[bytes]:
        for part in self._stream:
            self._read.append(part)
            yield part

    def close(self) -> None:
        self._stream.close()
        self._learn(b"".join(self._read))


class RecordingAdapter(HTTPAdapter):
    """The same for `requests`, which schemathesis uses."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self._recorder = recorder

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        method, url = request.method or "", request.url or ""
        body = request.body if isinstance(request.body, bytes) else str(request.body or "").encode()
        attempt = 0
        while True:
            self._recorder.before(method, url, body)
            response = super().send(request, *args, **kwargs)
            self._recorder.after(
                Sent(method, url, {name: str(value) for name, value in request.headers.items()}, body),
                response.status_code,
            )
            if response.status_code != 429 or attempt == PATIENCE:
                return response
            attempt += 1
            time.sleep(reset_wait(response.headers, time.time()))


def recording_session(recorder: Recorder) -> requests.Session:
    """Return a session that sends through the recorder and keeps no cookies."""
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("http://", "https://"):
        session.mount(scheme, RecordingAdapter(recorder))
    return session
