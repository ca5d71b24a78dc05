"""The rules of tasks: what each operation does, for whom, and what it refuses."""

from typing import Any
from uuid import uuid4

from xpander_mock._agents import Agents
from xpander_mock._bells import Bells
from xpander_mock._clock import Clock
from xpander_mock._contract import Contract, load_contract
from xpander_mock._errors import Forbidden, Invalid, NotFound, problem
from xpander_mock._events import Events
from xpander_mock._lifecycle import INTERNAL_STATUS, Lifecycle
from xpander_mock._store import Filter, Store
from xpander_mock._task import PENDING, RUNNING, STOPPED, Task, Turn
from xpander_mock._threads import Threads
from xpander_mock._times import parse_instant
from xpander_mock._views import Views

_OWN_FIELDS = frozenset({"id", "input", "title", "source", "triggering_agent_id"})


class Service(Lifecycle, Threads, Views, Events):
    """All operations of the API, one method each, and under them one method for each rule.

    `caller` is always the organization that the credentials prove.

    Args:
        store: where tasks are kept.
        clock: what tells the time.
        agents: what answers.
        contract: the contract whose fields are shown.
    """

    def __init__(self, store: Store, clock: Clock, agents: Agents, contract: Contract | None = None) -> None:
        contract = contract or load_contract()
        super().__init__(contract)
        self.store = store
        self.clock = clock
        self.agents = agents
        self.bells = Bells()
        self.released = False
        clock.listen(self.bells.ring_all)
        self._turn_fields = frozenset(contract.names("InvokeRequest")) & set(contract.names("Task")) - _OWN_FIELDS

    # Operations

    def list_tasks(self, caller: str, params: dict[str, Any]) -> str:
        """A page of the organization's tasks, as JSON."""
        self.settle_all()
        return self.page(self.filter(caller, params), params["page"], params["per_page"])

    def list_agent_tasks(self, caller: str, agent_id: str, params: dict[str, Any]) -> str:
        """A page of one agent's tasks, as JSON."""
        self.check_agent(caller, agent_id)
        return self.list_tasks(caller, params | {"agent_id": agent_id})

    def get_task(self, caller: str, task_id: str) -> dict[str, Any]:
        """A task in full."""
        task = self.readable(caller, task_id)
        return self.view_of(task)

    def stop_task(self, caller: str, task_id: str) -> dict[str, Any]:
        """Stop a task unless it is in a final state; the task as it is then."""
        with self.store.transaction():
            task = self.writable(caller, task_id)
            if self.stoppable(task):
                self.stop(task, self.clock.now())
                self.save(task)
            view = self.view_of(task)
        self.bells.ring(task_id)
        return view

    def delete_task(self, caller: str, task_id: str) -> None:
        """Delete a task and its whole tree of sub-tasks."""
        with self.store.transaction():
            self.writable(caller, task_id)
            gone = self.deleted_with(task_id)
            self.store.delete(gone)
        for task in gone:
            self.bells.ring(task)

    def get_task_thread(self, caller: str, task_id: str) -> list[dict[str, Any]]:
        """What user and assistant said in a task."""
        return self.thread(self.readable(caller, task_id))

    def get_task_thread_full(self, caller: str, task_id: str) -> dict[str, list[dict[str, Any]]]:
        """All messages of a task, and of each task below it under that task's id."""
        root = self.readable(caller, task_id)
        return {"root" if task.id == root.id else task.id: self.messages(task) for task in self.store.tree(task_id)}

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
                await self.clock.wait(self.due(now), bell)

    # Whose

    def check_agent(self, caller: str, agent_id: str) -> None:
        """An agent must exist, and belong to the caller's organization."""
        if self.store.agent_organization(agent_id) != caller:
            raise NotFound("Agent not found")

    def readable(self, caller: str, task_id: str) -> Task:
        """A task that the caller may read; a foreign one is as unknown as one that does not exist."""
        task = self.settled(task_id)
        if task is None or not self.visible(caller, task):
            raise NotFound("Task not found")
        return task

    def writable(self, caller: str, task_id: str) -> Task:
        """A task that the caller may stop or delete; a foreign one is refused as such."""
        task = self.settled(task_id)
        if task is None:
            raise NotFound("Task not found")
        if not self.visible(caller, task):
            raise Forbidden
        return task

    def visible(self, caller: str, task: Task) -> bool:
        """Whether a task belongs to the caller's organization."""
        return task.organization_id == caller

    # Lists

    def filter(self, caller: str, params: dict[str, Any]) -> Filter:
        """What the parameters of a list select."""
        since, until = self.date_bounds(params)
        return Filter(
            organization_id=caller,
            agent_id=params.get("agent_id"),
            status=params["status"],
            user_id=params["user_id"],
            internal_status=params["internal_status"],
            triggering_agent_id=params["triggering_agent_id"],
            parent_task_id=params["parent_task_id"],
            since=since,
            until=until,
        )

    def date_bounds(self, params: dict[str, Any]) -> tuple[int | None, int | None]:
        """The closed interval of `created_at` that a list asks for."""
        since, until = params.get("from_date"), params.get("to_date")
        return (
            None if since is None else parse_instant(since, up=True),
            None if until is None else parse_instant(until),
        )

    def page(self, chosen: Filter, page: int, per_page: int) -> str:
        """A `TasksPage` as JSON. The items are stored as JSON, and are only joined here."""
        total = self.total(chosen)
        items = self.page_items(chosen, total, page, per_page)
        return (
            f'{{"items":[{",".join(items)}],"total":{total},"page":{page},"per_page":{per_page},'
            f'"total_pages":{self.total_pages(total, per_page)}}}'
        )

    def total(self, chosen: Filter) -> int:
        """How many tasks match, on all pages."""
        return self.store.count(chosen)

    def total_pages(self, total: int, per_page: int) -> int:
        """How many pages there are."""
        return -(-total // per_page)

    def page_items(self, chosen: Filter, total: int, page: int, per_page: int) -> list[str]:
        """The items of one page, as JSON; none past the end, however far."""
        offset = (page - 1) * per_page
        return self.store.page(chosen, offset, per_page) if offset < total else []

    # Changes

    def settled(self, task_id: str) -> Task | None:
        """A task with everything that is due by now done to it."""
        task = self.store.find(task_id)
        if task is not None and self.settle(task, self.clock.now()):
            with self.store.transaction():
                self.settle_all()
            task = self.store.find(task_id)
        return task

    def settle_all(self) -> None:
        """Do to every task what is due by now."""
        now = self.clock.now()
        if self.store.due(now):
            with self.store.transaction():
                for task in self.store.due(now):
                    self.settle(task, now)
                    self.save(task)

    def save(self, task: Task) -> None:
        """Keep a task and what lists show of it."""
        self.store.save(task, self.list_item(task), self.due(task))

    def deleted_with(self, task_id: str) -> list[str]:
        """The ids that a deletion takes: the task's and those of the whole tree below it."""
        return [task.id for task in self.store.tree(task_id)]

    # Invokes

    def requested_id(self, request: dict[str, Any]) -> str:
        """The id that the caller chose, or a new UUID. An empty one could not be opened, and counts as none."""
        return request.get("id") or str(uuid4())

    def new_task(self, caller: str, agent_id: str, task_id: str, request: dict[str, Any]) -> Task:
        """A task without turns."""
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
        if parent_id in self.deleted_with(task.id):
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
        fields = {name: value for name, value in request.items() if name in self._turn_fields and value is not None}
        if version is not None:
            fields["agent_version"] = version
        return fields

    def view_of(self, task: Task, turn: Turn | None = None) -> dict[str, Any]:
        """A task in full, as its current turn or a given one makes it."""
        return self.task_view(task, self.store.children(task.id), turn)

    def release(self) -> None:
        """Let go of everybody who waits: their tasks count as stopped, for them."""
        self.released = True
        self.bells.ring_all()
