"""Settings of a client, from arguments or the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

import httpx

from xpander_tasks._errors import ConfigurationError
from xpander_tasks._limits import RateLimit
from xpander_tasks._retry import Retry

DEFAULT_BASE_URL = "https://api.xpander.ai"


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """Where the API is, who calls it, and how patiently.

    Arguments:
        api_key: API key, sent as `x-api-key`; `XPANDER_API_KEY` if neither it nor a token is given.
        bearer_token: OAuth2 JWT, sent as `Authorization: Bearer` instead of a key.
        base_url: Address of the API; `XPANDER_BASE_URL`, else the provider's.
        organization_id: Accepted for the provider's SDK and kept; `XPANDER_ORGANIZATION_ID` if it is not given. The
            credentials decide the organization, so it is never sent.
        timeout: Seconds to wait for each of connecting, sending, the next part of the answer, and a free connection,
            or an `httpx.Timeout`; 30 if none are given, or those of one's own httpx client.
        retry: When and how failed requests are repeated.
        rate_limit: A limit to keep to, such as `100/m`; limits that the server's headers tell are kept to anyway.

    Raises:
        ConfigurationError: A setting makes no sense.
    """

    api_key: str | None = field(default=None, repr=False)
    bearer_token: str | None = field(default=None, repr=False)
    base_url: str | None = None
    organization_id: str | None = None
    timeout: float | httpx.Timeout | None = None
    retry: Retry = field(default_factory=Retry)
    rate_limit: str | RateLimit | None = None

    def __post_init__(self) -> None:
        """Fill in what the environment says, and refuse what makes no sense."""
        if self.api_key is not None and self.bearer_token is not None:
            raise ConfigurationError(0, "expected api_key or bearer_token, got both; give the one to use")
        if self.bearer_token is None:
            self._fill("api_key", "XPANDER_API_KEY", None)
        self._fill("base_url", "XPANDER_BASE_URL", DEFAULT_BASE_URL)
        self._fill("organization_id", "XPANDER_ORGANIZATION_ID", None)
        for name in ("api_key", "bearer_token"):
            secret = getattr(self, name)
            if secret is not None and not (secret and secret.isascii() and secret.isprintable() and " " not in secret):
                # Told here and without the value, which httpx would print.
                raise ConfigurationError(0, f"expected {name} in printable ASCII without spaces; check how it is read")
        url = httpx.URL(self.base_url or "")
        if url.scheme not in ("http", "https"):
            raise ConfigurationError(0, "expected base_url to begin with http:// or https://")
        if url.userinfo:
            raise ConfigurationError(0, "expected base_url without a user name; give http_client with `auth` for that")
        if isinstance(self.timeout, (int, float)) and self.timeout <= 0:
            raise ConfigurationError(0, f"expected timeout in seconds above 0, got {self.timeout}")
        if isinstance(self.rate_limit, str):
            object.__setattr__(self, "rate_limit", RateLimit.parse(self.rate_limit))

    def _fill(self, name: str, variable: str, default: str | None) -> None:
        if getattr(self, name) is None:
            object.__setattr__(self, name, os.environ.get(variable) or default)

    def headers(self) -> dict[str, str]:
        """Return the header that authenticates a request.

        Raises:
            ConfigurationError: There are no credentials.
        """
        if self.bearer_token is not None:
            return {"authorization": f"Bearer {self.bearer_token}"}
        if self.api_key is None:
            raise ConfigurationError(
                0, "expected an API key, got none; pass Configuration(api_key=...) or set XPANDER_API_KEY"
            )
        return {"x-api-key": self.api_key}
