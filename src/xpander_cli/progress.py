"""Progress of a command that reads many pages: a bar in a terminal, a line at the start and the end elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from xpander_cli.output import console, say
from xpander_cli.pacing import allowance
from xpander_cli.times import short

if TYPE_CHECKING:
    from rich.progress import Progress

    from xpander_tasks import TasksPage


class Pages:
    """Passes pages on and shows how far they are.

    Args:
        verb: What is done with the tasks, such as `Exporting`.
        done: Tasks that an earlier run has dealt with.
    """

    def __init__(self, verb: str, done: int = 0) -> None:
        """Start the clock."""
        self._verb = verb
        self._before = done
        self._started = time.monotonic()
        self.tasks = 0
        self.pages = 0

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._started

    def follow(self, pages: Iterable[TasksPage]) -> Iterator[TasksPage]:
        """Yield the pages; a page counts as done when the next one is asked for."""
        bar = _bar() if sys.stderr.isatty() else None
        line = None
        if bar is not None:
            bar.start()
        try:
            for page in pages:
                if self.pages == 0:
                    self._announce(page)
                    if bar is not None:
                        line = bar.add_task(
                            self._verb, total=self._before + page.total, completed=self._before, pages=""
                        )
                yield page
                self.pages += 1
                self.tasks += len(page.items)
                if bar is not None and line is not None:
                    bar.update(line, completed=self._before + self.tasks, pages=f"page {self.pages}/{page.total_pages}")
        finally:
            if bar is not None:
                bar.stop()

    def _announce(self, first: TasksPage) -> None:
        """Say how much there is, and how long the rate limit will make it take."""
        rest = first.total_pages - 1
        allowed = allowance(first.items[0].response.headers) if first.items else None
        wait = allowed.seconds_for(rest) if allowed else 0.0
        if allowed and wait:
            say(
                f"{self._verb} {first.total:,} tasks, {first.total_pages:,} pages; "
                f"{allowed.limit:,} requests a window are allowed, so this takes about {short(wait)}."
            )
        elif not sys.stderr.isatty():
            say(f"{self._verb} {first.total:,} tasks, {first.total_pages:,} pages.")


def _bar() -> Progress:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TextColumn("{task.fields[pages]}"),
        TimeRemainingColumn(compact=True),
        console=console(stderr=True),
        transient=True,
        expand=True,
    )
