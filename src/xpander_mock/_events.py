"""The events of a streamed turn, as they happen."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from xpander_mock._bells import Bells
from xpander_mock._clock import Clock
from xpander_mock._task import EXECUTING, PENDING, RUNNING, STOPPED, Answer, Task, Turn
from xpander_mock._times import format_instant


class Events:
    """What a stream tells of a turn."""

    clock: Clock
    bells: Bells
    released: bool

    if TYPE_CHECKING:
        # What the service brings.
        def settled(self, task_id: str) -> Task | None: ...
        def due(self, task: Task) -> int | None: ...
        def task_at(self, task: Task, turn: Turn, status: str) -> dict[str, Any]: ...

    async def events(self, task: Task, turn: Turn) -> AsyncIterator[dict[str, Any]]:
        """The events of a turn from its invoke to its end, each when it happens."""
        answer = turn.answer
        assert answer is not None
        number = len(task.turns) - 1
        yield self.event(task, "connected", turn.asked, {})
        yield self.event(task, "task_created", turn.asked, self.task_at(task, turn, PENDING))
        sent: int | None = None
        with self.bells.at(task.id) as bell:
            while True:
                bell.clear()
                task_now = self.settled(task.id)
                if task_now is None or self.released:
                    task_now = None
                    break
                task, turn = task_now, task_now.turns[number]
                if turn.started is not None and sent is None:
                    yield self.event(task, "task_updated", turn.started, self.task_at(task, turn, EXECUTING))
                    for event in self.work_events(task, turn):
                        yield event
                    sent = 0
                if sent is not None and turn.started is not None and turn.status != STOPPED:
                    due = self.chunks_due(answer, turn, self.clock.now())
                    for chunk in answer.chunks[sent:due]:
                        yield self.event(task, "chunk", self.clock.now(), chunk)
                    sent = due
                if turn.status not in RUNNING:
                    break
                await self.clock.wait(self.next_event(answer, task, turn, sent or 0), bell)
        if task_now is None:
            yield self.event(task, "task_finished", self.clock.now(), self.task_at(task, turn, STOPPED))
        else:
            yield self.event(
                task, "task_finished", turn.ended or self.clock.now(), self.task_at(task, turn, turn.status)
            )

    def work_events(self, task: Task, turn: Turn) -> list[dict[str, Any]]:
        """What the agent shows of its work before it answers."""
        at = turn.started or turn.asked
        return [
            self.event(task, "think", at, {"content": "The input is read."}),
            self.event(task, "tool_call_request", at, {"tool_name": "echo", "payload": {"text": turn.text}}),
            self.event(task, "tool_call_result", at, {"tool_name": "echo", "is_success": True}),
        ]

    def chunks_due(self, answer: Answer, turn: Turn, now: int) -> int:
        """How many chunks are out by now: they are spread evenly over the work."""
        if turn.status not in RUNNING:
            return len(answer.chunks)
        step = answer.executing // (len(answer.chunks) + 1) or 1
        return min(len(answer.chunks), max(0, now - (turn.started or now)) // step)

    def next_event(self, answer: Answer, task: Task, turn: Turn, sent: int) -> int | None:
        """The instant of the next chunk, or of the next change of the task."""
        if turn.status != EXECUTING or turn.started is None or sent >= len(answer.chunks):
            return self.due(task)
        step = answer.executing // (len(answer.chunks) + 1) or 1
        return turn.started + (sent + 1) * step

    def event(self, task: Task, kind: str, at: int, data: Any) -> dict[str, Any]:
        """One `TaskEvent`."""
        return {
            "type": kind,
            "task_id": task.id,
            "organization_id": task.organization_id,
            "time": format_instant(at),
            "data": data,
        }
