"""Tasks as they are now: storage, brought up to date with the clock whenever somebody looks."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from xpander_mock.rules.clock import Clock
from xpander_mock.rules.lifecycle import Lifecycle
from xpander_mock.rules.views import Views
from xpander_mock.storage.database import StorageFullError
from xpander_mock.storage.task import Task, Turn
from xpander_mock.storage.task_table import TaskTable


class TaskRepository:
    """Finds, saves, deletes and shows tasks.

    Nothing runs in the background: a turn knows when it will start and end, and the next look-up of any task applies
    all changes that are due by then.

    Args:
        table: Where tasks are stored.
        clock: The time.
        lifecycle: How tasks change with time.
        views: How tasks are shown.
    """

    def __init__(self, table: TaskTable, clock: Clock, lifecycle: Lifecycle, views: Views) -> None:
        self.table = table
        self.clock = clock
        self.lifecycle = lifecycle
        self.views = views
        self._storage_full = False

    def transaction(self) -> AbstractContextManager[None]:
        """Make all writes inside happen together or not at all."""
        return self.table.database.transaction()

    def find(self, task_id: str) -> Task | None:
        """Return a task, of whatever organization, as it is now; None when there is none."""
        self.apply_due()
        task = self.table.find(task_id)
        if self._storage_full and task is not None:
            self.lifecycle.apply_due(task, self.clock.now())
        return task

    def apply_due(self) -> None:
        """Apply to every task the changes that are due by now."""
        now = self.clock.now()
        if self.table.any_due(now):
            try:
                with self.transaction():
                    for task in self.table.due(now):
                        self.lifecycle.apply_due(task, now)
                        self.save(task)
                self._storage_full = False
            except StorageFullError:
                self._storage_full = True  # reading goes on: `find` shows the changes, lists show them later

    def save(self, task: Task) -> None:
        """Store a task, and what lists show of it."""
        self.table.save(task, self.views.list_item(task), self.lifecycle.due(task))

    def delete(self, task_ids: Sequence[str]) -> None:
        """Delete tasks."""
        self.table.delete(task_ids)

    def show(self, task: Task, turn: Turn | None = None) -> dict[str, Any]:
        """Return a task in full, with its current turn or the given one."""
        return self.views.task_view(task, self.table.children(task.id), turn)
