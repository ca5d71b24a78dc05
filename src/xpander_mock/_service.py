"""The operations of the API, one method each."""

from typing import Any

from xpander_mock._listing import Listing
from xpander_mock._running import Running


class Service(Listing, Running):
    """What each operation does. The rules that they follow are methods of the classes below, one each.

    `caller` is always the organization that the credentials prove. Of the invokes there is one, in `Running`; how long
    its caller waits is the difference between the three operations.
    """

    def list_tasks(self, caller: str, params: dict[str, Any]) -> str:
        """A page of the organization's tasks, as JSON."""
        self.settle_all()
        return self.page(self.filter(caller, params), params["page"], params["per_page"])

    def list_agent_tasks(self, caller: str, agent_id: str, params: dict[str, Any]) -> str:
        """A page of one agent's tasks, as JSON."""
        self.check_agent(caller, agent_id)
        return self.list_tasks(caller, params | {"agent_id": agent_id})

    def get_task(self, caller: str, task_id: str) -> dict[str, Any]:
        """A task in full."""
        return self.view_of(self.readable(caller, task_id))

    def stop_task(self, caller: str, task_id: str) -> dict[str, Any]:
        """Stop a task unless it is in a final state; the task as it is then."""
        with self.store.transaction():
            task = self.writable(caller, task_id)
            if self.stoppable(task):
                self.stop(task, self.clock.now())
                self.save(task)
        self.bells.ring(task_id)
        return self.view_of(task)

    def delete_task(self, caller: str, task_id: str) -> None:
        """Delete a task and its whole tree of sub-tasks."""
        with self.store.transaction():
            self.writable(caller, task_id)
            gone = self.deleted_with(task_id)
            self.store.delete(gone)
        for gone_id in gone:
            self.bells.ring(gone_id)

    def deleted_with(self, task_id: str) -> list[str]:
        """The ids that a deletion takes: the task's and those of the whole tree below it."""
        return list(self.store.tree(task_id))

    def get_task_thread(self, caller: str, task_id: str) -> list[dict[str, Any]]:
        """What user and assistant said in a task."""
        return self.thread(self.readable(caller, task_id))

    def get_task_thread_full(self, caller: str, task_id: str) -> dict[str, list[dict[str, Any]]]:
        """All messages of a task, and of each task below it under that task's id."""
        self.readable(caller, task_id)
        tree = self.store.tree(task_id)
        return {"root" if below == task_id else below: self.messages(task) for below, task in tree.items()}
