"""The events that a stream tells of a turn."""

from collections.abc import Sequence
from typing import Any

from xpander_mock._task import EXECUTING, PENDING, STOPPED, Answer, Task, Turn
from xpander_mock._times import format_instant
from xpander_mock._views import Views


class Events(Views):
    """What is told of a turn, and when. Nothing here waits."""

    def opening_events(self, task: Task, turn: Turn) -> list[dict[str, Any]]:
        """What is told at once."""
        return [
            self.event(task, "connected", turn.asked, {}),
            self.event(task, "task_created", turn.asked, self.task_at(task, turn, PENDING)),
        ]

    def work_events(self, task: Task, turn: Turn, children: Sequence[Task]) -> list[dict[str, Any]]:
        """What is told when the turn begins to execute: the task, and the work before the answer."""
        at = turn.started or turn.asked
        return [
            self.event(task, "task_updated", at, self.task_at(task, turn, EXECUTING)),
            self.event(task, "think", at, {"content": "The input is read."}),
            self.event(task, "tool_call_request", at, {"tool_name": "echo", "payload": {"text": turn.text}}),
            self.event(task, "tool_call_result", at, {"tool_name": "echo", "is_success": True}),
            *(self.event(task, "sub_agent_trigger", at, self.list_item(child)) for child in children),
        ]

    def closing_event(self, task: Task, turn: Turn, status: str, at: int) -> dict[str, Any]:
        """What is told last."""
        return self.event(task, "task_finished", at, self.task_at(task, turn, status))

    def chunks_due(self, answer: Answer, turn: Turn, now: int) -> int:
        """How many chunks are out by now: spread evenly over the work, all at its end, no more once it is stopped."""
        if turn.started is None or turn.status == STOPPED:
            return 0
        if turn.status != EXECUTING:
            return len(answer.chunks)
        return min(len(answer.chunks), (now - turn.started) // self.chunk_gap(answer))

    def next_chunk(self, answer: Answer, turn: Turn, sent: int) -> int | None:
        """The instant at which the next chunk is out, if one is left."""
        if turn.started is None or sent >= len(answer.chunks):
            return None
        return turn.started + (sent + 1) * self.chunk_gap(answer)

    def chunk_gap(self, answer: Answer) -> int:
        """Microseconds from one chunk to the next."""
        return max(1, answer.executing // (len(answer.chunks) + 1))

    def event(self, task: Task, kind: str, at: int, data: Any) -> dict[str, Any]:
        """One `TaskEvent`."""
        return {
            "type": kind,
            "task_id": task.id,
            "organization_id": task.organization_id,
            "time": format_instant(at),
            "data": data,
        }
