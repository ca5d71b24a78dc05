"""What callers iterate over: the pages and the tasks of a list, the states of a task, the events of a stream.

None is a generator: leaving one early must be silent, end what it reads ahead and free its connections, without a
garbage collector. An asynchronous generator cannot do that, and a generator that knows its iterator is a cycle.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar

from xpander_tasks._lazy_module import LazyModule
from xpander_tasks.errors import UsageError

if TYPE_CHECKING:
    from xpander_tasks import models
else:
    models = LazyModule("xpander_tasks.models")

T = TypeVar("T")


class Runner(Protocol):
    """What runs the flow of a blocking iterator; see `SyncRunner`."""

    def next_emitted(self, flow: Generator[Any, Any, Any]) -> Any:
        """Run the flow until it emits, and return that; raise StopIteration at its end."""
        ...

    def close(self) -> None:
        """Abandon what runs."""
        ...


class AwaitedRunner(Protocol):
    """What runs the flow of an asynchronous iterator; see `AsyncRunner`."""

    async def next_emitted(self, flow: Generator[Any, Any, Any]) -> tuple[bool, Any]:
        """Run the flow until it emits or ends, and return whether it emitted, and what."""
        ...

    async def aclose(self) -> None:
        """Cancel what runs and wait for its end."""
        ...

    def abandon(self) -> None:
        """Cancel what runs, without waiting."""
        ...


class ResultIterator(Generic[T]):
    """An iterator that holds connections until it ends or is closed.

    A `with` block closes it, and so does dropping it, as after a `break`.
    """

    def __init__(self, runner: Runner, flow: Generator[Any, Any, Any], ended: Callable[[], None]) -> None:
        """Iterate over what a flow emits.

        Args:
            runner: Runs the flow.
            flow: Emits the values.
            ended: Called once, when the iteration ends or is closed.
        """
        self._runner = runner
        self._flow = flow
        self._reading = False
        self._ended: Callable[[], None] | None = ended

    def __iter__(self) -> Self:
        """Return the iterator itself."""
        return self

    def __next__(self) -> T:
        """Return the next value, waiting for it.

        Raises:
            TasksError: A request failed.
        """
        value: T = self._next()
        return value

    def _next(self) -> Any:
        if self._reading:
            raise UsageError(0, "this iterator is being read by another thread; each thread needs its own")
        self._reading = True
        try:
            return self._runner.next_emitted(self._flow)
        except BaseException:
            self._reading = False
            self.close()
            raise
        finally:
            self._reading = False

    def close(self) -> None:
        """Stop reading ahead and free the connections; nothing is waited for. The end of the iteration does it too."""
        if not self._reading:  # else the interruption ends the thread that reads, which closes the flow
            self._flow.close()
        self._runner.close()
        if (ended := self._ended) is not None:
            self._ended = None
            ended()

    def __enter__(self) -> Self:
        """Return the iterator; the end of the `with` block closes it."""
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the iterator."""
        self.close()

    def __del__(self) -> None:
        """Close what nobody closed, as after a `break`."""
        self.close()


class AsyncResultIterator(Generic[T]):
    """An iterator for `async for` that holds connections until it ends or is closed. An `async with` block closes it.

    Dropping it, as after a `break`, cancels what it reads ahead and closes its connections as soon as the loop runs.
    """

    def __init__(self, runner: AwaitedRunner, flow: Generator[Any, Any, Any], ended: Callable[[], None]) -> None:
        """Iterate over what a flow emits.

        Args:
            runner: Runs the flow.
            flow: Emits the values.
            ended: Called once, when the iteration ends or is closed.
        """
        self._runner = runner
        self._flow = flow
        self._reading = False
        self._ended: Callable[[], None] | None = ended

    def __aiter__(self) -> Self:
        """Return the iterator itself."""
        return self

    async def __anext__(self) -> T:
        """Return the next value, waiting for it.

        Raises:
            TasksError: A request failed.
        """
        value: T = await self._next()
        return value

    async def _next(self) -> Any:
        if self._reading:
            raise UsageError(0, "this iterator is being read by another task; each task needs its own")
        self._reading = True
        emitted = False
        try:
            emitted, value = await self._runner.next_emitted(self._flow)
        finally:
            self._reading = False
            if not emitted:
                await self.aclose()
        if not emitted:
            raise StopAsyncIteration
        return value

    async def aclose(self) -> None:
        """Stop reading ahead and free the connections; the end of the iteration does it too."""
        self._finish()
        await self._runner.aclose()

    def _finish(self) -> None:
        if not self._reading:
            self._flow.close()
        if (ended := self._ended) is not None:
            self._ended = None
            ended()

    async def __aenter__(self) -> Self:
        """Return the iterator; the end of the `async with` block closes it."""
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the iterator."""
        await self.aclose()

    def __del__(self) -> None:
        """Abandon what nobody closed, as after a `break`."""
        self._finish()
        self._runner.abandon()


class TaskIterator(ResultIterator["models.TasksListItem"]):
    """The tasks of a list, one by one.

    Attributes:
        total: Number of tasks that match, as the page last read says; None before the first.
    """

    def __init__(self, runner: Runner, flow: Generator[Any, Any, Any], ended: Callable[[], None]) -> None:
        """Iterate over the tasks of the pages that a flow emits; the arguments are those of `ResultIterator`."""
        super().__init__(runner, flow, ended)
        self.total: int | None = None
        self._items: list[models.TasksListItem] = []

    def __next__(self) -> models.TasksListItem:
        """Return the next task, reading the next page if it is needed.

        Raises:
            TasksError: A request failed.
        """
        while not self._items:
            page: models.TasksPage = self._next()
            self.total, self._items = page.total, page.items[::-1]
        return self._items.pop()


class AsyncTaskIterator(AsyncResultIterator["models.TasksListItem"]):
    """The tasks of a list, one by one, for `async for`.

    Attributes:
        total: Number of tasks that match, as the page last read says; None before the first.
    """

    def __init__(self, runner: AwaitedRunner, flow: Generator[Any, Any, Any], ended: Callable[[], None]) -> None:
        """Iterate over the tasks of the pages that a flow emits; the arguments are those of `AsyncResultIterator`."""
        super().__init__(runner, flow, ended)
        self.total: int | None = None
        self._items: list[models.TasksListItem] = []

    async def __anext__(self) -> models.TasksListItem:
        """Return the next task, reading the next page if it is needed.

        Raises:
            TasksError: A request failed.
        """
        while not self._items:
            page: models.TasksPage = await self._next()
            self.total, self._items = page.total, page.items[::-1]
        return self._items.pop()
