"""Rates, such as `100/60s`."""

import re
from dataclasses import dataclass

SECONDS = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True, slots=True)
class Rate:
    """A number of requests in a window of time.

    Args:
        requests: How many requests fit into a window.
        seconds: Length of a window in seconds.
    """

    requests: int
    seconds: int

    @property
    def per_second(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


def parse_rate(text: str) -> Rate:
    """Read a rate: requests, a slash and a time, such as `100/60s`, or in short `100/m`.

    Args:
        text: Requests per time. The unit is `s`, `m` or `h`; a time without a number is one of its unit.

    Raises:
        ValueError: The text is not a rate; the message says what was expected.
    """
    match = re.fullmatch(r"([1-9][0-9]{0,8})/([1-9][0-9]{0,8})?([smh])", text, re.ASCII)
    if not match:
        raise ValueError(f"{text!r} is not a rate; expected requests per time, such as 100/60s, 100/m or 100/h")
    return Rate(int(match[1]), int(match[2] or 1) * SECONDS[match[3]])
