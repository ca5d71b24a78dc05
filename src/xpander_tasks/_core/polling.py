"""Polling a task until it is done: when to poll, what counts as a change, when to give up."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from xpander_tasks._core.effects import Emit, Emitting, Flow, Sleep
from xpander_tasks._core.poll_options import PollOptions
from xpander_tasks._core.retry import RETRIED_STATUSES
from xpander_tasks.errors import StatusError, TransportError
from xpander_tasks.models import AgentExecutionStatus, Task
from xpander_tasks.task_errors import TaskFailedError, WaitTimeoutError

FINAL = frozenset(
    {
        AgentExecutionStatus.COMPLETED,
        AgentExecutionStatus.FAILED,
        AgentExecutionStatus.ERROR,
        AgentExecutionStatus.STOPPED,
    }
)
_RUNNING = frozenset({AgentExecutionStatus.PENDING, AgentExecutionStatus.EXECUTING})
_GROWTH = 1.5


class Poller:
    """Polls a task, less and less often while it does not change."""

    def __init__(self, task_id: str, get: Callable[[str, float | None], Flow[Task]], options: PollOptions) -> None:
        """Start the time of the wait.

        Args:
            task_id: The task to poll.
            get: Makes the flow that reads a task before a deadline, in seconds of the monotonic clock.
            options: How often to poll, and until when.
        """
        self._task_id = task_id
        self._get = get
        self._options = options
        self._deadline = None if options.timeout is None else time.monotonic() + options.timeout
        self._length = options.interval
        self.task: Task | None = None

    @property
    def done(self) -> bool:
        """Whether the task as last seen ends the wait."""
        if self.task is None:
            return False
        status = self.task.status
        return status in FINAL if self._options.wait_while_paused else status not in _RUNNING

    def change(self) -> Flow[Task]:
        """Poll until the task differs from the last poll, and return it; the first poll always does.

        Raises:
            WaitTimeoutError: The deadline passed; the error has the task as last seen.
            NotFoundError: The task was deleted.
        """
        while True:
            if self.task is not None:
                yield from self.pause()
            try:
                task = yield from self._get(self._task_id, self._deadline)
            except (TransportError, StatusError) as error:
                passing = isinstance(error, TransportError) or error.status_code in RETRIED_STATUSES
                if not passing or self._deadline is None or time.monotonic() < self._deadline:
                    raise
                raise self._given_up() from error
            if task != self.task:
                self.task, self._length = task, self._options.interval
                return task

    def pause(self) -> Flow[None]:
        """Sleep until the next poll is due.

        Raises:
            WaitTimeoutError: The deadline passed during the sleep.
        """
        pause = self._length * random.uniform(0.75, 1.25)
        self._length = min(self._length * _GROWTH, self._options.longest)
        if self._deadline is not None:
            pause = min(pause, self._deadline - time.monotonic())
        if pause > 0:
            yield Sleep(pause)
        if self._deadline is not None and time.monotonic() >= self._deadline:
            raise self._given_up()

    def _given_up(self) -> WaitTimeoutError:
        seen = "it was never seen" if self.task is None else f"it was {self.task.status} when last seen"
        return WaitTimeoutError(
            0,
            f"task {self._task_id} was not done after {self._options.timeout:g} s; {seen}",
            task=self.task,
            task_id=self._task_id,
        )


def wait(poller: Poller, on_change: Callable[[Task], object] | None, raise_on_failure: bool) -> Flow[Task]:
    """Poll a task until it is done, and return it.

    Args:
        poller: Polls the task.
        on_change: Called with the task at the first poll and whenever it has changed.
        raise_on_failure: Whether a task that failed, ended in error or was stopped raises an error.

    Raises:
        WaitTimeoutError: The task was not done in time.
        TaskFailedError: The task did not complete, and `raise_on_failure` is set.
    """
    while True:
        task = yield from poller.change()
        if on_change is not None:
            on_change(task)
        if poller.done:
            return checked(task) if raise_on_failure else task


def watch(poller: Poller) -> Emitting[Task, None]:
    """Emit the task each time it has changed, the last time when it is done."""
    while not poller.done:
        yield Emit((yield from poller.change()))


def checked(task: Task) -> Task:
    """Return a task, unless it failed, ended in error or was stopped.

    Raises:
        TaskFailedError: It did; the error has the task.
    """
    if task.status not in FINAL or task.status == AgentExecutionStatus.COMPLETED:
        return task
    told = f"task {task.id} ended as {task.status}: {task.result or 'no result'}"
    raise TaskFailedError(0, told, task=task, task_id=task.id)
