"""Counts requests by second, for a chart of the last minute."""

SECONDS = 60
_MAX_ENTRIES = 4 * SECONDS


class RequestRate:
    """The number of requests in each of the last seconds. Counting costs little, since every request is counted."""

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}

    def count(self, now: float) -> None:
        """Count a request.

        Args:
            now: Seconds of a clock that never goes back.
        """
        second = int(now)
        if second in self._counts:
            self._counts[second] += 1
            return
        self._counts[second] = 1
        if len(self._counts) > _MAX_ENTRIES:
            self._counts = {kept: self._counts[kept] for kept in sorted(self._counts)[-SECONDS:]}

    def last_minute(self, now: float) -> list[int]:
        """Return the requests of each of the last 60 seconds, oldest first; the last one is the second that runs.

        Args:
            now: Seconds of the same clock.
        """
        return [self._counts.get(int(now) - ago, 0) for ago in range(SECONDS - 1, -1, -1)]
