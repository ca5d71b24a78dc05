"""The answer of an agent in a terminal: its text as it comes, and beside it what the agent is doing."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from xpander_cli.output import console, say, write
from xpander_cli.text import block, one_line
from xpander_cli.times import short

if TYPE_CHECKING:
    from rich.status import Status

    from xpander_tasks import Task, TaskEvent

# Events that say nothing beyond what is shown anyway.
_QUIET = {"connected", "task_created", "task_updated", "task_finished", "chunk"}


class Answer:
    """Shows one streamed answer.

    Args:
        printed: Whether its text is printed; else only what the agent is doing is shown, in a terminal.
    """

    def __init__(self, *, printed: bool) -> None:
        """Start the clock."""
        self._printed = printed
        self._text = ""
        self._started = time.monotonic()
        self._status: Status | None = None

    @property
    def elapsed(self) -> str:
        """How long it took so far."""
        return short(time.monotonic() - self._started)

    def __enter__(self) -> Self:
        """Show that the agent works, until its first words."""
        if sys.stderr.isatty():
            self._status = console(stderr=True).status("working")
            self._status.start()
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Clear what was shown beside the text."""
        self._quiet()

    def show(self, event: TaskEvent) -> None:
        """Show one event: the text of a chunk, or that something else happens."""
        if event.type == "connection_lost":
            say("the connection was lost; asking for the result until it is there")
        if self._status is not None and event.type not in _QUIET:
            self._status.update(one_line(event.type).replace("_", " "))
        if self._printed and event.text:
            self._quiet()
            self._text += event.text
            write(block(event.text))

    def finish(self, task: Task) -> None:
        """Print what of the result did not come in chunks, and end the line."""
        if not self._printed:
            return
        result = task.result if isinstance(task.result, str) else ""
        if result != self._text:
            rest = result[len(self._text) :] if result.startswith(self._text) else f"\n{result}" if result else ""
            write(block(rest))
            self._text = self._text + rest
        if self._text and not self._text.endswith("\n"):
            write("\n")

    def _quiet(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None
