"""Instants in RFC 3339, and other spellings of the same instant."""

from datetime import UTC, timedelta, timezone

from ..contract.instants import Instant as Instant
from ..contract.instants import parse_instant

parse = parse_instant
OFFSETS = (timedelta(0), timedelta(hours=2), -timedelta(hours=5, minutes=30), timedelta(hours=13), -timedelta(hours=11))
MICROSECOND = timedelta(microseconds=1)


def write(instant: Instant, offset: timedelta | None = None) -> str:
    """Format an instant in RFC 3339: in UTC with a Z, or with an offset."""
    if offset is None:
        return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return instant.astimezone(timezone(offset)).isoformat()


def spellings(instant: Instant) -> list[str]:
    """Return different texts for the same instant."""
    texts = [write(instant), *(write(instant, offset) for offset in OFFSETS)]
    whole, _, fraction = write(instant)[:-1].partition(".")
    texts.append(f"{whole}.{(fraction or '0').rstrip('0') or '0'}Z")
    texts.append(f"{whole}.{fraction or '000000'}Z")
    texts.append(f"{whole}.{fraction or '000000'}000Z")
    return list(dict.fromkeys(texts))


def next_tenth(instant: Instant) -> Instant:
    """Round an instant up to a tenth of a second, which can be written with a fraction of one digit."""
    return instant + timedelta(microseconds=-instant.microsecond % 100_000)


def step(instants: list[Instant]) -> timedelta:
    """Return the precision of a server's times: a microsecond, a millisecond or a second.

    A server that shows milliseconds may store no more, so that finer bounds would be unfair.
    """
    micros = [instant.microsecond for instant in instants]
    if any(value % 1000 for value in micros):
        return MICROSECOND
    return timedelta(milliseconds=1) if any(micros) else timedelta(seconds=1)
