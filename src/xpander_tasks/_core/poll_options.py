"""Options of waiting for a task."""

from __future__ import annotations

from dataclasses import dataclass

from xpander_tasks.configuration import is_number
from xpander_tasks.errors import UsageError

DEFAULT_MAX_INTERVAL = 10.0


@dataclass(frozen=True)
class PollOptions:
    """How often to poll a task, and until when.

    Args:
        timeout: Seconds until the wait is given up; None for never.
        interval: Seconds before the second poll and after each change; grows from there, with jitter.
        max_interval: Seconds at which it stops growing; None for 10, or `interval` if that is longer.
        wait_while_paused: Whether the wait goes on while the task is paused.

    Raises:
        UsageError: A number is out of range; the message names it.
    """

    timeout: float | None = None
    interval: float = 0.5
    max_interval: float | None = None
    wait_while_paused: bool = False

    def __post_init__(self) -> None:
        """Check the ranges, and fill in the default of `max_interval`."""
        if not is_number(self.interval, above=0):
            raise UsageError(0, f"expected interval in seconds above 0, got {self.interval!r}")
        if self.max_interval is None:
            object.__setattr__(self, "max_interval", max(self.interval, DEFAULT_MAX_INTERVAL))
        elif not is_number(self.max_interval, least=self.interval):
            raise UsageError(0, f"expected max_interval in seconds, not below interval, got {self.max_interval!r}")
        if self.timeout is not None and not is_number(self.timeout):
            raise UsageError(0, f"expected timeout in seconds, not negative, or None, got {self.timeout!r}")

    @property
    def longest(self) -> float:
        """Seconds at which the time between polls stops growing."""
        return DEFAULT_MAX_INTERVAL if self.max_interval is None else self.max_interval
