"""When a request is sent again, and after how long: decisions only, no clock and no socket."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import httpx

RETRIED_STATUSES = frozenset({408, 429, 502, 503, 504})

# Statuses by which a server says that it did not carry the request out.
REFUSED_STATUSES = frozenset({429, 503})

# Raised before a byte of the request was written: whatever it was, the server has not seen it.
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)

# The fault is in the request or the settings, so that the same request would fail the same way.
_HOPELESS = (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.TooManyRedirects)

# A longer number is no time and no count, and Python refuses to read it from some length on.
_NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)


def was_never_sent(failure: httpx.RequestError) -> bool:
    """Return whether an error was raised before a byte of the request was written."""
    return isinstance(failure, _NEVER_SENT) and not is_mislabelled(failure)


def is_mislabelled(failure: httpx.RequestError) -> bool:
    """Return whether an error says that no connection was made, though one was made and lost.

    httpx-aiohttp raises every lost connection as `ConnectTimeout`; the error of aiohttp, its cause, is the true one.
    """
    causes = {kind.__name__ for kind in type(failure.__cause__).__mro__}
    never_connected = causes & {"ClientConnectorError", "ConnectionTimeoutError"}
    return isinstance(failure, _NEVER_SENT) and "ClientError" in causes and not never_connected


def may_repeat(failure: httpx.RequestError | int, *, repeatable: bool) -> bool:
    """Return whether a failed request can be sent again.

    Args:
        failure: The error of httpx, or the status.
        repeatable: Whether doing the operation twice has the same effect as once: reads, stop and delete.
    """
    if isinstance(failure, int):
        return repeatable and failure in RETRIED_STATUSES
    return was_never_sent(failure) or (repeatable and not isinstance(failure, _HOPELESS))


def may_have_run(failure: httpx.RequestError | int) -> bool:
    """Return whether the server may have carried a failed request out."""
    return failure not in REFUSED_STATUSES if isinstance(failure, int) else not was_never_sent(failure)


def asked_delay(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds that an answer asks to wait, or None if it does not say.

    `Retry-After` comes first (RFC 9110, 10.2.3: seconds or a date), then `X-RateLimit-Reset` (Unix seconds).

    Args:
        headers: Headers of the answer.
        now: Unix time in seconds, by the local clock.
    """
    retry_after = headers.get("retry-after", "").strip()
    if (seconds := header_number(retry_after)) is not None:
        return seconds
    if retry_after and (moment := _http_date(retry_after)) is not None:
        return max(0.0, moment - _server_now(headers, now))
    return reset_delay(headers, now)


def reset_delay(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds until `X-RateLimit-Reset`, or None if the answer has none or it has passed."""
    reset = header_number(headers.get("x-ratelimit-reset", "").strip())
    if reset is None:
        return None
    delay = reset - _server_now(headers, now)
    return delay if delay > 0 else None


def header_number(text: str) -> float | None:
    """Read the number of a header; None if it is not one, or is longer than any time or count."""
    return float(text) if _NUMBER.fullmatch(text) else None


def _server_now(headers: Mapping[str, str], now: float) -> float:
    """Return the server's time in Unix seconds: comparing its moments by its own clock works even if ours is wrong."""
    moment = _http_date(headers.get("date", ""))
    return now if moment is None else moment


def _http_date(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError, OSError):  # not a date, or of no year that exists; it then asks for nothing
        return None
