"""How a task is followed."""

from __future__ import annotations

from dataclasses import dataclass

from xpander_tasks._errors import MisuseError


@dataclass(frozen=True)
class Pace:
    """When to look at a task, and until when.

    Arguments:
        timeout: Seconds until it is given up, None for never.
        interval: Seconds before the second look and after each change; grows from there, with jitter.
        max_interval: Where it stops growing.
        through_pauses: Whether only a final state ends it, rather than any but pending and executing.

    Raises:
        MisuseError: The numbers make no sense.
    """

    timeout: float | None = None
    interval: float = 0.5
    max_interval: float = 10.0
    through_pauses: bool = False

    def __post_init__(self) -> None:
        """Refuse numbers that could only spin or never end."""
        if not 0 < self.interval <= self.max_interval or (self.timeout is not None and self.timeout < 0):
            raise MisuseError(0, "expected 0 < interval <= max_interval and a timeout not below 0, all in seconds")
