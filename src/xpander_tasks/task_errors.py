"""The two errors that carry a task. The tree in `errors` has them too; they stand here because they need the models."""

from __future__ import annotations

from typing import Any

from xpander_tasks.errors import TasksError
from xpander_tasks.models import Task


class WaitTimeoutError(TasksError, TimeoutError):
    """A task was not done in time.

    Attributes:
        task: The task as last seen; None if it was never seen.
    """

    def __init__(self, status_code: int = 0, description: str = "", *, task: Task | None = None, **parts: Any) -> None:
        """Set the task and the parts that every error has."""
        super().__init__(status_code, description, **parts)
        self.task = task


class TaskFailedError(TasksError):
    """A task ended in another status than completed, and the caller asked for an error then.

    Attributes:
        task: That task.
    """

    def __init__(self, status_code: int = 0, description: str = "", *, task: Task, **parts: Any) -> None:
        """Set the task and the parts that every error has."""
        super().__init__(status_code, description, **parts)
        self.task = task
