"""Following a task until it is done: when to look, what counts as a change, when to give up."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from xpander_tasks._errors import NoAnswerError, StatusError, TaskFailedError, WaitTimeoutError
from xpander_tasks._models import AgentExecutionStatus, Task
from xpander_tasks._pace import Pace
from xpander_tasks._retry import RETRIED_STATUSES
from xpander_tasks._steps import Emit, Emitting, Flow, Sleep

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
    """Looks at a task again and again, less and less often while it does not change."""

    def __init__(self, task_id: str, get: Callable[[str, float | None], Flow[Task]], pace: Pace) -> None:
        """Set the deadline.

        Arguments:
            task_id: The task to follow.
            get: Makes the flow that reads a task before a monotonic deadline.
            pace: When to look, and until when.
        """
        self._task_id = task_id
        self._get = get
        self._pace = pace
        self._deadline = None if pace.timeout is None else time.monotonic() + pace.timeout
        self._length = pace.interval
        self.task: Task | None = None

    @property
    def done(self) -> bool:
        """Whether the last look ended it."""
        if self.task is None:
            return False
        status = self.task.status
        return status in FINAL if self._pace.through_pauses else status not in _RUNNING

    def change(self) -> Flow[Task]:
        """Return the task once it differs from the last look; the first look always does.

        Raises:
            WaitTimeoutError: The deadline passed; it carries the task last seen.
            NotFoundError: The task was deleted.
        """
        while True:
            if self.task is not None:
                yield from self.pause()
            try:
                task = yield from self._get(self._task_id, self._deadline)
            except (NoAnswerError, StatusError) as error:
                passing = isinstance(error, NoAnswerError) or error.status_code in RETRIED_STATUSES
                if not passing or self._deadline is None or time.monotonic() < self._deadline:
                    raise
                raise self._given_up() from error
            if task != self.task:
                self.task, self._length = task, self._pace.interval
                return task

    def pause(self) -> Flow[None]:
        """Let the time until the next look pass.

        Raises:
            WaitTimeoutError: The deadline passed meanwhile.
        """
        pause = self._length * random.uniform(0.75, 1.25)
        self._length = min(self._length * _GROWTH, self._pace.max_interval)
        if self._deadline is not None:
            pause = min(pause, self._deadline - time.monotonic())
        if pause > 0:
            yield Sleep(pause)
        if self._deadline is not None and time.monotonic() >= self._deadline:
            raise self._given_up()

    def _given_up(self) -> WaitTimeoutError:
        seen = "it was never seen" if self.task is None else f"it was {self.task.status} when last seen"
        error = WaitTimeoutError(
            0, f"task {self._task_id} was not done after {self._pace.timeout:g} s; {seen}", task_id=self._task_id
        )
        error.task = self.task
        return error


def wait(poller: Poller, on_change: Callable[[Task], object] | None, raise_on_failure: bool) -> Flow[Task]:
    """Return the task when it is done.

    Raises:
        WaitTimeoutError: It was not done in time.
        TaskFailedError: It failed, ended in error or was stopped, and `raise_on_failure` asks for an error then.
    """
    while True:
        task = yield from poller.change()
        if on_change is not None:
            on_change(task)
        if poller.done:
            return checked(task) if raise_on_failure else task


def watch(poller: Poller) -> Emitting[Task, None]:
    """Emit the task each time it has changed, last when it is done."""
    while not poller.done:
        yield Emit((yield from poller.change()))


def checked(task: Task) -> Task:
    """Return the task unless it failed, ended in error or was stopped.

    Raises:
        TaskFailedError: It did; the error carries it.
    """
    if task.status not in FINAL or task.status == AgentExecutionStatus.COMPLETED:
        return task
    error = TaskFailedError(0, f"task {task.id} ended as {task.status}: {task.result or 'no result'}", task_id=task.id)
    error.task = task
    raise error
