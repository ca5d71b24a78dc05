"""The rate limit: so many requests of each organization in a window of time."""

import re
from dataclasses import dataclass
from typing import Self

from xpander_mock._clock import Clock
from xpander_mock._errors import RateLimited
from xpander_mock._store import Store

_SECOND = 1_000_000


@dataclass(frozen=True)
class RateLimit:
    """How many requests pass in how many seconds."""

    requests: int
    seconds: int

    def __post_init__(self) -> None:
        """Refuse what limits nothing or everything.

        Raises:
            ValueError: a number is below 1.
        """
        if self.requests < 1 or self.seconds < 1:
            raise ValueError(f"expected a rate limit of 1 or more requests in 1 or more seconds, got {self}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a limit such as `100/60`: 100 requests in 60 seconds.

        Raises:
            ValueError: the text is something else.
        """
        match = re.fullmatch(r"(\d{1,9})/(\d{1,9})", text, re.ASCII)
        if match is None:
            raise ValueError(f"expected requests/seconds such as 100/60, got {text!r}")
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.requests}/{self.seconds}"


class Limiter:
    """Counts requests in windows that begin with the first request and end on a whole second.

    Args:
        store: where the windows are kept.
        clock: what tells the time.
        limit: None passes all.
    """

    def __init__(self, store: Store, clock: Clock, limit: RateLimit | None) -> None:
        self.store = store
        self.clock = clock
        self.limit = limit

    def set(self, limit: RateLimit | None) -> None:
        """Set the limit, and count from nothing."""
        self.limit = limit
        self.store.forget_uses()

    def take(self, caller: str) -> dict[str, str]:
        """Count a request; the headers that tell the caller how many are left.

        Raises:
            RateLimited: too many came in this window.
        """
        if self.limit is None:
            return {}
        now = self.clock.now()
        fresh = -(-(now + self.limit.seconds * _SECOND) // _SECOND) * _SECOND
        uses, ends = self.store.use(caller, now, fresh)
        headers = {
            "X-RateLimit-Limit": str(self.limit.requests),
            "X-RateLimit-Remaining": str(max(0, self.limit.requests - uses)),
            "X-RateLimit-Reset": str(ends // _SECOND),
        }
        if uses > self.limit.requests:
            raise RateLimited(headers | {"Retry-After": str(max(1, -(-(ends - now) // _SECOND)))})
        return headers
