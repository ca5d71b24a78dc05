"""The methods of `Tasks` that are awaited, each the twin of one in `_sync`, whose docstring holds for both."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import TYPE_CHECKING, Unpack

from xpander_tasks._connection import Connection
from xpander_tasks._iterators import AsyncTaskIterator, AsyncTaskStream
from xpander_tasks._pace import Pace

if TYPE_CHECKING:
    from xpander_tasks._invocation import Input, InvokeOptions, TaskOrId
    from xpander_tasks._models import FullThread, Task, TasksListItem, TasksPage
    from xpander_tasks._operations import Filters, Items, Messages, Timeout


class AsyncTasks(Connection):
    """The awaited half of `Tasks`."""

    async def alist(
        self,
        agent_id: str | None = None,
        filters: Filters | None = None,
        *,
        concurrency: int = 4,
        timeout: Timeout = None,
    ) -> Items:
        """Like `list`, awaited."""
        return [
            item
            async for page in self.apages(agent_id, filters, concurrency=concurrency, timeout=timeout)
            for item in page.items
        ]

    async def alist_user_tasks(
        self, user_id: str, filters: Filters | None = None, *, concurrency: int = 4, timeout: Timeout = None
    ) -> Items:
        """Like `list_user_tasks`, awaited."""
        operations, shell = self._aready()
        pages = operations.user_pages(user_id, filters, concurrency=concurrency, timeout=timeout)
        return [item async for page in shell.iterate(pages) for item in page.items]

    def aiterate(
        self,
        agent_id: str | None = None,
        filters: Filters | None = None,
        *,
        concurrency: int = 1,
        per_page: int = 50,
        timeout: Timeout = None,
    ) -> AsyncTaskIterator:
        """Like `iterate`, for `async for`."""
        return AsyncTaskIterator(
            self.apages(agent_id, filters, concurrency=concurrency, per_page=per_page, timeout=timeout)
        )

    def apages(
        self,
        agent_id: str | None = None,
        filters: Filters | None = None,
        *,
        concurrency: int = 1,
        per_page: int = 50,
        timeout: Timeout = None,
    ) -> AsyncGenerator[TasksPage, None]:
        """Like `pages`, for `async for`."""
        operations, shell = self._aready()
        pages = operations.pages(agent_id, filters, concurrency=concurrency, per_page=per_page, timeout=timeout)
        return shell.iterate(pages)

    async def aget(self, task_id: str, *, timeout: Timeout = None) -> Task:
        """Like `get`, awaited."""
        operations, shell = self._aready()
        return await shell.run(operations.get(task_id, timeout))

    async def astop(self, task: TaskOrId, *, timeout: Timeout = None) -> Task:
        """Like `stop`, awaited."""
        operations, shell = self._aready()
        return await shell.run(operations.stop(task, timeout))

    async def adelete(self, task: TaskOrId, *, timeout: Timeout = None) -> None:
        """Like `delete`, awaited."""
        operations, shell = self._aready()
        return await shell.run(operations.delete(task, timeout))

    async def athread(self, task: TaskOrId, *, timeout: Timeout = None) -> Messages:
        """Like `thread`, awaited."""
        operations, shell = self._aready()
        return await shell.run(operations.thread(task, timeout))

    async def afull_thread(self, task: TaskOrId, *, timeout: Timeout = None) -> FullThread:
        """Like `full_thread`, awaited."""
        operations, shell = self._aready()
        return await shell.run(operations.full_thread(task, timeout))

    async def ainvoke(
        self, agent_id: str, input: Input, *, timeout: Timeout = None, **options: Unpack[InvokeOptions]
    ) -> Task:
        """Like `invoke`, awaited."""
        operations, shell = self._aready()
        return await shell.run(operations.invoke(agent_id, input, options, timeout))

    async def astart(
        self, agent_id: str, input: Input, *, timeout: Timeout = None, **options: Unpack[InvokeOptions]
    ) -> Task:
        """Like `start`, awaited."""
        operations, shell = self._aready()
        return await shell.run(operations.start(agent_id, input, options, timeout))

    def astream(
        self, agent_id: str, input: Input, *, timeout: Timeout = None, **options: Unpack[InvokeOptions]
    ) -> AsyncTaskStream:
        """Like `stream`, for `async for`."""
        operations, shell = self._aready()
        return AsyncTaskStream(shell.iterate(operations.stream(agent_id, input, options, timeout)))

    async def areply(
        self,
        task: Task | TasksListItem,
        input: Input,
        *,
        timeout: Timeout = None,
        **options: Unpack[InvokeOptions],
    ) -> Task:
        """Like `reply`, awaited."""
        return await self.ainvoke(task.agent_id, input, timeout=timeout, **(options | {"id": task.id}))

    async def await_for(
        self,
        task: TaskOrId,
        *,
        timeout: float | None = None,
        interval: float = 0.5,
        max_interval: float = 10.0,
        through_pauses: bool = False,
        on_change: Callable[[Task], object] | None = None,
        raise_on_failure: bool = False,
    ) -> Task:
        """Like `wait_for`, awaited."""
        operations, shell = self._aready()
        pace = Pace(timeout, interval, max_interval, through_pauses)
        return await shell.run(operations.wait(task, pace, on_change, raise_on_failure))

    def awatch(
        self,
        task: TaskOrId,
        *,
        timeout: float | None = None,
        interval: float = 0.5,
        max_interval: float = 10.0,
        through_pauses: bool = False,
    ) -> AsyncGenerator[Task, None]:
        """Like `watch`, for `async for`."""
        operations, shell = self._aready()
        pace = Pace(timeout, interval, max_interval, through_pauses)
        return shell.iterate(operations.watch(task, pace))
