"""The rate limit: how many requests of each organization pass in a window of time."""

import re
from dataclasses import dataclass
from typing import Self

from xpander_mock.rules.clock import Clock
from xpander_mock.rules.errors import RateLimited
from xpander_mock.storage.database import StorageFullError
from xpander_mock.storage.rate_windows import RateWindows

_SECOND = 1_000_000
_RATE = re.compile(r"(\d{1,9})/(?:(\d{1,9})s|([smh]))", re.ASCII)
_SHORT_FORMS = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True)
class RateLimit:
    """How many requests pass in how many seconds, written `100/60s` or, for whole units, `100/s`, `100/m`, `100/h`."""

    requests: int
    seconds: int

    def __post_init__(self) -> None:
        """Check that both numbers are positive.

        Raises:
            ValueError: One is not.
        """
        if self.requests < 1 or self.seconds < 1:
            raise ValueError(f"expected a rate of 1 or more requests in 1 or more seconds, got {self}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a limit such as `100/60s` (100 requests in 60 seconds), `100/s`, `100/m` or `100/h`.

        Raises:
            ValueError: The text is something else.
        """
        match = _RATE.fullmatch(text)
        if match is None:
            raise ValueError(f"expected a rate such as 100/60s, 100/s, 100/m or 100/h, got {text!r}")
        return cls(int(match[1]), int(match[2] or _SHORT_FORMS[match[3]]))

    def __str__(self) -> str:
        return f"{self.requests}/{self.seconds}s"


class RateLimiter:
    """Counts requests in windows that begin with the first request and end on a whole second.

    Args:
        windows: Where the requests are counted.
        clock: The time.
        limit: None lets all requests pass.
    """

    def __init__(self, windows: RateWindows, clock: Clock, limit: RateLimit | None) -> None:
        self._windows = windows
        self._clock = clock
        self.limit = limit

    def set(self, limit: RateLimit | None) -> None:
        """Set the limit, and begin counting again."""
        self.limit = limit
        self._windows.clear()

    def take(self, caller: str) -> dict[str, str]:
        """Count a request, and return the headers that tell the caller how many are left.

        Raises:
            RateLimited: The limit of this window is exceeded.
        """
        if self.limit is None:
            return {}
        now = self._clock.now()
        end_of_new = -(-(now + self.limit.seconds * _SECOND) // _SECOND) * _SECOND
        try:
            count, ends = self._windows.count_request(caller, now, end_of_new)
        except StorageFullError:
            return {}  # what cannot be counted passes, so that reading goes on
        headers = {
            "X-RateLimit-Limit": str(self.limit.requests),
            "X-RateLimit-Remaining": str(max(0, self.limit.requests - count)),
            "X-RateLimit-Reset": str(ends // _SECOND),
        }
        if count > self.limit.requests:
            raise RateLimited(headers | {"Retry-After": str(max(1, -(-(ends - now) // _SECOND)))})
        return headers
