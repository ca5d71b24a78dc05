"""Bugs in deletion: its answers, and what it leaves behind."""

from collections.abc import Sequence
from typing import Any

from proof.defects._defect import THREADS, SharedState, defect
from proof.defects._defect_middleware import Answer, Call
from proof.defects._lists import Ask
from xpander_mock.parts import RUNNING, Filter, Filters, Invocations, Task, TaskRepository, Tasks, TaskTable, Turn

_HIDDEN = SharedState[dict[str, int]](dict)


class SoftDelete(TaskTable):
    """A table that hides what was deleted: correct by itself, and the base of defects that hide too little."""

    def delete(self, task_ids: Sequence[str]) -> None:
        """Hide tasks."""
        for task_id in task_ids:
            _HIDDEN.of(self.database)[task_id] = self.filters.sequence_number(task_id) or 0
            self.database.execute("UPDATE tasks SET due = NULL WHERE id = ?", (task_id,))

    def save(self, task: Task, item: object, due: int | None) -> None:
        """Take the place of a hidden task."""
        if _HIDDEN.of(self.database).pop(task.id, None):
            super().delete([task.id])
        super().save(task, item, due)

    def find(self, task_id: str) -> Task | None:
        """Find what is not hidden."""
        return None if task_id in _HIDDEN.of(self.database) else super().find(task_id)

    def children(self, task_id: str) -> list[Task]:
        """Return the sub-tasks that are not hidden."""
        return [task for task in super().children(task_id) if task.id not in _HIDDEN.of(self.database)]

    def tree(self, task_id: str) -> dict[str, Task]:
        """Return the part of the tree that is not hidden."""
        hidden = _HIDDEN.of(self.database)
        return {below: task for below, task in super().tree(task_id).items() if below not in hidden}


class HidingFilters(Filters):
    """Filters that leave out what was deleted."""

    def where(self, chosen: Filter) -> tuple[str, list[int | None]]:
        """Select what is not hidden."""
        condition, values = super().where(chosen)
        hidden = list(_HIDDEN.of(self.database).values()) if self.hides(chosen) else []
        marks = ",".join("?" * len(hidden))
        return f"{condition} AND seq NOT IN ({marks})", [*values, *hidden]

    def hides(self, chosen: Filter) -> bool:
        """Tell whether a list leaves out what was deleted."""
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


@defect("parts", "DEL-1", "delete_task", "list_tasks", "list_agent_tasks")
class DeletedListedUnderStatus:
    """A deleted task is still listed when a status is asked for."""

    table = SoftDelete

    class filters(HidingFilters):
        """Filters that forget to hide deleted tasks from some lists."""

        def hides(self, chosen: Filter) -> bool:
            return chosen.status is None


@defect("parts", "DEL-1", "delete_task", "list_agent_tasks")
class DeletedListedUnderAgent:
    """A deleted task is still listed among its agent's."""

    table = SoftDelete

    class filters(HidingFilters):
        """Filters that forget to hide deleted tasks from some lists."""

        def hides(self, chosen: Filter) -> bool:
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
    """Stopping a deleted task answers 200 with the task as it was."""
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


@defect("tasks", "DEL-2", "delete_task")
class SubtasksOutliveParent(Tasks):
    """The sub-tasks of a deleted task are not deleted."""

    def deleted_with(self, task_id: str) -> list[str]:
        return [task_id]


@defect("tasks", "DEL-2", "delete_task")
class SubtasksOfSubtasksOutlive(Tasks):
    """Deleting a task deletes its sub-tasks, and not the sub-tasks of those."""

    def deleted_with(self, task_id: str) -> list[str]:
        return [task_id, *(child.id for child in self.repository.table.children(task_id))]


@defect("tasks", "DEL-3", "delete_task")
class RunningSubtasksOutlive(Tasks):
    """Deleting a task deletes the sub-tasks that have ended, and not those that run."""

    def deleted_with(self, task_id: str) -> list[str]:
        tree = self.repository.table.tree(task_id)
        return [below for below, task in tree.items() if below == task_id or task.status not in RUNNING]


_ROOTS = SharedState[set[str]](set)


@defect("parts", "DEL-2", "delete_task", "get_task")
class DeletedSubtasksStillOpen:
    """The sub-tasks of a deleted task are no longer listed, and `get_task` still shows them."""

    filters = HidingFilters

    class table(SoftDelete):
        """A table that hides only the task that was to be deleted, and not its sub-tasks, from `find`."""

        def delete(self, task_ids: Sequence[str]) -> None:
            super().delete(task_ids)
            _ROOTS.of(self.database).update(task_ids[:1])

        def find(self, task_id: str) -> Task | None:
            hidden = task_id in _ROOTS.of(self.database)
            return super().find(task_id) if hidden else TaskTable.find(self, task_id)


@defect("parts", "DEL-2", "delete_task", "list_tasks")
class DeletedSubtasksListedUnderParent:
    """The sub-tasks of a deleted task are still listed under it."""

    table = SoftDelete

    class filters(HidingFilters):
        """Filters that forget to hide deleted tasks from some lists."""

        def hides(self, chosen: Filter) -> bool:
            return chosen.parent_task_id is None


# DEL-4: the parent of a deleted sub-task


_LOST = SharedState[dict[str, list[str]]](dict)


class LossNotingTasks(Tasks):
    """Notes which sub-tasks each task has lost by deletion."""

    def delete_task(self, caller: str, task_id: str) -> None:
        """Note the parent."""
        parent = self.ownership.writable(caller, task_id).parent
        super().delete_task(caller, task_id)
        if parent:
            _LOST.of(self.repository).setdefault(parent, []).append(task_id)


@defect("parts", "DEL-4", "delete_task", "get_task")
class DeletedSubtaskStaysWithParent:
    """A deleted sub-task stays in its parent's `sub_executions`."""

    tasks = LossNotingTasks

    class repository(TaskRepository):
        """Shows deleted sub-tasks."""

        def show(self, task: Task, turn: Turn | None = None) -> dict[str, Any]:
            view = super().show(task, turn)
            return view | {"sub_executions": [*view["sub_executions"], *_LOST.of(self).get(task.id, [])]}


@defect("parts", "DEL-4", "delete_task", "get_task")
class DeletedSubtaskLeavesGap:
    """A deleted sub-task leaves an empty id in its parent's `sub_executions`."""

    tasks = LossNotingTasks

    class repository(TaskRepository):
        """Shows an empty id for each deleted sub-task."""

        def show(self, task: Task, turn: Turn | None = None) -> dict[str, Any]:
            view = super().show(task, turn)
            return view | {"sub_executions": [*view["sub_executions"], *("" for _ in _LOST.of(self).get(task.id, []))]}


# DEL-5: an id used anew


@defect("tasks", "DEL-5", "delete_task", "get_task_thread")
class OldConversationComesBack(Tasks):
    """A new task with the id of a deleted one begins with the deleted conversation."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self._deleted: dict[str, Task] = {}

    def delete_task(self, caller: str, task_id: str) -> None:
        task = self.ownership.writable(caller, task_id)
        super().delete_task(caller, task_id)
        self._deleted[task_id] = task

    def get_task_thread(self, caller: str, task_id: str) -> list[dict[str, Any]]:
        old = self._deleted.get(task_id)
        return [*(self.threads.thread(old) if old else ()), *super().get_task_thread(caller, task_id)]

    def get_task_thread_full(self, caller: str, task_id: str) -> dict[str, list[dict[str, Any]]]:
        full = super().get_task_thread_full(caller, task_id)
        for key, messages in full.items():
            old = self._deleted.get(task_id if key == "root" else key)
            messages[1:1] = self.threads.messages(old)[1:] if old else []
        return full


@defect("around", "DEL-5", "delete_task", "get_task")
async def deleted_id_stays_gone(call: Call, ask: Ask) -> Answer:
    """`get_task` answers 404 for a deleted id forever, even after an invoke has used the id again."""
    gone = call.memory.setdefault("gone", set())
    if call.operation == "get_task" and call.ids["task_id"] in gone:
        return Answer(404, {"content-type": "application/json"}, {"detail": "Task not found"})
    answer = await ask(call)
    if call.operation == "delete_task" and answer.ok:
        gone.add(call.ids["task_id"])
    return answer


_CREATED = SharedState[dict[str, int]](dict)


@defect("parts", "DEL-5", "delete_task", "invoke_agent", "invoke_agent_async")
class OldCreationComesBack:
    """A new task with the id of a deleted one has the deleted task's `created_at`."""

    class tasks(Tasks):
        """Notes when deleted tasks were created."""

        def delete_task(self, caller: str, task_id: str) -> None:
            created = self.ownership.writable(caller, task_id).created
            super().delete_task(caller, task_id)
            _CREATED.of(self.repository)[task_id] = created

    class invocations(Invocations):
        """Gives new tasks the instant of the deleted ones."""

        def new_task(self, caller: str, agent_id: str, task_id: str, request: dict[str, Any]) -> Task:
            task = super().new_task(caller, agent_id, task_id, request)
            task.created = _CREATED.of(self.repository).get(task_id, task.created)
            return task
