"""How long many requests will take under the rate limit that the headers of an answer tell."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

# The headers tell how much is left of a window and when it ends, not how long it is; the documents say a minute.
_WINDOW = 60.0


@dataclass(frozen=True)
class Allowance:
    """What a rate limit lets pass.

    Args:
        limit: Requests in a window.
        remaining: Requests left in this one.
        reset: Seconds until the next.
    """

    limit: int
    remaining: int
    reset: float

    def seconds_for(self, requests: int) -> float:
        """Return the seconds that so many requests have to wait in all; 0 when they fit into this window."""
        if requests <= self.remaining:
            return 0.0
        windows = -(-(requests - self.remaining) // self.limit)
        return self.reset + (windows - 1) * _WINDOW


def allowance(headers: Mapping[str, str], now: float | None = None) -> Allowance | None:
    """Return the allowance that an answer's headers tell, or None when they tell none."""
    values = [headers.get(f"x-ratelimit-{name}", "") for name in ("limit", "remaining", "reset")]
    if not all(value.isascii() and value.isdigit() and len(value) < 16 for value in values):
        return None
    limit, remaining, reset = map(int, values)
    seconds = min(max(0.0, reset - (time.time() if now is None else now)), 3600.0)
    return Allowance(limit, remaining, seconds) if limit else None
