"""The operations on one task: get, stop, delete, and its conversation."""

from typing import Any

from xpander_mock.rules.lifecycle import Lifecycle
from xpander_mock.rules.notifier import Notifier
from xpander_mock.rules.ownership import Ownership
from xpander_mock.rules.repository import TaskRepository
from xpander_mock.rules.threads import Threads


class Tasks:
    """The operations on a task that exists. `caller` is the organization that the credentials belong to.

    Args:
        repository: The tasks.
        ownership: Which of them a caller may use.
        lifecycle: How stops change a task.
        threads: The messages of a task.
        notifier: Wakes the requests that wait for a task.
    """

    def __init__(
        self,
        repository: TaskRepository,
        ownership: Ownership,
        lifecycle: Lifecycle,
        threads: Threads,
        notifier: Notifier,
    ) -> None:
        self.repository = repository
        self.ownership = ownership
        self.lifecycle = lifecycle
        self.threads = threads
        self.notifier = notifier

    def get_task(self, caller: str, task_id: str) -> dict[str, Any]:
        """Return a task in full."""
        return self.repository.show(self.ownership.readable(caller, task_id))

    def stop_task(self, caller: str, task_id: str) -> dict[str, Any]:
        """Stop a task unless it is in a final state, and return it in full."""
        with self.repository.transaction():
            task = self.ownership.writable(caller, task_id)
            if self.lifecycle.stoppable(task):
                self.lifecycle.stop(task, max(self.repository.clock.now(), task.updated))
                self.repository.save(task)
        self.notifier.notify(task_id)
        return self.repository.show(task)

    def delete_task(self, caller: str, task_id: str) -> None:
        """Delete a task and its whole tree of sub-tasks."""
        with self.repository.transaction():
            self.ownership.writable(caller, task_id)
            deleted = self.deleted_with(task_id)
            self.repository.delete(deleted)
        for deleted_id in deleted:
            self.notifier.notify(deleted_id)

    def deleted_with(self, task_id: str) -> list[str]:
        """Return the ids that a deletion takes: the task's and those of the whole tree below it."""
        return list(self.repository.table.tree(task_id))

    def get_task_thread(self, caller: str, task_id: str) -> list[dict[str, Any]]:
        """Return the messages of user and assistant in a task."""
        return self.threads.thread(self.ownership.readable(caller, task_id))

    def get_task_thread_full(self, caller: str, task_id: str) -> dict[str, list[dict[str, Any]]]:
        """Return all messages of a task under `root`, and those of each task below it under that task's id."""
        self.ownership.readable(caller, task_id)
        tree = self.repository.table.tree(task_id)
        threads = {below: self.threads.messages(task) for below, task in tree.items()}
        # A sub-task that is called `root` gives way: the contract has this key for the task itself.
        return {"root": threads.pop(task_id, [])} | {below: said for below, said in threads.items() if below != "root"}
