"""Whose tasks they are, and keeping them up to date with the clock."""

import asyncio
from typing import Any

from xpander_mock._agents import Agents
from xpander_mock._bells import Bells
from xpander_mock._clock import Clock
from xpander_mock._contract import Contract
from xpander_mock._errors import Forbidden, NotFound
from xpander_mock._events import Events
from xpander_mock._lifecycle import Lifecycle
from xpander_mock._store import Store
from xpander_mock._task import Task, Turn
from xpander_mock._threads import Threads

_MOMENT = 250_000  # microseconds


class Access(Lifecycle, Threads, Events):
    """What every operation needs: the store, the clock, and the caller's right.

    Args:
        store: where tasks are kept.
        clock: what tells the time.
        agents: what answers.
        contract: the contract whose fields are shown.
    """

    def __init__(self, store: Store, clock: Clock, agents: Agents, contract: Contract) -> None:
        super().__init__(contract)
        self.contract = contract
        self.store = store
        self.clock = clock
        self.agents = agents
        self.bells = Bells()
        self.released = False
        self.shared = False
        clock.listen(self.bells.ring_all)

    def release(self) -> None:
        """Let go of everybody who waits: their tasks count as stopped, for them."""
        self.released = True
        self.bells.ring_all()

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

    # Up to date

    async def wait(self, until: int | None, bell: asyncio.Event) -> None:
        """Wait for an instant or the bell; where other processes change tasks too, no longer than a moment."""
        if self.shared:
            soon = self.clock.now() + _MOMENT
            until = soon if until is None else min(until, soon)
        await self.clock.wait(until, bell)

    def settled(self, task_id: str) -> Task | None:
        """A task, of whatever organization, once everything is done that is due by now."""
        self.settle_all()
        return self.store.find(task_id)

    def settle_all(self) -> None:
        """Do to every task what is due by now."""
        now = self.clock.now()
        if self.store.any_due(now):
            with self.store.transaction():
                for task in self.store.due(now):
                    self.settle(task, now)
                    self.save(task)

    def save(self, task: Task) -> None:
        """Keep a task and what lists show of it."""
        self.store.save(task, self.list_item(task), self.due(task))

    def view_of(self, task: Task, turn: Turn | None = None) -> dict[str, Any]:
        """A task in full, as its current turn or a given one makes it."""
        return self.task_view(task, self.store.children(task.id), turn)
