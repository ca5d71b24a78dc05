"""Keeping to a rate limit, whether the caller set it or the server's headers tell it: bookkeeping only, no sleeping."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from xpander_tasks._errors import ConfigurationError
from xpander_tasks._retry import reset_delay

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(frozen=True)
class RateLimit:
    """At most `requests` in any `seconds`."""

    requests: int
    seconds: float

    def __post_init__(self) -> None:
        """Refuse a limit that lets nothing pass."""
        if self.requests < 1 or self.seconds <= 0:
            raise ConfigurationError(0, f"expected a rate limit of at least 1 request in some time, got {self}")

    @classmethod
    def parse(cls, text: str) -> RateLimit:
        """Read `100/m`: a number of requests and a unit of time, `s`, `m` or `h`."""
        match = re.fullmatch(r"(\d+)/([smh])", text.strip())
        if match is None:
            raise ConfigurationError(0, f"expected a rate limit such as '100/m', got {text!r}")
        return cls(int(match[1]), _UNITS[match[2]])


class Limiter:
    """Says how long each request has to wait; shared by all threads and tasks of one client."""

    def __init__(self, limit: RateLimit | None = None) -> None:
        """Start with the caller's limit, if any."""
        self._limit = limit
        self._sent: deque[float] = deque(maxlen=limit.requests if limit else 1)
        self._left: int | None = None  # requests the server still allows before _reset; None: not told
        self._reset = 0.0
        self._under_way = 0
        self._lock = threading.Lock()

    def acquire(self, now: float, patience: float) -> float:
        """Take a place for one request and return 0, or return the seconds after which to ask again.

        `now` is monotonic, in seconds. Every place taken is given back with `release`. A wait that the server's
        headers ask for is not asked of a caller whose `patience` in seconds is shorter: its request goes out, and
        fails with the server's own words. The caller's own limit is always kept.
        """
        with self._lock:
            if self._left is not None and now >= self._reset:
                self._left = None
            if self._left is not None and self._left <= 0 and self._reset - now <= patience:
                return self._reset - now
            if self._limit is not None:
                if len(self._sent) == self._limit.requests and (delay := self._sent[0] + self._limit.seconds - now) > 0:
                    return delay
                self._sent.append(now)
            if self._left is not None:
                self._left -= 1
            self._under_way += 1
            return 0.0

    def release(self, headers: Mapping[str, str] | None, now: float, wall: float) -> None:
        """Give a place back, and learn from the answer's headers if an answer came.

        `now` is monotonic, `wall` is Unix time, both in seconds.
        """
        with self._lock:
            self._under_way -= 1
            if headers is None:
                return
            remaining = headers.get("x-ratelimit-remaining", "")
            if remaining.isascii() and remaining.isdigit() and (delay := reset_delay(headers, wall)) is not None:
                # The server has not counted what is still on its way to it.
                left = int(remaining) - self._under_way
                same_window = self._left is not None and abs(now + delay - self._reset) < 2
                self._left = min(left, self._left) if same_window and self._left is not None else left
                self._reset = now + delay
