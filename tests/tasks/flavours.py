"""Call blocking and awaited methods by the same names, so that every test runs for both."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from xpander_tasks import Tasks


class Flavour:
    """A client whose blocking methods, or with a runner their awaited twins, are called by the blocking names."""

    def __init__(self, tasks: Tasks, runner: asyncio.Runner | None) -> None:
        self.tasks = tasks
        self.runner = runner

    def __getattr__(self, name: str) -> Any:
        if self.runner is None:
            return getattr(self.tasks, name)
        return self.awaiting(getattr(self.tasks, "await_for" if name == "wait_for" else f"a{name}"))

    def load(self, item: Any) -> Any:
        return item.load() if self.runner is None else self.awaiting(item.aload)()

    def awaiting(self, method: Callable[..., Any]) -> Callable[..., Any]:
        runner = self.runner
        assert runner is not None

        async def called(*args: Any, **options: Any) -> Any:
            result = method(*args, **options)
            return await result if inspect.isawaitable(result) else result

        def call(*args: Any, **options: Any) -> Any:
            result = runner.run(called(*args, **options))
            return Blocking(result, runner) if hasattr(result, "__anext__") else result

        return call


class Blocking:
    """An asynchronous iterator that is read with blocking calls."""

    def __init__(self, values: Any, runner: asyncio.Runner) -> None:
        self._values = values
        self._runner = runner

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        try:
            return self._runner.run(awaited(anext(self._values)))
        except StopAsyncIteration:
            raise StopIteration from None

    def close(self) -> None:
        self._runner.run(awaited(self._values.aclose()))

    def result(self) -> Any:
        return self._runner.run(awaited(self._values.result()))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._values, name)


async def awaited(value: Awaitable[Any]) -> Any:
    return await value
