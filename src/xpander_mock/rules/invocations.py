"""Invokes: what a request makes of a new task, or of one that it continues."""

from typing import Any
from uuid import uuid4

from xpander_mock.contract import Contract
from xpander_mock.rules.agents import Agents
from xpander_mock.rules.errors import Invalid, NotFound, problem
from xpander_mock.rules.lifecycle import INTERNAL_STATUS
from xpander_mock.rules.notifier import Notifier
from xpander_mock.rules.ownership import Ownership
from xpander_mock.rules.repository import TaskRepository
from xpander_mock.storage.task import PENDING, RUNNING, Answer, Task, Turn

_STORED_APART = frozenset({"id", "input", "title", "source", "triggering_agent_id"})


class Invocations:
    """Adds turns to tasks. `caller` is the organization that the credentials belong to.

    Args:
        repository: The tasks.
        ownership: Which of them, and which agents, a caller may use.
        agents: What agents answer.
        contract: Which fields of a request come back with the task.
        notifier: Wakes the requests that wait for a task.
    """

    def __init__(
        self,
        repository: TaskRepository,
        ownership: Ownership,
        agents: Agents,
        contract: Contract,
        notifier: Notifier,
    ) -> None:
        self.repository = repository
        self.ownership = ownership
        self.agents = agents
        self.notifier = notifier
        self._returned = (contract.names("InvokeRequest") & contract.names("Task")) - _STORED_APART

    def invoke(self, caller: str, agent_id: str, request: dict[str, Any], version: str | None) -> tuple[Task, Turn]:
        """Add a turn to the task that the request names, or to a new one, and return both."""
        with self.repository.transaction():
            self.ownership.check_agent(caller, agent_id)
            task_id = self.requested_id(request)
            task = self.repository.find(task_id)
            if task is None:
                task = self.new_task(caller, agent_id, task_id, request)
            else:
                self.check_continuable(caller, agent_id, task)
                self.end_sample_turn(task)
            self.check_parent(caller, task, request)
            turn = self.add_turn(task, request, version)
            self.repository.save(task)
            self.delegate(task, turn)
        self.notifier.notify(task.id)
        return task, turn

    def requested_id(self, request: dict[str, Any]) -> str:
        """Return the id that the caller chose, or a new UUID. No path can hold an empty id, so it counts as none."""
        return request.get("id") or str(uuid4())

    def new_task(self, caller: str, agent_id: str, task_id: str, request: dict[str, Any]) -> Task:
        """Return a task without turns. It belongs to the user of its first request."""
        now = self.repository.clock.now()
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
        """Check that the task is the caller's, and is continued by the agent that began it.

        Raises:
            NotFound: It is not.
        """
        if not self.ownership.owns(caller, task) or task.agent_id != agent_id:
            raise NotFound("Task not found")

    def end_sample_turn(self, task: Task) -> None:
        """End a turn that no invoke has asked for, and that would keep the new one waiting for hours or forever."""
        turn = task.current
        if turn.status in RUNNING and (turn.answer is None or turn.answer.sample):
            self.repository.lifecycle.end_now(task, turn, max(self.repository.clock.now(), task.updated))

    def check_parent(self, caller: str, task: Task, request: dict[str, Any]) -> None:
        """Put the task under the parent that the request names.

        Raises:
            NotFound: There is no such task, or it is another organization's.
            Invalid: The parent is the task itself, or below it.
        """
        parent_id = request.get("parent_execution_id")
        if parent_id is None:
            return
        parent = self.repository.table.find(parent_id)
        if parent is None or not self.ownership.owns(caller, parent):
            raise NotFound("Parent task not found")
        if parent_id in self.repository.table.tree(task.id):
            msg = "Expected a task that is neither the task itself nor below it"
            raise Invalid([problem(["body", "parent_execution_id"], msg, "value_error")])
        task.parent = parent_id

    def add_turn(self, task: Task, request: dict[str, Any], version: str | None) -> Turn:
        """Append the turn that a request asks for, and return it."""
        now = max(self.repository.clock.now(), task.updated)  # the clock may have been set back
        turn = Turn(
            asked=now,
            input=self.turn_input(request),
            title=self.turn_title(request),
            source=request.get("source"),
            fields=self.turn_fields(request, version),
            status=PENDING,
            internal_status=INTERNAL_STATUS[PENDING],
            answer=self.agents.answer(task, request),
        )
        task.triggering_agent_id = request.get("triggering_agent_id") or task.triggering_agent_id
        task.turns.append(turn)
        task.updated = max(task.updated, now)
        return turn

    def delegate(self, task: Task, turn: Turn) -> None:
        """Create the sub-tasks that the agent delegates, each half as long as the turn."""
        assert turn.answer is not None
        for wanted in turn.answer.delegated:
            request = {"input": {"text": wanted["text"]}}
            child = self.new_task(task.organization_id, wanted["agent_id"] or task.agent_id, str(uuid4()), request)
            child.parent, child.triggering_agent_id = task.id, task.agent_id
            child.created = child.updated = turn.asked
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
            self.repository.save(child)

    def turn_input(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the input as it is stored."""
        given: dict[str, Any] = request["input"]
        return given

    def turn_title(self, request: dict[str, Any]) -> str | None:
        """Return the title that the caller gave, or else the beginning of the text."""
        title: str | None = request.get("title")
        return title if title is not None else (request["input"].get("text") or "")[:80] or None

    def turn_fields(self, request: dict[str, Any], version: str | None) -> dict[str, Any]:
        """Return the other fields of the request that come back with the task."""
        fields = {name: value for name, value in request.items() if name in self._returned and value is not None}
        if version is not None:
            fields["agent_version"] = version
        return fields
