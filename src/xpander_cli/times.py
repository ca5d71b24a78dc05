"""Moments and spans of time, as people write them on a command line and read them in a table."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from xpander_cli.errors import CommandError

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_SPAN = re.compile(r"(\d{1,9}(?:\.\d+)?)([smhdw])")


def span(text: str, option: str) -> float:
    """Return the seconds of a span such as `90`, `90s`, `5m`, `1.5h`, `7d` or `2w`.

    Raises:
        CommandError: It is none.
    """
    match = _SPAN.fullmatch(text.strip() if text.strip()[-1:].isalpha() else f"{text.strip()}s")
    if match is None:
        raise CommandError(f"expected {option} as a number and s, m, h, d or w, such as 30s or 24h, got {text!r}")
    return float(match[1]) * _SECONDS[match[2]]


def moment(text: str, option: str, now: datetime | None = None) -> datetime:
    """Return the moment that is a span before now, or that ISO 8601 names; without an offset in local time.

    Raises:
        CommandError: It is neither, or out of range.
    """
    if _SPAN.fullmatch(text.strip()):
        try:
            return (now or datetime.now(UTC)) - timedelta(seconds=span(text, option))
        except OverflowError:
            raise CommandError(f"expected {option} within the calendar, got {text!r}") from None
    try:
        given = datetime.fromisoformat(text.strip())
        return given if given.tzinfo else given.astimezone()
    except (ValueError, OverflowError):
        raise CommandError(
            f"expected {option} as a span before now, such as 24h or 7d, or as a date such as 2026-02-01 or "
            f"2026-02-01T08:00:00Z, got {text!r}"
        ) from None


def short(seconds: float) -> str:
    """Return a span in at most two units: `0.4s`, `12s`, `3m 5s`, `2h 10m`, `5d 3h`."""
    seconds = max(0.0, seconds)
    if seconds < 9.95:
        return f"{seconds:.1f}s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    for above, unit, below in (("m", 60, 1), ("h", 3600, 60), ("d", 86_400, 3600)):
        if whole < unit * {"m": 60, "h": 24, "d": 10**9}[above]:
            rest = whole % unit // below
            lower = {"m": "s", "h": "m", "d": "h"}[above]
            return f"{whole // unit}{above}" + (f" {rest}{lower}" if rest else "")
    return f"{whole}s"


def ago(then: object, now: datetime) -> str:
    """Return how long a moment is past in one unit, such as `5m`; empty when it is no moment."""
    if not isinstance(then, datetime):
        return ""
    seconds = max(0.0, (now - _aware(then)).total_seconds())
    for unit, length in (("d", 86_400), ("h", 3600), ("m", 60)):
        if seconds >= length:
            return f"{int(seconds // length)}{unit}"
    return f"{int(seconds)}s"


def between(start: object, end: object) -> float | None:
    """Return the seconds between two moments, or None when one of them is missing; never below 0."""
    if not (isinstance(start, datetime) and isinstance(end, datetime)):
        return None
    return max(0.0, (_aware(end) - _aware(start)).total_seconds())


def _aware(given: datetime) -> datetime:
    """Take a moment without an offset as UTC, which is what servers mean by it."""
    return given if given.tzinfo else given.replace(tzinfo=UTC)
