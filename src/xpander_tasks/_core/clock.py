"""The clock that decisions read; tests pass another one, so that no test of a deadline waits for real time."""

from __future__ import annotations

import time


class Clock:
    """The clock of the system."""

    def monotonic(self) -> float:
        """Return seconds that only grow; deadlines are moments of this clock."""
        return time.monotonic()

    def unix(self) -> float:
        """Return the Unix time in seconds."""
        return time.time()


SYSTEM_CLOCK = Clock()
