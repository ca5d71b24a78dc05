"""Instants as the API writes them, and the same instant written otherwise."""

from datetime import UTC, datetime, timedelta, timezone

Instant = datetime
OFFSETS = (timedelta(0), timedelta(hours=2), -timedelta(hours=5, minutes=30), timedelta(hours=13), -timedelta(hours=11))
MICROSECOND = timedelta(microseconds=1)


def parse(text: str) -> Instant:
    """Return the instant that an RFC 3339 text names, to the microsecond."""
    return datetime.fromisoformat(text.upper())


def write(instant: Instant, offset: timedelta | None = None) -> str:
    """Return an instant in RFC 3339: in UTC with a Z, or with an offset."""
    if offset is None:
        return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return instant.astimezone(timezone(offset)).isoformat()


def spellings(instant: Instant) -> list[str]:
    """Return ways to write the same instant."""
    texts = [write(instant), *(write(instant, offset) for offset in OFFSETS)]
    whole, _, fraction = write(instant)[:-1].partition(".")
    texts.append(f"{whole}.{(fraction or '0').rstrip('0') or '0'}Z")
    texts.append(f"{whole}.{fraction or '000000'}Z")
    texts.append(f"{whole}.{fraction or '000000'}000Z")
    return list(dict.fromkeys(texts))


def next_tenth(instant: Instant) -> Instant:
    """Return the next full tenth of a second, which one digit of a fraction can name."""
    return instant + timedelta(microseconds=-instant.microsecond % 100_000)


def step(instants: list[Instant]) -> timedelta:
    """Return the smallest step that a server shows: a microsecond, a millisecond or a second.

    A server that shows whole milliseconds may well keep no more; bounds between two of them would not be fair.
    """
    micros = [instant.microsecond for instant in instants]
    if any(value % 1000 for value in micros):
        return MICROSECOND
    return timedelta(milliseconds=1) if any(micros) else timedelta(seconds=1)
