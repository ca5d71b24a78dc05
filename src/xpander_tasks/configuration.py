"""Settings of a client, from arguments or the environment: address, credentials, timeouts, retries, rate limit."""

from __future__ import annotations

import math
import os
import random
import re
from dataclasses import dataclass, field

import httpx

from xpander_tasks.errors import ConfigurationError, UsageError

DEFAULT_BASE_URL = "https://api.xpander.ai"

_RATE_UNITS = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True, kw_only=True)
class Retry:
    """How failed requests are repeated, where that is safe.

    Reads, stop and delete are repeated on connection errors and on 408, 429, 502, 503 and 504. An invoke is repeated
    only when no connection was made, so that no task is started twice. `Retry-After` and `X-RateLimit-Reset` are
    obeyed; a request that would have to wait past `max_time` fails at once.

    Args:
        attempts: Requests in all, the first included; 1 turns retries off.
        max_time: Seconds from the first request within which the last one must start.
        backoff: Seconds before the second attempt, doubled for each one after; half of it is random.
        max_backoff: Upper bound of that, in seconds.

    Raises:
        ConfigurationError: A number is out of range.
    """

    attempts: int = 5
    max_time: float = 120.0
    backoff: float = 0.5
    max_backoff: float = 20.0

    def __post_init__(self) -> None:
        """Check the ranges."""
        if not isinstance(self.attempts, int) or isinstance(self.attempts, bool) or self.attempts < 1:
            raise ConfigurationError(
                0, f"expected Retry(attempts=...) as a whole number of at least 1, got {self.attempts!r}"
            )
        for name in ("max_time", "backoff", "max_backoff"):
            value = getattr(self, name)
            if not is_number(value):
                raise ConfigurationError(
                    0, f"expected Retry({name}=...) in seconds, finite and not negative, got {value!r}"
                )

    def delay(self, attempt: int, asked: float | None, elapsed: float) -> float | None:
        """Return how long to wait before the next attempt.

        Args:
            attempt: Requests sent so far.
            asked: Seconds that the server asked to wait; None if it did not say.
            elapsed: Seconds since the first request was sent.

        Returns:
            Seconds, or None to give up.
        """
        if attempt >= self.attempts:
            return None
        # From some power of two on, the result is max_backoff anyway, and a higher one is no float any more.
        backoff: float = min(self.backoff * 2.0 ** min(attempt - 1, 60), self.max_backoff)
        # What the server asked for is a floor; the jitter on top keeps callers from returning all at once.
        delay = backoff * random.uniform(0.5, 1) if asked is None else asked + random.uniform(0, min(0.1 * asked, 1.0))
        return delay if elapsed + delay <= self.max_time else None


@dataclass(frozen=True)
class RateLimit:
    """At most `requests` requests in any span of `seconds` seconds.

    Raises:
        ConfigurationError: A number is not positive.
    """

    requests: int
    seconds: float

    def __post_init__(self) -> None:
        """Check that both numbers are positive."""
        whole = isinstance(self.requests, int) and not isinstance(self.requests, bool)
        if not whole or self.requests < 1 or not is_number(self.seconds, above=0):
            raise ConfigurationError(0, f"expected a rate limit of at least 1 request in some seconds, got {self}")

    @classmethod
    def parse(cls, text: str) -> RateLimit:
        """Read a rate: requests, a slash and a time, such as `100/60s`, or in short `100/m`.

        Args:
            text: Requests per time. The unit is `s`, `m` or `h`; a time without a number is one of its unit.

        Raises:
            ConfigurationError: The text is not a rate; the message says what was expected.
        """
        match = re.fullmatch(r"([1-9][0-9]{0,8})/([1-9][0-9]{0,8})?([smh])", text, re.ASCII)
        if match is None:
            raise ConfigurationError(
                0, f"{text!r} is not a rate; expected requests per time, such as 100/60s, 100/m or 100/h"
            )
        return cls(int(match[1]), int(match[2] or 1) * _RATE_UNITS[match[3]])


@dataclass(frozen=True, init=False)
class Configuration:
    """Where the API is, who calls it, and how patiently.

    Args:
        api_key: API key, sent as `x-api-key`; `XPANDER_API_KEY` if neither it nor a token is given.
        bearer_token: OAuth2 JWT, sent as `Authorization: Bearer` instead of a key.
        base_url: Address of the API; `XPANDER_BASE_URL`, else the provider's.
        organization_id: Accepted for the provider's SDK and stored; `XPANDER_ORGANIZATION_ID` if it is not given. The
            credentials decide the organization, so it is never sent.
        timeout: Seconds to wait for each of connecting, sending, the next part of the answer, and a free connection,
            or an `httpx.Timeout`; 30 if none are given, or those of your own httpx client.
        retry: When and how failed requests are repeated.
        rate_limit: A limit to stay within, such as `100/60s` or `100/m`; limits that the server's headers state are
            respected in any case.
        max_body: Bytes that an answer, or one event of a stream, may have after decompression.

    Raises:
        ConfigurationError: A setting makes no sense; the message names it and what was expected.
    """

    api_key: str | None = field(repr=False)
    bearer_token: str | None = field(repr=False)
    base_url: str
    organization_id: str | None
    timeout: float | httpx.Timeout | None
    retry: Retry
    rate_limit: RateLimit | None
    max_body: int

    def __init__(
        self,
        *,
        api_key: str | None = None,
        bearer_token: str | None = None,
        base_url: str | None = None,
        organization_id: str | None = None,
        timeout: float | httpx.Timeout | None = None,
        retry: Retry | None = None,
        rate_limit: str | RateLimit | None = None,
        max_body: int = 64 * 2**20,
    ) -> None:
        """Read the environment for what is not given, and check everything."""
        if bearer_token is None:
            api_key = os.environ.get("XPANDER_API_KEY") or None if api_key is None else api_key
        self._set("api_key", api_key)
        self._set("bearer_token", bearer_token)
        # Tools that show the local variables of a traceback must not find them here.
        del api_key, bearer_token
        self._set("base_url", base_url or os.environ.get("XPANDER_BASE_URL") or DEFAULT_BASE_URL)
        self._set("organization_id", organization_id or os.environ.get("XPANDER_ORGANIZATION_ID") or None)
        self._set("timeout", timeout)
        self._set("retry", Retry() if retry is None else retry)
        self._set("rate_limit", RateLimit.parse(rate_limit) if isinstance(rate_limit, str) else rate_limit)
        self._set("max_body", max_body)
        self._check()

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)  # the class is frozen for everybody else

    def _check(self) -> None:
        if self.api_key is not None and self.bearer_token is not None:
            raise ConfigurationError(0, "expected api_key or bearer_token, got both; give the one to use")
        for name in ("api_key", "bearer_token"):
            if getattr(self, name) is not None and not _fits_header(getattr(self, name)):
                # Checked here, because the message of httpx would show the value.
                raise ConfigurationError(0, f"expected {name} in printable ASCII without spaces; check how it is read")
        _check_base_url(self.base_url)
        if self.timeout is not None:
            check_timeout(self.timeout, ConfigurationError)
        if not isinstance(self.retry, Retry):
            raise ConfigurationError(0, f"expected retry as Retry(attempts=...), got {self.retry!r}")
        if self.rate_limit is not None and not isinstance(self.rate_limit, RateLimit):
            raise ConfigurationError(0, f"expected rate_limit such as '100/60s' or RateLimit, got {self.rate_limit!r}")

        if not isinstance(self.max_body, int) or isinstance(self.max_body, bool) or self.max_body < 1:
            raise ConfigurationError(0, f"expected max_body in bytes, a whole number above 0, got {self.max_body!r}")

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


def is_number(value: object, *, above: float | None = None, least: float = 0) -> bool:
    """Return whether a value is a finite int or float in a range; True and False are no numbers.

    Args:
        value: The value.
        above: The number must be greater than this.
        least: Without `above`, the number must not be less than this.
    """
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not math.isfinite(value):
        return False
    return value >= least if above is None else value > above


def check_timeout(timeout: object, error: type[UsageError] = UsageError) -> None:
    """Check a timeout: seconds that are finite and above 0, or an `httpx.Timeout` of such.

    Args:
        timeout: The value given.
        error: The class to raise.

    Raises:
        UsageError: It is not; or the class given.
    """
    parts = timeout.as_dict().values() if isinstance(timeout, httpx.Timeout) else [timeout]
    for part in parts:
        if part is not None and not is_number(part, above=0):
            raise error(0, f"expected timeout in seconds above 0 or as httpx.Timeout, got {timeout!r}")


def _fits_header(secret: object) -> bool:
    if not isinstance(secret, str) or not secret:
        return False
    return secret.isascii() and secret.isprintable() and " " not in secret


def _check_base_url(base_url: object) -> None:
    try:
        url = httpx.URL(base_url)  # type: ignore[arg-type]  # what is not a string raises as well
    except (httpx.InvalidURL, TypeError, UnicodeError) as error:
        raise ConfigurationError(0, f"expected base_url such as {DEFAULT_BASE_URL}: {error}") from None
    if url.scheme not in ("http", "https") or not re.fullmatch(r"[A-Za-z0-9._:-]+", url.raw_host.decode()):
        raise ConfigurationError(0, "expected base_url to begin with http:// or https:// and a host")
    if url.userinfo:
        raise ConfigurationError(0, "expected base_url without a user name; give http_client with `auth` for that")
    if url.query or url.fragment:
        raise ConfigurationError(0, "expected base_url without a query or fragment; paths are appended to it")
