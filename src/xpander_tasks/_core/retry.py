"""When a request is sent again, and after how long: decisions only, no clock and no socket."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import httpx

RETRIED_STATUSES = frozenset({408, 429, 502, 503, 504})

# Raised before a byte of the request was written: whatever it was, the server has not seen it.
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)

# The fault is in the request or the settings, so that the same request would fail the same way.
_HOPELESS = (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.TooManyRedirects)


def may_repeat(failure: httpx.RequestError | int, *, repeatable: bool) -> bool:
    """Return whether a failed request can be sent again.

    Args:
        failure: The error of httpx, or the status.
        repeatable: Whether doing the operation twice has the same effect as once: reads, stop and delete.
    """
    if isinstance(failure, int):
        return repeatable and failure in RETRIED_STATUSES
    return isinstance(failure, NEVER_SENT) or (repeatable and not isinstance(failure, _HOPELESS))


def asked_delay(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds that an answer asks to wait, or None if it does not say.

    `Retry-After` comes first (RFC 9110, 10.2.3: seconds or a date), then `X-RateLimit-Reset` (Unix seconds).

    Args:
        headers: Headers of the answer.
        now: Unix time in seconds, by the local clock.
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
    """Return the server's time in Unix seconds: comparing its moments by its own clock works even if ours is wrong."""
    moment = _http_date(headers.get("date", ""))
    return now if moment is None else moment


def _http_date(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except ValueError:  # not a date, as servers send now and then; the answer then asks for nothing
        return None
