"""Instants as the API writes them."""

from datetime import datetime

Instant = datetime


class UnreadableInstant(ValueError):
    """A text that is not an instant of the calendar."""


def parse_instant(text: str) -> Instant:
    """Parse an RFC 3339 text, to the microsecond.

    Raises:
        UnreadableInstant: The text is not a date and time.
    """
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError:
        raise UnreadableInstant(f"{text!r} is not an instant") from None
