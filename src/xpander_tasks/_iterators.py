"""What a caller iterates over: the tasks of a list, the pages of a list, the events of a stream."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing, closing
from types import TracebackType
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from xpander_tasks._errors import MisuseError

if TYPE_CHECKING:
    from xpander_tasks._models import Task, TaskEvent, TasksListItem, TasksPage

T = TypeVar("T")


class _Closing(Generic[T]):
    """An iterator over a generator that holds connections until it is closed or ends."""

    def __init__(self, values: Generator[T, None, None]) -> None:
        self._values = values

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        return next(self._values)

    def close(self) -> None:
        """Stop what is read ahead and return the connections; the end of the iteration does it too."""
        self._values.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class _AsyncClosing(Generic[T]):
    """The same for `async for` and `async with`."""

    def __init__(self, values: AsyncGenerator[T, None]) -> None:
        self._values = values

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        return await anext(self._values)

    async def aclose(self) -> None:
        """Stop what is read ahead and return the connections; the end of the iteration does it too."""
        await self._values.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()


class TaskIterator(_Closing["TasksListItem"]):
    """Tasks of a list, one by one; `total` is how many match, as the page last read said."""

    def __init__(self, pages: Generator[TasksPage, None, None]) -> None:
        """Take the pages, which are read when they are needed."""
        super().__init__(self._items(pages))
        self.total: int | None = None

    def _items(self, pages: Generator[TasksPage, None, None]) -> Generator[TasksListItem, None, None]:
        with closing(pages):
            for page in pages:
                self.total = page.total
                yield from page.items


class AsyncTaskIterator(_AsyncClosing["TasksListItem"]):
    """Tasks of a list, one by one, for `async for`; `total` is how many match, as the page last read said."""

    def __init__(self, pages: AsyncGenerator[TasksPage, None]) -> None:
        """Take the pages, which are read when they are needed."""
        super().__init__(self._items(pages))
        self.total: int | None = None

    async def _items(self, pages: AsyncGenerator[TasksPage, None]) -> AsyncGenerator[TasksListItem, None]:
        async with aclosing(pages):
            async for page in pages:
                self.total = page.total
                for item in page.items:
                    yield item


class _Met:
    """What the events so far amount to."""

    _pieces: list[str]
    task: Task | None = None
    """The task as last shown; the finished one at the end."""
    lost = False
    """Whether the stream broke, so that what followed was found by polling."""

    def _meet(self, event: TaskEvent) -> TaskEvent:
        self._pieces.append(event.text)
        self.task = event.task or self.task
        self.lost = self.lost or event.type == "connection_lost"
        return event

    @property
    def text(self) -> str:
        """The answer so far, its chunks joined. When chunks were lost with the connection: the task's result."""
        if self.lost and self.task is not None and isinstance(self.task.result, str):
            return self.task.result
        return "".join(self._pieces)

    def _ended(self) -> Task:
        if self.task is None:
            raise MisuseError(0, "the stream was closed before it showed its task")
        return self.task


class TaskStream(_Closing["TaskEvent"], _Met):
    """Events of a streamed invoke. It begins when it is first read, and ends with the finished task."""

    def __init__(self, events: Generator[TaskEvent, None, None]) -> None:
        """Take the events, which are read when they are needed."""
        super().__init__(events)
        self._pieces = []

    def __next__(self) -> TaskEvent:
        """Wait for the next event."""
        return self._meet(super().__next__())

    def result(self) -> Task:
        """Read on to the end and return the task.

        Raises:
            TasksError: As iterating does.
        """
        for _ in self:
            pass
        return self._ended()


class AsyncTaskStream(_AsyncClosing["TaskEvent"], _Met):
    """Events of a streamed invoke, for `async for`. It begins when it is first read."""

    def __init__(self, events: AsyncGenerator[TaskEvent, None]) -> None:
        """Take the events, which are read when they are needed."""
        super().__init__(events)
        self._pieces = []

    async def __anext__(self) -> TaskEvent:
        """Wait for the next event."""
        return self._meet(await super().__anext__())

    async def result(self) -> Task:
        """Read on to the end and return the task; otherwise like `TaskStream.result`."""
        async for _ in self:
            pass
        return self._ended()
