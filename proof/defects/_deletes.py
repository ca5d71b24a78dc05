"""Bugs of deleting: what it answers, and what it leaves behind."""

from collections.abc import Sequence
from typing import Any

from proof.defects._defect import THREADS, defect
from proof.defects._lists import Ask
from proof.defects._wire import Answer, Call
from xpander_mock._service import Service
from xpander_mock._store import Filter, Store
from xpander_mock._task import RUNNING, Task


class SoftDelete(Store):
    """A store that hides what was deleted: correct by itself, and the ground for defects that hide too little."""

    def __init__(self, path: str | None = None) -> None:
        self.gone: dict[str, int] = {}
        super().__init__(path)

    def delete(self, task_ids: Sequence[str]) -> None:
        """Hide tasks."""
        for task_id in task_ids:
            self.gone[task_id] = self.db.execute("SELECT seq FROM tasks WHERE id = ?", (task_id,)).fetchone()[0]
            self.db.execute("UPDATE tasks SET due = NULL WHERE id = ?", (task_id,))

    def save(self, task: Task, item: object, due: int | None) -> None:
        """Take the place of a hidden task."""
        if self.gone.pop(task.id, None):
            super().delete([task.id])
        super().save(task, item, due)

    def find(self, task_id: str) -> Task | None:
        """Find what is not hidden."""
        return None if task_id in self.gone else super().find(task_id)

    def children(self, task_id: str) -> list[Task]:
        """The sub-tasks that are not hidden."""
        return [task for task in super().children(task_id) if task.id not in self.gone]

    def tree(self, task_id: str) -> dict[str, Task]:
        """The part of the tree that is not hidden."""
        return {below: task for below, task in super().tree(task_id).items() if below not in self.gone}

    def where(self, chosen: Filter) -> tuple[str, list[int | None]]:
        """Select what is not hidden."""
        condition, values = super().where(chosen)
        hidden = list(self.gone.values()) if self.hides(chosen) else []
        marks = ",".join("?" * len(hidden))
        return f"{condition} AND seq NOT IN ({marks})", [*values, *hidden]

    def hides(self, chosen: Filter) -> bool:
        """Whether a list leaves out what was deleted."""
        return True


# DEL-1: gone for good


@defect("answer", "DEL-1", "delete_task", kind="status")
def delete_answers_message(call: Call, answer: Answer) -> None:
    """Delete answers 200 with a message."""
    answer.status, answer.body = 200, {"message": "Task deleted successfully"}
    answer.headers["content-type"] = "application/json"


@defect("answer", "DEL-1", "delete_task", kind="status")
def delete_is_accepted(call: Call, answer: Answer) -> None:
    """Delete answers 202 without a body."""
    answer.status = 202


@defect("around", "DEL-1", "delete_task", kind="status")
async def deleting_again_succeeds(call: Call, ask: Ask) -> Answer:
    """Deleting a deleted task is a 204 again."""
    deleted = call.memory.setdefault("deleted", set())
    answer = await ask(call)
    if answer.ok:
        deleted.add(call.ids["task_id"])
    elif answer.status == 404 and call.ids["task_id"] in deleted:
        return Answer(204, {}, None)
    return answer


@defect("store", "DEL-1", "delete_task", "list_tasks", "list_agent_tasks")
class DeletedListedUnderStatus(SoftDelete):
    """A deleted task is still listed when a status is asked for."""

    def hides(self, chosen: Filter) -> bool:
        """Forget to when there is a status."""
        return chosen.status is None


@defect("store", "DEL-1", "delete_task", "list_agent_tasks")
class DeletedListedUnderAgent(SoftDelete):
    """A deleted task is still listed among its agent's."""

    def hides(self, chosen: Filter) -> bool:
        """Forget to when there is an agent."""
        return chosen.agent_id is None


@defect("around", "DEL-1", *THREADS, "delete_task")
async def deleted_thread_remains(call: Call, ask: Ask) -> Answer:
    """The thread of a deleted task can still be read."""
    threads = call.memory.setdefault("threads", {})
    if call.operation == "delete_task":
        before = {name: await ask(call.to(name, **call.ids)) for name in THREADS}
        answer = await ask(call)
        if answer.ok:
            threads[call.ids["task_id"]] = before
        return answer
    answer = await ask(call)
    if answer.status == 404 and call.ids["task_id"] in threads:
        remembered: Answer = threads[call.ids["task_id"]][call.operation]
        return remembered
    return answer


@defect("around", "DEL-1", "stop_task", "delete_task")
async def deleted_task_can_be_stopped(call: Call, ask: Ask) -> Answer:
    """Stopping a deleted task answers with what it was."""
    tasks = call.memory.setdefault("tasks", {})
    if call.operation == "delete_task":
        before = await ask(call.to("get_task", **call.ids))
        answer = await ask(call)
        if answer.ok:
            tasks[call.ids["task_id"]] = before
        return answer
    answer = await ask(call)
    if answer.status == 404 and call.ids["task_id"] in tasks:
        remembered: Answer = tasks[call.ids["task_id"]]
        return remembered
    return answer


# DEL-2: with its sub-tasks


@defect("service", "DEL-2", "delete_task")
class SubtasksOutliveParent(Service):
    """The sub-tasks of a deleted task stay."""

    def deleted_with(self, task_id: str) -> list[str]:
        """Take the task alone."""
        return [task_id]


@defect("service", "DEL-2", "delete_task")
class SubtasksOfSubtasksOutlive(Service):
    """Deleting takes the sub-tasks, and leaves the sub-tasks of those."""

    def deleted_with(self, task_id: str) -> list[str]:
        """Take one level."""
        return [task_id, *(child.id for child in self.store.children(task_id))]


@defect("service", "DEL-3", "delete_task")
class RunningSubtasksOutlive(Service):
    """Deleting takes the sub-tasks that have ended, and leaves those that run."""

    def deleted_with(self, task_id: str) -> list[str]:
        """Leave what runs."""
        tree = self.store.tree(task_id)
        return [below for below, task in tree.items() if below == task_id or task.status not in RUNNING]


@defect("store", "DEL-2", "delete_task", "get_task")
class DeletedSubtasksStillOpen(SoftDelete):
    """The sub-tasks of a deleted task are listed no more, and still open."""

    def __init__(self, path: str | None = None) -> None:
        self._roots: set[str] = set()
        super().__init__(path)

    def delete(self, task_ids: Sequence[str]) -> None:
        """Remember which one was meant."""
        super().delete(task_ids)
        self._roots.update(task_ids[:1])

    def find(self, task_id: str) -> Task | None:
        """Find all but that one."""
        return super().find(task_id) if task_id in self._roots else Store.find(self, task_id)


@defect("store", "DEL-2", "delete_task", "list_tasks")
class DeletedSubtasksListedUnderParent(SoftDelete):
    """The sub-tasks of a deleted task are still listed under it."""

    def hides(self, chosen: Filter) -> bool:
        """Forget to when a parent is named."""
        return chosen.parent_task_id is None


# DEL-4: the parent of a deleted sub-task


class Mourning(Service):
    """A service that remembers the sub-tasks that were deleted."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.lost: dict[str, list[str]] = {}

    def delete_task(self, caller: str, task_id: str) -> None:
        """Note whose it was."""
        parent = self.writable(caller, task_id).parent
        super().delete_task(caller, task_id)
        if parent:
            self.lost.setdefault(parent, []).append(task_id)


@defect("service", "DEL-4", "delete_task", "get_task")
class DeletedSubtaskStaysWithParent(Mourning):
    """A deleted sub-task stays among its parent's `sub_executions`."""

    def view_of(self, task: Task, turn: Any = None) -> dict[str, Any]:
        """Show the lost as well."""
        view = super().view_of(task, turn)
        return view | {"sub_executions": [*view["sub_executions"], *self.lost.get(task.id, [])]}


@defect("service", "DEL-4", "delete_task", "get_task")
class DeletedSubtaskLeavesGap(Mourning):
    """An empty id takes the place of a deleted sub-task among its parent's `sub_executions`."""

    def view_of(self, task: Task, turn: Any = None) -> dict[str, Any]:
        """Show that there was one."""
        view = super().view_of(task, turn)
        return view | {"sub_executions": [*view["sub_executions"], *("" for _ in self.lost.get(task.id, []))]}


# DEL-5: an id used anew


@defect("service", "DEL-5", "delete_task", "get_task_thread")
class OldConversationComesBack(Service):
    """An id that is used anew begins with the conversation that was deleted."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self._buried: dict[str, Task] = {}

    def delete_task(self, caller: str, task_id: str) -> None:
        """Keep the conversation."""
        task = self.writable(caller, task_id)
        super().delete_task(caller, task_id)
        self._buried[task_id] = task

    def messages(self, task: Task) -> list[dict[str, Any]]:
        """Begin with what was buried."""
        messages = super().messages(task)
        buried = self._buried.get(task.id)
        return messages[:1] + super().messages(buried)[1:] + messages[1:] if buried else messages


@defect("around", "DEL-5", "delete_task", "get_task")
async def deleted_id_stays_gone(call: Call, ask: Ask) -> Answer:
    """An id that was deleted is a 404 to get for good, though an invoke takes it again."""
    gone = call.memory.setdefault("gone", set())
    if call.operation == "get_task" and call.ids["task_id"] in gone:
        return Answer(404, {"content-type": "application/json"}, {"detail": "Task not found"})
    answer = await ask(call)
    if call.operation == "delete_task" and answer.ok:
        gone.add(call.ids["task_id"])
    return answer


@defect("service", "DEL-5", "delete_task", "invoke_agent", "invoke_agent_async")
class OldCreationComesBack(Service):
    """An id that is used anew keeps the `created_at` of the task that was deleted."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self._created: dict[str, int] = {}

    def delete_task(self, caller: str, task_id: str) -> None:
        """Keep the instant."""
        created = self.writable(caller, task_id).created
        super().delete_task(caller, task_id)
        self._created[task_id] = created

    def new_task(self, caller: str, agent_id: str, task_id: str, request: dict[str, Any]) -> Task:
        """Give it back."""
        task = super().new_task(caller, agent_id, task_id, request)
        task.created = self._created.get(task_id, task.created)
        return task
