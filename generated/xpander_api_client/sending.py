"""Sending: credentials go to the client's own origin only, and stay on no request."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from . import errors
from .client import Client


def build(http: httpx.Client | httpx.AsyncClient, arguments: dict[str, Any]) -> httpx.Request:
    """Build a request of httpx.

    Raises:
        errors.InvalidRequest: An argument cannot be sent, such as text that UTF-8 cannot encode.
    """
    try:
        return http.build_request(**arguments)
    except (httpx.InvalidURL, TypeError, ValueError, RecursionError) as error:
        raise errors.InvalidRequest(f"the request cannot be sent: {error or type(error).__name__}") from None


def send(client: Client, http: httpx.Client, request: httpx.Request) -> httpx.Response:
    """Send a request, follow redirects if the httpx client does, and return the response with its body unread."""
    hops = _Hops(client, http, request)
    while True:
        with hops.authenticated(request):
            response = http.send(request, stream=True, follow_redirects=False)
        if (following := hops.next(response)) is None:
            return response
        response.read()
        request = following


async def asend(client: Client, http: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
    """Send a request asynchronously; otherwise the same as `send`."""
    hops = _Hops(client, http, request)
    while True:
        with hops.authenticated(request):
            response = await http.send(request, stream=True, follow_redirects=False)
        if (following := hops.next(response)) is None:
            return response
        await response.aread()
        request = following


@contextmanager
def decompressing(operation: str, response: httpx.Response) -> Iterator[None]:
    """Convert the error of a body that cannot be decompressed.

    Raises:
        errors.UndecodableBody: The body cannot be decompressed.
    """
    try:
        yield
    except httpx.DecodingError as error:
        reason = f"it cannot be decompressed: {error}"
        raise errors.UndecodableBody(operation, response.status_code, b"", reason) from None


class _Hops:
    """The requests of one call: the first one, and one for each redirect. Its `repr` shows no credential."""

    def __init__(self, client: Client, http: httpx.Client | httpx.AsyncClient, request: httpx.Request) -> None:
        names = client.credential_names()
        self._values = {name: request.headers[name] for name in names if name in request.headers}
        self._origin = _origin(request.url)
        self._left = http.max_redirects if http.follow_redirects else 0
        self._follows = http.follow_redirects

    @contextmanager
    def authenticated(self, request: httpx.Request) -> Iterator[None]:
        """Let a request have the credentials while it is sent, if it goes to the origin of the first one."""
        if _origin(request.url) == self._origin:
            request.headers.update(self._values)
        try:
            yield
        finally:
            self._remove(request)

    def next(self, response: httpx.Response) -> httpx.Request | None:
        """Return the request that follows a redirect, or None if the response is final or redirects are not followed.

        Raises:
            httpx.TooManyRedirects: There were more redirects than the httpx client allows.
        """
        following = response.next_request
        if following is None:
            return None
        self._remove(following)
        if not self._follows:
            return None
        if not self._left:
            raise httpx.TooManyRedirects("there were too many redirects", request=response.request)
        self._left -= 1
        return following

    def _remove(self, request: httpx.Request) -> None:
        for name in self._values:
            request.headers.pop(name, None)


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
