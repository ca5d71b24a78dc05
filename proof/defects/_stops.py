"""Bugs in stops: what they do to a task that runs, and to one that has ended."""

from typing import Any

from proof.defects._defect import SharedState, defect
from proof.defects._defect_middleware import Answer, Call
from proof.defects._lists import Ask, Item, relist
from xpander_mock.parts import (
    COMPLETED,
    ERROR,
    FAILED,
    FINAL,
    PAUSED,
    PENDING,
    RUNNING,
    STOPPED,
    ApiError,
    Lifecycle,
    Task,
    TaskRepository,
    Tasks,
    Views,
)

View = dict[str, Any]


class Conflict(ApiError):
    """The task's status does not allow the operation."""

    status = 409


# STOP-1: a task that runs


@defect("lifecycle", "STOP-1", "stop_task")
class StopWithoutFlag(Lifecycle):
    """A stopped task's `is_manually_stopped` stays false."""

    def stop(self, task: Task, at: int) -> None:
        super().stop(task, at)
        task.current.stopped = False


@defect("lifecycle", "STOP-1", "stop_task")
class StopOfSubtaskWithoutFlag(Lifecycle):
    """The `is_manually_stopped` of a sub-task that was stopped stays false."""

    def stop(self, task: Task, at: int) -> None:
        super().stop(task, at)
        task.current.stopped = task.parent is None


@defect("tasks", "STOP-1", "stop_task")
class StopAnswersTaskBefore(Tasks):
    """The answer to a stop is the task as it was before."""

    def stop_task(self, caller: str, task_id: str) -> View:
        before = self.repository.show(self.ownership.writable(caller, task_id))
        super().stop_task(caller, task_id)
        return before


@defect("tasks", "STOP-1", "stop_task")
class StopIsNotKept(Tasks):
    """A stop answers with the stopped task, and the task goes on running."""

    def stop_task(self, caller: str, task_id: str) -> View:
        task = self.ownership.writable(caller, task_id)
        if self.lifecycle.stoppable(task):
            self.lifecycle.stop(task, self.repository.clock.now())
        return self.repository.show(task)


@defect("lifecycle", "STOP-1", "stop_task")
class StoppedTaskStillCompletes(Lifecycle):
    """A stopped task becomes completed when its agent ends."""

    def stop(self, task: Task, at: int) -> None:
        answers = [turn.answer for turn in task.turns]
        super().stop(task, at)
        for turn, answer in zip(task.turns, answers, strict=True):
            turn.answer = answer

    def due(self, task: Task) -> int | None:
        turn = task.current
        if turn.status == STOPPED and turn.answer:
            return (turn.ended or turn.asked) + turn.answer.executing
        return super().due(task)

    def apply_due(self, task: Task, now: int) -> bool:
        turn = task.current
        end = self.due(task)
        if turn.status == STOPPED and turn.answer and end is not None and now >= end:
            self.finish(task, turn, turn.answer, end)
            return True
        return super().apply_due(task, now)


@defect("lifecycle", "STOP-1", "stop_task")
class StoppedTurnStillCompletes(StoppedTaskStillCompletes):
    """A further turn that was stopped becomes completed when its agent ends."""

    def stop(self, task: Task, at: int) -> None:
        if len(task.turns) > 1:
            super().stop(task, at)
        else:
            Lifecycle.stop(self, task, at)


@defect("lifecycle", "STOP-1", "stop_task")
class PendingTaskIsNotStopped(Lifecycle):
    """Stopping a pending task does nothing: it comes back unchanged, and runs."""

    def stoppable(self, task: Task) -> bool:
        return task.status != PENDING and super().stoppable(task)


@defect("lifecycle", "STOP-1", "stop_task")
class StopEndsAsError(Lifecycle):
    """A stopped task has the status `error`."""

    def stop(self, task: Task, at: int) -> None:
        super().stop(task, at)
        self.enter(task, task.current, ERROR, at)


@defect("lifecycle", "GET-3", "stop_task", "get_task")
class StoppedBeforeItBegan(Lifecycle):
    """The `finished_at` of a stopped task is one second before its `created_at`."""

    def stop(self, task: Task, at: int) -> None:
        super().stop(task, at)
        task.current.ended = task.created - 1_000_000


# STOP-2: a task in a final state


@defect("lifecycle", "STOP-2", "stop_task")
class StopOverwritesFinalState(Lifecycle):
    """A completed task becomes stopped, and loses its result."""

    def stoppable(self, task: Task) -> bool:
        return True


@defect("tasks", "STOP-2", "stop_task", kind="status")
class StopOfFinishedConflicts(Tasks):
    """Stopping a task in a final state is a 409."""

    def stop_task(self, caller: str, task_id: str) -> View:
        if self.ownership.writable(caller, task_id).status in FINAL:
            raise Conflict("Task is not running")
        return super().stop_task(caller, task_id)


@defect("lifecycle", "STOP-2", "stop_task")
class StopAgainMovesTimes(Lifecycle):
    """Stopping a stopped task again moves its `finished_at` and `updated_at`."""

    def stoppable(self, task: Task) -> bool:
        return task.status == STOPPED or super().stoppable(task)


@defect("tasks", "STOP-2", "stop_task")
class StopMarksFinishedTask(Tasks):
    """Stopping a completed task leaves its status and sets `is_manually_stopped`."""

    def stop_task(self, caller: str, task_id: str) -> View:
        task = self.ownership.writable(caller, task_id)
        if task.status == COMPLETED:
            task.current.stopped = True
            self.repository.save(task)
        return super().stop_task(caller, task_id)


@defect("tasks", "STOP-2", "stop_task")
class StopOfCompletedMovesUpdate(Tasks):
    """Stopping a completed task moves its `updated_at`."""

    def stop_task(self, caller: str, task_id: str) -> View:
        task = self.ownership.writable(caller, task_id)
        if task.status == COMPLETED:
            task.updated = self.repository.clock.now()
            self.repository.save(task)
        return super().stop_task(caller, task_id)


# META-6: a stopped task in lists


@defect("views", "META-6", "stop_task", "list_tasks", "list_agent_tasks")
class StoppedListedAsCompleted(Views):
    """Lists show a stopped task as completed."""

    def list_item(self, task: Task) -> Item:
        item = super().list_item(task)
        return item | {"status": COMPLETED} if task.status == STOPPED and task.current.stopped else item


@defect("around", "META-6", "list_tasks", "stop_task")
async def stopped_still_found_as_executing(call: Call, ask: Ask) -> Answer:
    """A stopped task is found under `status=executing` as well as under `status=stopped`."""
    stopped = call.memory.setdefault("stopped", set())
    answer = await ask(call)
    if call.operation == "stop_task" and answer.ok and answer.body["status"] == STOPPED:
        stopped.add(answer.body["id"])
    if call.operation == "list_tasks" and call.query.get("status") == "executing":
        return await relist(
            call, ask, lambda items: (i for i in items if i["status"] == "executing" or i["id"] in stopped), "status"
        )
    return answer


# META-8: what stops with it


@defect("tasks", "META-8", "stop_task")
class StopTakesSiblingsAlong(Tasks):
    """Stopping a sub-task stops its running siblings as well."""

    def stop_task(self, caller: str, task_id: str) -> View:
        parent = self.ownership.writable(caller, task_id).parent
        for sibling in self.repository.table.children(parent) if parent else ():
            if sibling.id != task_id and self.lifecycle.stoppable(sibling):
                self.lifecycle.stop(sibling, self.repository.clock.now())
                self.repository.save(sibling)
        return super().stop_task(caller, task_id)


@defect("tasks", "META-8", "stop_task")
class StopReachesParent(Tasks):
    """Stopping a sub-task marks its parent as manually stopped."""

    def stop_task(self, caller: str, task_id: str) -> View:
        task = self.ownership.writable(caller, task_id)
        parent = self.repository.find(task.parent) if task.parent else None
        if parent:
            parent.current.stopped = True
            self.repository.save(parent)
        return super().stop_task(caller, task_id)


# DEL-3: a task that runs


@defect("tasks", "DEL-3", "delete_task", kind="status")
class RunningTaskIsNotDeleted(Tasks):
    """Deleting a task that runs is a 409."""

    def delete_task(self, caller: str, task_id: str) -> None:
        if self.ownership.writable(caller, task_id).status in RUNNING:
            raise Conflict("Task is running, stop it first")
        super().delete_task(caller, task_id)


@defect("tasks", "DEL-3", "delete_task")
class DeleteOnlyStopsRunning(Tasks):
    """Deleting a task that runs stops it, and does not delete it."""

    def delete_task(self, caller: str, task_id: str) -> None:
        task = self.ownership.writable(caller, task_id)
        if task.status not in RUNNING:
            super().delete_task(caller, task_id)
            return
        self.lifecycle.stop(task, self.repository.clock.now())
        self.repository.save(task)


_GHOSTS = SharedState[dict[str, Task]](dict)


@defect("parts", "DEL-3", "delete_task")
class RunningTaskComesBack:
    """A task deleted while it ran is written back when its agent ends."""

    class tasks(Tasks):
        """Notes the tasks that run when they are deleted."""

        def delete_task(self, caller: str, task_id: str) -> None:
            task = self.ownership.writable(caller, task_id)
            super().delete_task(caller, task_id)
            if task.status in RUNNING:
                _GHOSTS.of(self.repository)[task_id] = task

    class repository(TaskRepository):
        """Writes those tasks back when they end."""

        def apply_due(self) -> None:
            ghosts, now = _GHOSTS.of(self), self.clock.now()
            for task_id, task in list(ghosts.items()):
                due = self.lifecycle.due(task)
                ends = due is not None and due <= now and self.lifecycle.apply_due(task, now)
                if ends and task.status not in RUNNING:
                    self.save(ghosts.pop(task_id))
            super().apply_due()


@defect("tasks", "DEL-3", "delete_task", kind="status")
class WaitingTaskIsNotDeleted(Tasks):
    """Deleting a pending or paused task is a 409."""

    def delete_task(self, caller: str, task_id: str) -> None:
        if self.ownership.writable(caller, task_id).status in (PENDING, PAUSED):
            raise Conflict("Task has not started")
        super().delete_task(caller, task_id)


@defect("tasks", "STOP-2", "stop_task")
class StopOfFailedClearsResult(Tasks):
    """Stopping a failed task removes its result."""

    def stop_task(self, caller: str, task_id: str) -> View:
        task = self.ownership.writable(caller, task_id)
        if task.status in (FAILED, ERROR):
            task.current.result = None
            self.repository.save(task)
        return super().stop_task(caller, task_id)
