"""Clients: the address, credentials, headers and time limits of every call."""

import ssl
from collections.abc import Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from threading import Lock
from types import TracebackType
from typing import Any, NamedTuple, Self

import httpx
from attrs import define, evolve, field

from .requests import Request
from .types import UNSET, Unset

DEFAULT_TIMEOUT = httpx.Timeout(60.0, connect=5.0)
"""Limits in seconds of a client that sets none."""

Timeout = httpx.Timeout | float | None
"""Limits in seconds; None waits without limit."""


class Credentials(NamedTuple):
    """What credentials add to a request."""

    headers: dict[str, str]
    params: dict[str, str]
    cookies: dict[str, str]


_CREDENTIALS = (
    "api_key",
    "token",
)
_ALTERNATIVES: list[set[str]] = [
    {
        "api_key",
    },
    {
        "token",
    },
]
"""The sets of credentials that every operation takes; empty if operations differ."""


def _shown_url(url: str) -> str:
    return repr(httpx.URL(url))


@define(eq=False)
class Client:
    """A client without credentials. It is a context manager, for `with` and for `async with`.

    `with_headers`, `with_cookies` and `with_timeout` return a copy and do not change the original. A copy opens its own
    connections, unless an httpx client was given, which both then use.

    Args:
        base_url: Address to which the paths of the operations are appended.
        raise_on_unexpected_status: Whether an undocumented status raises `errors.UnexpectedStatus` in
            `sync_detailed` and `asyncio_detailed`; if not, they return a `Response` without a parsed body.
        headers: Headers of every request.
        cookies: Cookies of every request.
        timeout: Limits in seconds of every request; by default `DEFAULT_TIMEOUT`, or those of the httpx client given.
        verify_ssl: Whether to verify the server's certificate, or the context to verify it with.
        follow_redirects: Whether to follow redirects.
        httpx_args: More arguments for the httpx clients that are created, such as `transport`.
        httpx_client: An httpx client to send with. It stays open when this client closes.
        async_httpx_client: The same for asynchronous calls.
    """

    base_url: str = field(repr=_shown_url)
    raise_on_unexpected_status: bool = field(default=True, kw_only=True)
    _headers: Mapping[str, str] = field(alias="headers", factory=dict, kw_only=True, repr=False)
    _cookies: Mapping[str, str] = field(alias="cookies", factory=dict, kw_only=True, repr=False)
    _timeout: Timeout | Unset = field(alias="timeout", default=UNSET, kw_only=True)
    _verify_ssl: bool | ssl.SSLContext = field(alias="verify_ssl", default=True, kw_only=True, repr=False)
    _follow_redirects: bool = field(alias="follow_redirects", default=False, kw_only=True)
    _httpx_args: Mapping[str, Any] = field(alias="httpx_args", factory=dict, kw_only=True, repr=False)
    _httpx_client: httpx.Client | None = field(alias="httpx_client", default=None, kw_only=True, repr=False)
    _async_httpx_client: httpx.AsyncClient | None = field(
        alias="async_httpx_client", default=None, kw_only=True, repr=False
    )
    _made: httpx.Client | None = field(default=None, init=False, repr=False)
    _async_made: httpx.AsyncClient | None = field(default=None, init=False, repr=False)
    _lock: Any = field(factory=Lock, init=False, repr=False)

    def with_headers(self, headers: Mapping[str, str]) -> Self:
        """Return a copy with additional headers."""
        return evolve(self, headers={**self._headers, **headers})

    def with_cookies(self, cookies: Mapping[str, str]) -> Self:
        """Return a copy with additional cookies."""
        return evolve(self, cookies={**self._cookies, **cookies})

    def with_timeout(self, timeout: Timeout) -> Self:
        """Return a copy with these time limits, in seconds."""
        return evolve(self, timeout=timeout)

    def set_httpx_client(self, client: httpx.Client) -> Self:
        """Send with this httpx client from now on. It stays open when this client closes."""
        self._httpx_client = client
        return self

    def set_async_httpx_client(self, async_client: httpx.AsyncClient) -> Self:
        """Send asynchronous calls with this httpx client from now on. It stays open when this client closes."""
        self._async_httpx_client = async_client
        return self

    def get_httpx_client(self) -> httpx.Client:
        """Return the httpx client that sends: the one given, else one that is created at the first call."""
        if self._httpx_client is not None:
            return self._httpx_client
        with self._lock:
            if self._made is None:
                self._made = httpx.Client(**self._httpx_arguments())
            return self._made

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        """Return the httpx client that sends asynchronous calls: the one given, else one created at the first call."""
        if self._async_httpx_client is not None:
            return self._async_httpx_client
        with self._lock:
            if self._async_made is None:
                self._async_made = httpx.AsyncClient(**self._httpx_arguments())
            return self._async_made

    def prepare(
        self, request: Request, *, headers: Mapping[str, str] | None = None, timeout: Timeout | Unset = UNSET
    ) -> dict[str, Any]:
        """Return the arguments for `request` or `build_request` of any httpx client.

        Args:
            request: The request of an operation, to which address, headers, cookies and credentials are added.
            headers: Headers of this call, which take precedence.
            timeout: Limits of this call in seconds, which take precedence.
        """
        arguments: dict[str, Any] = {name: value for name, value in request.items() if name != "cookies"}
        arguments["url"] = self.base_url.rstrip("/") + request["url"]
        credentials = self._credentials()
        sent = httpx.Headers(dict(self._headers))
        sent.update(credentials.headers)
        if credentials.params:
            arguments["params"] = {**credentials.params, **request.get("params", {})}
        sent.update(request.get("headers"))
        cookies = {**self._cookies, **credentials.cookies, **request.get("cookies", {})}
        if cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        sent.update(dict(headers or {}))
        arguments["headers"] = sent
        limits = self._timeout if timeout is UNSET else timeout
        if limits is not UNSET:
            arguments["timeout"] = limits
        return arguments

    def credential_names(self) -> list[str]:
        """Return the names of the headers that hold credentials."""
        credentials = self._credentials()
        return [*credentials.headers, *(["cookie"] if credentials.cookies else [])]

    def close(self) -> None:
        """Close the connections of the synchronous calls."""
        if self._made is not None:
            self._made.close()

    async def aclose(self) -> None:
        """Close the connections of the asynchronous calls."""
        if self._async_made is not None:
            await self._async_made.aclose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    def _credentials(self) -> Credentials:
        return Credentials({}, {}, {})

    def _httpx_arguments(self) -> dict[str, Any]:
        return {
            "timeout": DEFAULT_TIMEOUT,
            "verify": self._verify_ssl,
            "follow_redirects": self._follow_redirects,
            # Nothing that a server sets may change or break later calls; `cookies` are sent without a jar.
            "cookies": CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            **self._httpx_args,
        }


@define(eq=False)
class AuthenticatedClient(Client):
    """A client with credentials, which its `repr` does not show. All that are given are sent.

    Args:
        token: Bearer token, sent in `auth_header_name` after `prefix`.
        api_key: API key, sent as the header `x-api-key`.
        prefix: The word before the token, if any.
        auth_header_name: Name of the header for the token.

    The other arguments are those of `Client`.

    Raises:
        ValueError: No credentials were given, or more than an operation takes, or some that no header can carry.
    """

    token: str | None = field(default=None, repr=False)
    api_key: str | None = field(default=None, kw_only=True, repr=False)
    prefix: str = field(default="Bearer", kw_only=True)
    auth_header_name: str = field(default="Authorization", kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Check the credentials here, because the error of a later call would show them."""
        given = [name for name in _CREDENTIALS if getattr(self, name)]
        if not given or (_ALTERNATIVES and set(given) not in _ALTERNATIVES):
            raise ValueError("give either api_key or token; for calls without credentials use Client")
        for name in given:
            value = getattr(self, name)
            text = value if isinstance(value, str) else ":".join(value)
            if not text.isascii() or not text.isprintable() or text != text.strip():
                raise ValueError(f"{name} has characters that no header can carry, such as a line break")

    def _credentials(self) -> Credentials:
        headers: dict[str, str] = {}
        params: dict[str, str] = {}
        cookies: dict[str, str] = {}
        if self.api_key:
            headers["x-api-key"] = self.api_key
        if self.token:
            headers[self.auth_header_name] = f"{self.prefix} {self.token}" if self.prefix else self.token
        return Credentials(headers, params, cookies)
