"""The mock's clock: real by default, frozen or moved by a test."""

import asyncio
import time
from collections.abc import Callable


class Clock:
    """Tells the time in microseconds since 1970 and lets waiters sleep until an instant of it."""

    def __init__(self) -> None:
        self._frozen_at: int | None = None
        self._ahead = 0
        self._listeners: list[Callable[[], None]] = []

    def now(self) -> int:
        """The time, in microseconds since 1970."""
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
        self._changed()

    def advance(self, seconds: float) -> None:
        """Move ahead by `seconds`, frozen or not."""
        if seconds < 0:
            raise ValueError(f"a clock advances by 0 seconds or more, got {seconds}")
        micros = round(seconds * 1_000_000)
        if self._frozen_at is None:
            self._ahead += micros
        else:
            self._frozen_at += micros
        self._changed()

    def reset(self) -> None:
        """Tell the real time again."""
        self._frozen_at = None
        self._ahead = 0
        self._changed()

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` whenever the clock is set."""
        self._listeners.append(listener)

    async def wait(self, until: int | None, rung: asyncio.Event) -> None:
        """Sleep until the instant `until` or until `rung`; without an instant, or frozen, until `rung` alone."""
        seconds = None if until is None or self.frozen else max(0.0, (until - self.now()) / 1_000_000)
        try:
            async with asyncio.timeout(seconds):
                await rung.wait()
        except TimeoutError:
            return

    def _changed(self) -> None:
        for listener in self._listeners:
            listener()
