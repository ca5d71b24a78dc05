"""The mock's clock: real by default, frozen or moved by a test."""

import asyncio
import time
from collections.abc import Callable


class Clock:
    """Tells the time in microseconds since 1970, and lets a request sleep until an instant."""

    def __init__(self) -> None:
        self._frozen_at: int | None = None
        self._ahead = 0
        self._listeners: list[Callable[[], None]] = []

    def now(self) -> int:
        """Return the time, in microseconds since 1970."""
        if self._frozen_at is not None:
            return self._frozen_at
        return time.time_ns() // 1_000 + self._ahead

    @property
    def frozen(self) -> bool:
        """Whether the clock stands still."""
        return self._frozen_at is not None

    def freeze(self, at: int | None = None) -> None:
        """Stand still, now or at `at` (microseconds since 1970)."""
        self._frozen_at = self.now() if at is None else at
        self._tell_listeners()

    def advance(self, seconds: float) -> None:
        """Move ahead by `seconds`, frozen or not.

        Raises:
            ValueError: `seconds` is negative.
        """
        if seconds < 0:
            raise ValueError(f"a clock advances by 0 seconds or more, got {seconds}")
        micros = round(seconds * 1_000_000)
        if self._frozen_at is None:
            self._ahead += micros
        else:
            self._frozen_at += micros
        self._tell_listeners()

    def reset(self) -> None:
        """Show the real time again."""
        self._frozen_at = None
        self._ahead = 0
        self._tell_listeners()

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` whenever the clock is set."""
        self._listeners.append(listener)

    async def wait(self, until: int | None, event: asyncio.Event) -> None:
        """Sleep until the instant `until` or until the event; without an instant, or frozen, until the event alone."""
        seconds = None if until is None or self.frozen else max(0.0, (until - self.now()) / 1_000_000)
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return

    def _tell_listeners(self) -> None:
        for listener in self._listeners:
            listener()
