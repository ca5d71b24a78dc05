"""Instants: whole microseconds since 1970 in memory, RFC 3339 on the wire."""

import re
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))", re.ASCII
)
_DAYS_IN_400_YEARS = 146_097
EARLIEST = -62_135_596_800_000_000
"""The beginning of year 1, in microseconds since 1970."""
LATEST = 253_402_300_799_999_999
"""The end of year 9999, likewise. Only instants between them can be written."""


def format_instant(micros: int) -> str:
    """Write an instant in UTC with microseconds, such as `2026-02-07T02:13:27.228497Z`."""
    # `strftime` writes early years without their zeros, `isoformat` does not.
    return (_EPOCH + timedelta(microseconds=micros)).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def parse_instant(text: str, *, up: bool = False) -> int:
    """Read an RFC 3339 date-time as microseconds since 1970.

    Args:
        text: A date-time with an offset.
        up: Round digits beyond the microsecond up instead of down, as a lower bound needs.

    Raises:
        ValueError: The text is not an RFC 3339 date-time.
    """
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise ValueError(f"expected an RFC 3339 date-time with an offset, got {text!r}")
    year, month, day, hour, minute, second = (int(match[group]) for group in range(1, 7))
    # Python has no year 0: early years are counted 400 years later. Seconds are added, so that a leap second is fine.
    early = year < 400
    days = (datetime(year + 400 * early, month, day, tzinfo=UTC) - _EPOCH).days - _DAYS_IN_400_YEARS * early
    seconds = days * 86_400 + hour * 3_600 + minute * 60 + second
    if match[8]:
        offset = int(match[9]) * 3_600 + int(match[10]) * 60
        seconds += offset if match[8] == "-" else -offset
    fraction = match[7] or ""
    rest = up and fraction[6:].strip("0") != ""
    return seconds * 1_000_000 + int(fraction[:6].ljust(6, "0")) + rest
