"""When a request is sent again, and after how long: decisions only, no clock and no socket."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import httpx

from xpander_tasks._errors import ConfigurationError

RETRIED_STATUSES = frozenset({408, 429, 502, 503, 504})

# Raised before a byte of the request was written: whatever it was, the server has not seen it.
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)

# The fault is in the request or the settings, so that the same request would fail the same way.
_HOPELESS = (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.TooManyRedirects)


@dataclass(frozen=True, kw_only=True)
class Retry:
    """How failed requests are repeated, where that is safe.

    Reads, stop and delete are repeated on connection errors and on 408, 429, 502, 503 and 504. An invoke is repeated
    only when no connection was made, so that no task is started twice. `Retry-After` and `X-RateLimit-Reset` are
    obeyed; a request that would have to wait past `max_time` fails at once.

    Arguments:
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
        """Refuse numbers that make no sense."""
        if self.attempts < 1:
            raise ConfigurationError(0, f"expected Retry(attempts=...) of at least 1, got {self.attempts}")
        for name in ("max_time", "backoff", "max_backoff"):
            if getattr(self, name) < 0:
                raise ConfigurationError(0, f"expected Retry({name}=...) in seconds, not negative")

    def delay(self, attempt: int, asked: float | None, elapsed: float) -> float | None:
        """Return the seconds to wait after `attempt` requests took `elapsed` seconds, or None to give up.

        `asked` is the wait that the server asked for, in seconds.
        """
        if attempt >= self.attempts:
            return None
        backoff: float = min(self.backoff * 2 ** (attempt - 1), self.max_backoff)
        # What the server asked for is a floor; the jitter on top keeps callers from returning all at once.
        delay = backoff * random.uniform(0.5, 1) if asked is None else asked + random.uniform(0, min(0.1 * asked, 1.0))
        return delay if elapsed + delay <= self.max_time else None


def may_repeat(failure: httpx.RequestError | int, *, repeatable: bool) -> bool:
    """Say whether a request that ended in an error or a status can be sent again.

    `repeatable` is true for operations that do the same when done twice: reads, stop and delete.
    """
    if isinstance(failure, int):
        return repeatable and failure in RETRIED_STATUSES
    return isinstance(failure, NEVER_SENT) or (repeatable and not isinstance(failure, _HOPELESS))


def asked_delay(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds that an answer asks to wait, or None if it does not say.

    `Retry-After` comes first (RFC 9110, 10.2.3: seconds or a date), then `X-RateLimit-Reset` (Unix seconds) of an
    answer with no requests left. `now` is the local time in Unix seconds.
    """
    retry_after = headers.get("retry-after", "").strip()
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after)
    if retry_after and (moment := _http_date(retry_after)) is not None:
        return max(0.0, moment - _server_now(headers, now))
    return reset_delay(headers, now)


def reset_delay(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds until `X-RateLimit-Reset`, or None if the answer has none or it has passed."""
    reset = headers.get("x-ratelimit-reset", "").strip()
    if not (reset.isascii() and reset.isdigit()):
        return None
    delay = float(reset) - _server_now(headers, now)
    return delay if delay > 0 else None


def _server_now(headers: Mapping[str, str], now: float) -> float:
    """Return the server's time: two moments that it names are compared by its own clock, so that ours may be wrong."""
    moment = _http_date(headers.get("date", ""))
    return now if moment is None else moment


def _http_date(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except ValueError:  # not a date, as servers send now and then; the answer then asks for nothing
        return None
