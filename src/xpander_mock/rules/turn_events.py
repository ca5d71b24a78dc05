"""The events that a stream sends about a turn."""

from collections.abc import Sequence
from typing import Any

from xpander_mock.rules.times import format_instant
from xpander_mock.rules.views import Views
from xpander_mock.storage.task import EXECUTING, PENDING, STOPPED, Answer, Task, Turn


class TurnEvents:
    """Builds the events of a turn, and says when they are due. Nothing here waits.

    Args:
        views: How tasks are shown in events.
    """

    def __init__(self, views: Views) -> None:
        self._views = views

    def opening(self, task: Task, turn: Turn, children: Sequence[Task]) -> list[dict[str, Any]]:
        """Return the events that are sent at once."""
        return [
            self.event(task, "connected", turn.asked, {}),
            self.event(task, "task_created", turn.asked, self._views.task_at(task, children, turn, PENDING)),
        ]

    def work(self, task: Task, turn: Turn, children: Sequence[Task]) -> list[dict[str, Any]]:
        """Return the events for the beginning of execution: the task, and the work before the answer."""
        at = turn.started or turn.asked
        return [
            self.event(task, "task_updated", at, self._views.task_at(task, children, turn, EXECUTING)),
            self.event(task, "think", at, {"content": "The input is read."}),
            self.event(task, "tool_call_request", at, {"tool_name": "echo", "payload": {"text": turn.text}}),
            self.event(task, "tool_call_result", at, {"tool_name": "echo", "is_success": True}),
            *(
                self.event(task, "sub_agent_trigger", at, self._views.list_item(child))
                for child in children
                if child.created == turn.asked and child.triggering_agent_id == task.agent_id  # delegated by this turn
            ),
        ]

    def closing(self, task: Task, turn: Turn, children: Sequence[Task], status: str, at: int) -> dict[str, Any]:
        """Return the last event."""
        return self.event(task, "task_finished", at, self._views.task_at(task, children, turn, status))

    def chunks_due(self, answer: Answer, turn: Turn, now: int) -> int:
        """Count the chunks that are due by `now`: spread evenly over the execution, none once it is stopped."""
        if turn.started is None or turn.status == STOPPED:
            return 0
        if turn.status != EXECUTING:
            return len(answer.chunks)
        return min(len(answer.chunks), (now - turn.started) // self.chunk_gap(answer))

    def next_chunk(self, answer: Answer, turn: Turn, sent: int) -> int | None:
        """Return the instant at which the next chunk is due, None when none is left."""
        if turn.started is None or sent >= len(answer.chunks):
            return None
        return turn.started + (sent + 1) * self.chunk_gap(answer)

    def chunk_gap(self, answer: Answer) -> int:
        """Return the microseconds from one chunk to the next."""
        return max(1, answer.executing // (len(answer.chunks) + 1))

    def event(self, task: Task, kind: str, at: int, data: Any) -> dict[str, Any]:
        """Build one `TaskEvent`."""
        return {
            "type": kind,
            "task_id": task.id,
            "organization_id": task.organization_id,
            "time": format_instant(at),
            "data": data,
        }
