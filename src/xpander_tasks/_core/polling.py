"""Polling a task until it is done: when to poll, what counts as a change, which failures end it, when to give up."""

from __future__ import annotations

import random
from collections.abc import Callable

from xpander_tasks._core.clock import SYSTEM_CLOCK, Clock
from xpander_tasks._core.effects import Call, Emit, Emitting, Flow, Sleep
from xpander_tasks._core.poll_options import PollOptions
from xpander_tasks._core.retry import RETRIED_STATUSES
from xpander_tasks.errors import StatusError, TasksError, TransportError
from xpander_tasks.models import AgentExecutionStatus, Task
from xpander_tasks.task_errors import TaskFailedError, WaitTimeoutError

_FINAL = frozenset(
    {
        AgentExecutionStatus.COMPLETED,
        AgentExecutionStatus.FAILED,
        AgentExecutionStatus.ERROR,
        AgentExecutionStatus.STOPPED,
    }
)
_KNOWN = frozenset(AgentExecutionStatus)
_GROWTH = 1.5


class Poller:
    """Polls a task, less and less often while it does not change."""

    def __init__(
        self,
        task_id: str,
        get: Callable[[str, float | None], Flow[Task]],
        options: PollOptions,
        *,
        max_outage: float,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        """Start the time of the wait.

        Args:
            task_id: The task to poll.
            get: Makes the flow that reads a task before a deadline.
            options: How often to poll, and until when.
            max_outage: Seconds of failing polls after which a wait without a timeout is given up.
            clock: The clock of the deadline.
        """
        self.task_id = task_id
        self._get = get
        self._options = options
        self._max_outage = max_outage
        self._clock = clock
        self._length = options.interval
        self._outage_begun: float | None = None
        self._failure: TasksError | None = None
        self.deadline = None if options.timeout is None else clock.monotonic() + options.timeout
        self.task: Task | None = None

    @property
    def done(self) -> bool:
        """Whether the task as last seen ends the wait."""
        if self.task is None:
            return False
        paused = self.task.status == AgentExecutionStatus.PAUSED and not self._options.wait_while_paused
        return paused or has_ended(self.task)

    @property
    def expired(self) -> bool:
        """Whether the deadline has passed."""
        return self.deadline is not None and self._clock.monotonic() >= self.deadline

    def change(self) -> Flow[Task]:
        """Poll until the task differs from the last poll, and return it; the first poll always does.

        Polls that fail because the server or the network is out are repeated until the deadline.

        Raises:
            WaitTimeoutError: The deadline passed; the error has the task as last seen, and the last failure as cause.
            StatusError: The server refused the poll, as for a task that was deleted.
            TasksError: A poll failed otherwise; or, without a timeout, an outage lasted longer than `max_outage`.
        """
        if self.task is not None:
            yield from self.pause()
        while True:
            try:
                task = yield from self._get(self.task_id, self.deadline)
            except (TransportError, StatusError) as error:
                self._note(error)
            else:
                self._outage_begun = self._failure = None
                if task != self.task:
                    self.task, self._length = task, self._options.interval
                    return task
            yield from self.pause()

    def _note(self, error: TransportError | StatusError) -> None:
        """Note a failed poll.

        Raises:
            TasksError: The failure is not an outage, or the outage has lasted too long.
        """
        if isinstance(error, StatusError) and error.status_code < 500 and error.status_code not in RETRIED_STATUSES:
            raise error
        now = self._clock.monotonic()
        if self._outage_begun is None:
            self._outage_begun = now
        if self.deadline is None and now - self._outage_begun > self._max_outage:
            raise error
        self._failure = error

    def pause(self) -> Flow[None]:
        """Sleep until the next poll is due.

        Raises:
            WaitTimeoutError: The deadline passed during the sleep.
        """
        pause = self._length * random.uniform(0.75, 1.25)
        self._length = min(self._length * _GROWTH, self._options.longest)
        if self.deadline is not None:
            pause = min(pause, self.deadline - self._clock.monotonic())
        if pause > 0:
            yield Sleep(pause)
        if self.expired:
            raise self.timed_out() from self._failure

    def timed_out(self) -> WaitTimeoutError:
        """Return the error for a task that was not done at the deadline."""
        seen = "it was never seen" if self.task is None else f"it was {self.task.status} when last seen"
        failed = "" if self._failure is None else f"; the last poll failed: {self._failure}"
        return WaitTimeoutError(
            0,
            f"task {self.task_id} was not done after {self._options.timeout:g} s; {seen}{failed}",
            task=self.task,
            task_id=self.task_id,
        )


def wait(poller: Poller, on_change: Callable[[Task], object] | None, raise_on_failure: bool) -> Flow[Task]:
    """Poll a task until it is done, and return it.

    Args:
        poller: Polls the task.
        on_change: Called with the task at the first poll and whenever it has changed.
        raise_on_failure: Whether a task that ended without completing raises an error.

    Raises:
        WaitTimeoutError: The task was not done in time.
        TaskFailedError: The task did not complete, and `raise_on_failure` is set.
    """
    while True:
        task = yield from poller.change()
        if on_change is not None:
            yield Call(on_change, task)
        if poller.done:
            return checked(task) if raise_on_failure else task


def watch(start: Callable[[], Poller]) -> Emitting[Task, None]:
    """Emit a task each time it has changed, the last time when it is done.

    Args:
        start: Makes the poller when the first value is asked for, so that its time starts then.
    """
    poller = start()
    while not poller.done:
        yield Emit((yield from poller.change()))


def has_ended(task: Task) -> bool:
    """Return whether a task is in a final status, or in an unknown one and has an end time."""
    return task.status in _FINAL or (task.status not in _KNOWN and bool(task.finished_at))


def checked(task: Task) -> Task:
    """Return a task, unless it ended without completing.

    Raises:
        TaskFailedError: It did; the error has the task.
    """
    if not has_ended(task) or task.status == AgentExecutionStatus.COMPLETED:
        return task
    told = f"task {task.id} ended as {task.status}: {task.result or 'no result'}"
    raise TaskFailedError(0, told, task=task, task_id=task.id)
