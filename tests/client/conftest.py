"""A client on a transport that answers as it is told, and keeps the requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from xpander_api_client import AuthenticatedClient

Answers = Callable[..., "Answering"]


class Answering:
    """A client that is always answered the same way, and the requests that it has sent."""

    def __init__(self, response: Callable[[httpx.Request], httpx.Response], **options: Any) -> None:
        self.requests: list[httpx.Request] = []
        self._response = response
        options = {"base_url": "https://api.example", "api_key": "key-1", **options}
        self.client = AuthenticatedClient(httpx_args={"transport": httpx.MockTransport(self._answer)}, **options)

    @property
    def request(self) -> httpx.Request:
        """The last request."""
        return self.requests[-1]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self._response(request)


@pytest.fixture
def answering() -> Answers:
    """Makes a client that is answered with a status and a body."""

    def make(
        status: int = 200, content: bytes | str = b"", headers: dict[str, str] | None = None, /, **options: Any
    ) -> Answering:
        return Answering(lambda _: httpx.Response(status, content=content, headers=headers), **options)

    return make
