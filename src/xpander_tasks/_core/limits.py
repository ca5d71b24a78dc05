"""The rate limiter, for the caller's own limit and for what the server's headers state: it counts and never sleeps."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping

from xpander_tasks._core.retry import header_number, reset_delay
from xpander_tasks.configuration import RateLimit


class Limiter:
    """Tells each request how long to wait; shared by all threads and asyncio tasks of one client."""

    def __init__(self, limit: RateLimit | None = None) -> None:
        """Start with the caller's own limit, if there is one."""
        self._limit = limit
        self._sent: deque[float] = deque(maxlen=limit.requests if limit else 1)
        self._left: int | None = None  # requests the server still allows before _reset; None: unknown
        self._reset = 0.0
        self._under_way = 0
        self._lock = threading.Lock()

    def acquire(self, now: float, patience: float) -> float:
        """Reserve a place for one request, to be given back with `release`.

        A wait that the server's headers ask for is skipped when it exceeds `patience`: the request is then sent, and
        fails with the server's own message. The caller's own limit is always respected.

        Args:
            now: Seconds of the monotonic clock.
            patience: Seconds that the caller can wait at most.

        Returns:
            0 if the place is reserved, else the seconds after which to ask again.
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
        """Give a place back, and note what the answer's headers say of the server's limit.

        Args:
            headers: Headers of the answer; None if none came.
            now: Seconds of the monotonic clock.
            wall: Unix time in seconds.
        """
        with self._lock:
            self._under_way -= 1
            if headers is None:
                return
            remaining = header_number(headers.get("x-ratelimit-remaining", "").strip())
            if remaining is not None and (delay := reset_delay(headers, wall)) is not None:
                # The server has not counted what is still on its way to it.
                left = int(remaining) - self._under_way
                same_window = self._left is not None and abs(now + delay - self._reset) < 2
                self._left = min(left, self._left) if same_window and self._left is not None else left
                self._reset = now + delay
