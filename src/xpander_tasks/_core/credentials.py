"""The credentials of a client: sent to the configured origin only, and removed from whatever could show them."""

from __future__ import annotations

import httpx

from xpander_tasks.configuration import Configuration


class Credentials:
    """Adds the header that authenticates a request, and removes it again. No frame and no `repr` holds the secret."""

    def __init__(self, configuration: Configuration) -> None:
        """Use the key or token of a configuration, for the origin of its address."""
        self._configuration = configuration
        self._origin = _origin(httpx.URL(configuration.base_url))

    def add(self, request: httpx.Request) -> None:
        """Add the header, unless the request goes to another origin, as after a redirect."""
        if _origin(request.url) == self._origin:
            # One by one, as `update` builds all headers anew.
            for name, value in self._configuration.headers().items():
                request.headers[name] = value

    def remove(self, request: httpx.Request | None) -> None:
        """Remove the header from a request, which answers and errors hold."""
        if request is not None:
            for name in self._configuration.headers():
                if name in request.headers:
                    del request.headers[name]

    def redact(self, content: bytes) -> bytes:
        """Remove the secret from a body: a server may echo it, and it must not get into messages and logs."""
        for value in self._configuration.headers().values():
            content = content.replace(value.removeprefix("Bearer ").encode(), b"[redacted]")
        return content


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
