"""How agents are run: invokes, further turns, waiting for the end, and streams."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

from xpander_mock._access import Access
from xpander_mock._errors import Invalid, NotFound, problem
from xpander_mock._lifecycle import INTERNAL_STATUS
from xpander_mock._task import PENDING, RUNNING, STOPPED, Answer, Task, Turn

_OWN_FIELDS = frozenset({"id", "input", "title", "source", "triggering_agent_id"})


class Running(Access):
    """The rules of invokes."""

    def invoke(self, caller: str, agent_id: str, request: dict[str, Any], version: str | None) -> tuple[Task, Turn]:
        """Add a turn to the task that the request names, or to a new one; the task and its new turn."""
        with self.store.transaction():
            self.check_agent(caller, agent_id)
            task_id = self.requested_id(request)
            task = self.settled(task_id)
            if task is None:
                task = self.new_task(caller, agent_id, task_id, request)
            else:
                self.check_continuable(caller, agent_id, task)
            self.check_parent(caller, task, request)
            turn = self.add_turn(task, request, version)
            self.save(task)
            self.delegate(task, turn)
        self.bells.ring(task.id)
        return task, turn

    async def finished(self, task: Task, turn: Turn) -> dict[str, Any]:
        """Wait until a turn runs no more; the task as that turn left it. One deleted meanwhile counts as stopped."""
        number = len(task.turns) - 1
        with self.bells.at(task.id) as bell:
            while True:
                bell.clear()
                now = self.settled(task.id)
                if now is None or self.released:
                    return self.task_at(task, turn, STOPPED)
                if now.turns[number].status not in RUNNING:
                    return self.view_of(now, now.turns[number])
                await self.wait(self.due(now), bell)

    async def events(self, task: Task, turn: Turn) -> AsyncIterator[dict[str, Any]]:
        """The events of a turn from its invoke to its end, each when it happens."""
        number = len(task.turns) - 1
        answer = turn.answer
        assert answer is not None
        for event in self.opening_events(task, turn):
            yield event
        begun, sent = False, 0
        with self.bells.at(task.id) as bell:
            while True:
                bell.clear()
                now = self.settled(task.id)
                if now is None or self.released:
                    yield self.closing_event(task, turn, STOPPED, self.clock.now())
                    return
                task, turn = now, now.turns[number]
                if turn.started is not None and not begun:
                    begun = True
                    delegated = [child for child in self.store.children(task.id) if child.created == turn.asked]
                    for event in self.work_events(task, turn, delegated):
                        yield event
                ready = self.chunks_due(answer, turn, self.clock.now())
                for chunk in answer.chunks[sent:ready]:
                    yield self.event(task, "chunk", self.clock.now(), chunk)
                sent = max(sent, ready)
                if turn.status not in RUNNING:
                    yield self.closing_event(task, turn, turn.status, turn.ended or self.clock.now())
                    return
                await self.wait(self.next_chunk(answer, turn, sent) or self.due(task), bell)

    def requested_id(self, request: dict[str, Any]) -> str:
        """The id that the caller chose, or a new UUID. An empty one could not be opened, and counts as none."""
        return request.get("id") or str(uuid4())

    def new_task(self, caller: str, agent_id: str, task_id: str, request: dict[str, Any]) -> Task:
        """A task without turns. It is that of the user who asks first."""
        now = self.clock.now()
        user = request["input"].get("user") or {}
        return Task(
            id=task_id,
            organization_id=caller,
            agent_id=agent_id,
            user_id=user.get("id"),
            created=now,
            updated=now,
            turns=[],
        )

    def check_continuable(self, caller: str, agent_id: str, task: Task) -> None:
        """Only one's own task is continued, and only under its own agent."""
        if not self.visible(caller, task) or task.agent_id != agent_id:
            raise NotFound("Task not found")

    def check_parent(self, caller: str, task: Task, request: dict[str, Any]) -> None:
        """Put the task under the parent that the request names; it must exist and not be below the task itself."""
        parent_id = request.get("parent_execution_id")
        if parent_id is None:
            return
        parent = self.store.find(parent_id)
        if parent is None or not self.visible(caller, parent):
            raise NotFound("Parent task not found")
        if parent_id in self.store.tree(task.id):
            msg = "Expected a task that is neither the task itself nor below it"
            raise Invalid([problem(["body", "parent_execution_id"], msg, "value_error")])
        task.parent = parent_id

    def add_turn(self, task: Task, request: dict[str, Any], version: str | None) -> Turn:
        """Append the turn that a request asks for."""
        now = self.clock.now()
        turn = Turn(
            asked=now,
            input=self.turn_input(request),
            title=self.turn_title(request),
            source=request.get("source"),
            fields=self.turn_fields(request, version),
            status=PENDING,
            internal_status=INTERNAL_STATUS[PENDING],
            answer=self.agents.answer(task.agent_id, request),
        )
        task.triggering_agent_id = request.get("triggering_agent_id") or task.triggering_agent_id
        task.turns.append(turn)
        task.updated = max(task.updated, now)
        return turn

    def delegate(self, task: Task, turn: Turn) -> None:
        """Make the sub-tasks that the agent will have worked on: each half as long as the turn."""
        assert turn.answer is not None
        for wanted in turn.answer.delegated:
            request = {"input": {"text": wanted["text"]}}
            child = self.new_task(task.organization_id, wanted["agent_id"] or task.agent_id, str(uuid4()), request)
            child.parent, child.triggering_agent_id = task.id, task.agent_id
            answer = Answer(
                status=wanted["status"],
                result=wanted["text"] if wanted["result"] is None else wanted["result"],
                pending=turn.answer.pending,
                executing=turn.answer.executing // 2,
            )
            child.turns.append(
                Turn(
                    asked=turn.asked,
                    input=request["input"],
                    title=wanted["text"],
                    source="agent",
                    internal_status=INTERNAL_STATUS[PENDING],
                    answer=answer,
                )
            )
            self.save(child)

    def turn_input(self, request: dict[str, Any]) -> dict[str, Any]:
        """The input as it is remembered."""
        given: dict[str, Any] = request["input"]
        return given

    def turn_title(self, request: dict[str, Any]) -> str | None:
        """The title that the caller gave, or else the beginning of the text."""
        title: str | None = request.get("title")
        return title if title is not None else (request["input"].get("text") or "")[:80] or None

    def turn_fields(self, request: dict[str, Any], version: str | None) -> dict[str, Any]:
        """What else of the request comes back with the task."""
        names = self.contract.names("InvokeRequest") & self.contract.names("Task") - _OWN_FIELDS
        fields = {name: value for name, value in request.items() if name in names and value is not None}
        if version is not None:
            fields["agent_version"] = version
        return fields
