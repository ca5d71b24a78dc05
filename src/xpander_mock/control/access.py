"""Who may use the control and the console: protection against other web sites, and a token beyond loopback."""

import hashlib
import hmac
import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.requests import Request

COOKIE = "xpander_mock_console"


class AccessDenied(Exception):
    """A request that may not use the control or the console.

    Args:
        status: The status of the answer: 401 asks for the token, 403 refuses.
        reason: A sentence for the caller.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Access:
    """Decides which requests may use the control and the console.

    A web page of another site can make a browser send requests to a mock on the same machine. Such a request has the
    other site's `Origin`, or after DNS rebinding its name as `Host`. So only names that no other site can have are
    allowed as `Host`, and no `Origin` but the mock's own.

    Args:
        allowed_hosts: Host names that are allowed beside IP addresses and `localhost`.
        token: What callers must know; without one, only callers on loopback are let in.
    """

    def __init__(self, allowed_hosts: Sequence[str] = (), token: str | None = None) -> None:
        self._allowed_hosts = frozenset(host.lower().rstrip(".") for host in allowed_hosts)
        self._token = token

    def check(self, request: Request) -> None:
        """Check that a request may use the control or the console.

        Raises:
            AccessDenied: It may not; the reason names what would let it in.
        """
        self._check_host(request)
        if self._token is None:
            if not _is_loopback(request.client.host if request.client else ""):
                raise AccessDenied(
                    403,
                    "the control and the console answer only on loopback unless the mock is started with "
                    "--control-token or XPANDER_MOCK_TOKEN",
                )
        elif not self._has_token(request):
            raise AccessDenied(
                401,
                "expected the control token as `Authorization: Bearer …`: pass it to MockClient as `token`, or set "
                "XPANDER_MOCK_TOKEN",
            )

    def is_token(self, token: str) -> bool:
        """Tell whether a person has typed the right token."""
        return self._token is not None and hmac.compare_digest(token.encode(), self._token.encode())

    @property
    def cookie(self) -> str:
        """The value of the cookie that proves that a browser has sent the token; the token cannot be read from it."""
        return hashlib.sha256(f"{COOKIE}:{self._token}".encode()).hexdigest()

    def _has_token(self, request: Request) -> bool:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self.is_token(token.strip()):
            return True
        return hmac.compare_digest(request.cookies.get(COOKIE, "").encode(), self.cookie.encode())

    def _check_host(self, request: Request) -> None:
        host = request.headers.get("host", "")
        if not self._is_allowed(host):
            raise AccessDenied(
                403, f"expected an IP address or localhost as Host, got {host[:100]!r}: allow it with --allow-host NAME"
            )
        origin = request.headers.get("origin")
        if origin is not None and origin.lower().partition("://")[2] not in (host.lower(), *self._allowed_hosts):
            raise AccessDenied(403, f"expected a request of the mock's own pages, got the Origin {origin[:100]!r}")

    def _is_allowed(self, host: str) -> bool:
        try:
            name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
        except ValueError:
            return False
        return name == "localhost" or name.endswith(".localhost") or name in self._allowed_hosts or _is_address(name)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_loopback(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped.is_loopback
    return address.is_loopback
