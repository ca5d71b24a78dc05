"""How a task changes by time and by stops: pending, executing, then a status that it stays in."""

from xpander_mock.storage.task import (
    COMPLETED,
    ERROR,
    EXECUTING,
    FAILED,
    PAUSED,
    PENDING,
    RUNNING,
    STOPPED,
    Answer,
    Task,
    Turn,
)

INTERNAL_STATUS = {
    PENDING: "queued",
    EXECUTING: "running",
    PAUSED: "waiting",
    COMPLETED: "finalized",
    FAILED: "agent_failed",
    ERROR: "runtime_error",
    STOPPED: "cancelled",
}


class Lifecycle:
    """The rules by which a task changes. Nothing here reads a clock: instants (microseconds since 1970) are given."""

    def apply_due(self, task: Task, now: int) -> bool:
        """Apply every change of the task that is due by `now`, and tell whether there was any."""
        before = task.updated, task.status
        free = task.created
        for turn in task.turns:
            answer = turn.answer
            if answer is not None:
                start = max(turn.asked, free) + answer.pending
                if turn.status == PENDING and now >= start:
                    self.start(task, turn, start)
                if turn.status == EXECUTING and now >= start + answer.executing:
                    self.finish(task, turn, answer, start + answer.executing)
            if turn.status in RUNNING:
                break  # the next turn waits for this one
            free = turn.ended or turn.paused or free
        return before != (task.updated, task.status)

    def due(self, task: Task) -> int | None:
        """Return the instant of the next change that comes by itself, None when none will."""
        free = task.created
        for turn in task.turns:
            if turn.answer is not None and turn.status in RUNNING:
                start = max(turn.asked, free) + turn.answer.pending
                return start if turn.status == PENDING else start + turn.answer.executing
            if turn.status in RUNNING:
                return None
            free = turn.ended or turn.paused or free
        return None

    def start(self, task: Task, turn: Turn, at: int) -> None:
        """Let a pending turn begin to execute."""
        turn.started = at
        self.enter(task, turn, EXECUTING, at)

    def finish(self, task: Task, turn: Turn, answer: Answer, at: int) -> None:
        """Give an executing turn its answer."""
        turn.result = answer.result
        turn.fields = turn.fields | answer.fields
        turn.answer = None
        if answer.status == PAUSED:
            turn.paused = at
        else:
            turn.ended = at
        self.enter(task, turn, answer.status, at)

    def end_now(self, task: Task, turn: Turn, at: int) -> None:
        """Let a pending or executing turn end at an instant, with its answer or with an echo of its input."""
        answer = turn.answer or Answer(result=turn.text, pending=0, executing=0)
        if turn.status == PENDING:
            self.start(task, turn, at)
        self.finish(task, turn, answer, at)

    def stoppable(self, task: Task) -> bool:
        """Tell whether a stop changes the task: whether it is pending, executing or paused."""
        return task.status in RUNNING or task.status == PAUSED

    def stop(self, task: Task, at: int) -> None:
        """Stop the current turn, and those that wait for it."""
        for turn in task.turns:
            if turn.status in RUNNING or turn is task.turns[-1]:
                turn.stopped = True
                turn.ended = at
                turn.result = None
                turn.answer = None
                self.enter(task, turn, STOPPED, at)

    def enter(self, task: Task, turn: Turn, status: str, at: int) -> None:
        """Put a turn into a status at an instant."""
        turn.status = status
        turn.internal_status = INTERNAL_STATUS[status]
        task.updated = max(task.updated, at)
