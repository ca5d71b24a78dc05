"""A mock beside a test: a context manager and decorator with a real socket."""

import asyncio
import functools
import inspect
import os
from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar, cast
from unittest.mock import patch

from xpander_mock.app import Mock
from xpander_mock.client import MockClient
from xpander_mock.parts import Parts
from xpander_mock.rules.agents import AnswerFunction
from xpander_mock.server import ServerThread
from xpander_mock.settings import Settings

_P = ParamSpec("_P")
_R = TypeVar("_R")


class XpanderMock(MockClient):
    """A running mock on a free loopback port, in a thread of this process.

    It runs from its first use until `close`: as long as a `with` block, or as a call of a decorated function. A
    decorated function finds the mock's address and key in `XPANDER_BASE_URL` and `XPANDER_API_KEY`, where clients look.

    Args:
        settings: What the mock is started with.
        parts: The classes that it is built from.
        environment: Whether `XPANDER_BASE_URL` and `XPANDER_API_KEY` name the mock while it runs in a `with` block, so
            that a client without configuration calls it.
    """

    def __init__(
        self, settings: Settings | None = None, parts: Parts | None = None, *, environment: bool = False
    ) -> None:
        super().__init__("", settings.control_token if settings else None)
        self._settings = settings
        self._parts = parts
        self._thread: ServerThread | None = None
        if settings is not None and settings.world is not None:
            first = settings.world.all_organizations[0]
            self.api_key = first.api_keys[0] if first.api_keys else ""
            self.agent_id = first.agents[0].id if first.agents else ""
        self._environment = ExitStack()
        self._sets_environment = environment

    @property
    def url(self) -> str:
        """The base URL; asking for it for the first time starts the mock."""
        return self._url or self.start()._url

    def start(self) -> Self:
        """Start the mock unless it runs, and return it."""
        if self._thread is None:
            self._mock = Mock(self._settings, self._parts)
            self._thread = ServerThread(self._mock)
            self._url = self._thread.url
        return self

    def close(self) -> None:
        """Stop the mock. Closing twice is fine."""
        if self._thread is not None:
            self._thread.close()
            self._mock.close()
            self._mock.start.close()
            self._thread = None

    def answer(self, function: AnswerFunction) -> None:
        """Let a function answer for the agents, before all scripts.

        Args:
            function: Called in the mock's thread with the agent's id and the decoded request. It returns the result, a
                dictionary with the fields of a script, or None to leave the answer to others. `clear_scripts` and
                `reset` remove it.
        """
        self.start()._mock.rules.agents.functions.append(function)

    def reset(self) -> None:
        """Restore the state in which the mock was started, even while a fault has connections refused."""
        if self._thread is not None:
            self._thread.accept()
        super().reset()

    def __enter__(self) -> Self:
        """Start the mock, and return it."""
        self.start()
        if self._sets_environment:
            self._environment.enter_context(patch.dict(os.environ, self.environment))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the mock."""
        self._environment.close()
        self.close()

    async def __aenter__(self) -> Self:
        """Start the mock without blocking the event loop, and return it."""
        await asyncio.to_thread(self.start)
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the mock without blocking the event loop."""
        self._environment.close()
        await asyncio.to_thread(self.close)

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables by which clients find the mock."""
        return {"XPANDER_BASE_URL": self.url, "XPANDER_API_KEY": self.api_key}

    def __call__(self, function: Callable[_P, _R]) -> Callable[_P, _R]:
        """Decorate a function or coroutine function: each call runs beside a new mock, which clients find.

        Raises:
            TypeError: It is a generator or a class, whose code would run after the mock has stopped.
        """
        if isinstance(function, type) or inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
            raise TypeError(f"expected a function or coroutine function, got {function!r}: use `with XpanderMock()`")
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def async_wrapper(*args: Any, **kwargs: Any) -> Any:
                async with type(self)(self._settings, self._parts, environment=True):
                    return await function(*args, **kwargs)

            return cast(Callable[_P, _R], async_wrapper)

        @functools.wraps(function)
        def wrapper(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            with type(self)(self._settings, self._parts, environment=True):
                return function(*args, **kwargs)

        return wrapper
