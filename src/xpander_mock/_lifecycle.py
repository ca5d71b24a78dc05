"""How time and stops move a task: pending, executing, then a status it stays in."""

from xpander_mock._task import (
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
    """The rules by which a task changes. Nothing here reads a clock: the instant is always given."""

    def settle(self, task: Task, now: int) -> bool:
        """Let everything happen to the task that is due by `now`; tells whether anything did."""
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
        """The instant of the next change that comes by itself."""
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
        """A pending turn begins to execute."""
        turn.started = at
        self.enter(task, turn, EXECUTING, at)

    def finish(self, task: Task, turn: Turn, answer: Answer, at: int) -> None:
        """An executing turn gets its answer."""
        turn.result = answer.result
        turn.fields = turn.fields | answer.fields
        turn.answer = None
        if answer.status == PAUSED:
            turn.paused = at
        else:
            turn.ended = at
        self.enter(task, turn, answer.status, at)

    def stoppable(self, task: Task) -> bool:
        """Whether a stop changes the task: it is pending, executing or paused."""
        return task.status in RUNNING or task.status == PAUSED

    def stop(self, task: Task, at: int) -> None:
        """Stop the current turn, and those that wait behind it."""
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
