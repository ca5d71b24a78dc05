"""What callers iterate over: the tasks of a list, the events of a stream."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing, closing
from types import TracebackType
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from xpander_tasks._lazy_module import LazyModule
from xpander_tasks.errors import UsageError

if TYPE_CHECKING:
    from xpander_tasks import models
else:
    models = LazyModule("xpander_tasks.models")

T = TypeVar("T")


class _Closing(Generic[T]):
    """An iterator that holds connections until it ends or is closed; use it in a `with` block to leave it early."""

    def __init__(self, values: Generator[T, None, None]) -> None:
        self._values = values

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        return next(self._values)

    def close(self) -> None:
        """Stop reading ahead and free the connections; the end of the iteration does it too."""
        self._values.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class _AsyncClosing(Generic[T]):
    """An asynchronous iterator that holds connections until it ends or is closed; leave it early by `async with`."""

    def __init__(self, values: AsyncGenerator[T, None]) -> None:
        self._values = values

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        return await anext(self._values)

    async def aclose(self) -> None:
        """Stop reading ahead and free the connections; the end of the iteration does it too."""
        await self._values.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()


class TaskIterator(_Closing["models.TasksListItem"]):
    """Tasks of a list, one by one; `total` is how many match, as the page last read said."""

    def __init__(self, pages: Generator[models.TasksPage, None, None]) -> None:
        """Iterate over pages, which are read when they are needed."""
        super().__init__(self._items(pages))
        self.total: int | None = None

    def _items(self, pages: Generator[models.TasksPage, None, None]) -> Generator[models.TasksListItem, None, None]:
        with closing(pages):
            for page in pages:
                self.total = page.total
                yield from page.items


class AsyncTaskIterator(_AsyncClosing["models.TasksListItem"]):
    """Tasks of a list, one by one, for `async for`; `total` is how many match, as the page last read said."""

    def __init__(self, pages: AsyncGenerator[models.TasksPage, None]) -> None:
        """Iterate over pages, which are read when they are needed."""
        super().__init__(self._items(pages))
        self.total: int | None = None

    async def _items(self, pages: AsyncGenerator[models.TasksPage, None]) -> AsyncGenerator[models.TasksListItem, None]:
        async with aclosing(pages):
            async for page in pages:
                self.total = page.total
                for item in page.items:
                    yield item


class _StreamState:
    """What the events so far have shown."""

    _pieces: list[str]
    task: models.Task | None = None
    """The task in the last event that had one; at the end the finished task."""
    lost = False
    """Whether the connection broke, so that the events since then come from polling."""

    def _add(self, event: models.TaskEvent) -> models.TaskEvent:
        self._pieces.append(event.text)
        self.task = event.task or self.task
        self.lost = self.lost or event.type == "connection_lost"
        return event

    @property
    def text(self) -> str:
        """The result so far: the chunks joined, or the task's result if chunks were lost with the connection."""
        if self.lost and self.task is not None and isinstance(self.task.result, str):
            return self.task.result
        return "".join(self._pieces)

    def _ended(self) -> models.Task:
        if self.task is None:
            raise UsageError(0, "the stream was closed before it showed its task")
        return self.task


class TaskStream(_Closing["models.TaskEvent"], _StreamState):
    """Events of a streamed invoke. It begins when it is first read, and ends with the finished task."""

    def __init__(self, events: Generator[models.TaskEvent, None, None]) -> None:
        """Iterate over events, which are read when they are needed."""
        super().__init__(events)
        self._pieces = []

    def __next__(self) -> models.TaskEvent:
        """Wait for the next event."""
        return self._add(super().__next__())

    def result(self) -> models.Task:
        """Read on to the end and return the task.

        Raises:
            TasksError: As iterating does.
        """
        for _ in self:
            pass
        return self._ended()


class AsyncTaskStream(_AsyncClosing["models.TaskEvent"], _StreamState):
    """Events of a streamed invoke, for `async for`. It begins when it is first read."""

    def __init__(self, events: AsyncGenerator[models.TaskEvent, None]) -> None:
        """Iterate over events, which are read when they are needed."""
        super().__init__(events)
        self._pieces = []

    async def __anext__(self) -> models.TaskEvent:
        """Wait for the next event."""
        return self._add(await super().__anext__())

    async def result(self) -> models.Task:
        """Read on to the end and return the task; otherwise like `TaskStream.result`."""
        async for _ in self:
            pass
        return self._ended()
