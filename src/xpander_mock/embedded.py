"""A mock beside a test: a context manager and decorator with a real socket."""

import functools
import os
from collections.abc import Callable
from types import TracebackType
from typing import ParamSpec, Self, TypeVar
from unittest.mock import patch

from xpander_mock.app import Mock
from xpander_mock.client import MockClient
from xpander_mock.parts import Parts
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
    """

    def __init__(self, settings: Settings | None = None, parts: Parts | None = None) -> None:
        super().__init__("", settings.control_token if settings else None)
        self._settings = settings
        self._parts = parts
        self._thread: ServerThread | None = None

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

    def reset(self) -> None:
        """Restore the state in which the mock was started, even while a fault has connections refused."""
        if self._thread is not None:
            self._thread.accept()
        super().reset()

    def __enter__(self) -> Self:
        """Start the mock, and return it."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the mock."""
        self.close()

    def __call__(self, function: Callable[_P, _R]) -> Callable[_P, _R]:
        """Decorate a function: each call runs beside a new mock."""

        @functools.wraps(function)
        def wrapper(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            with type(self)(self._settings, self._parts) as mock:
                environment = {"XPANDER_BASE_URL": mock.url, "XPANDER_API_KEY": mock.api_key}
                with patch.dict(os.environ, environment):
                    return function(*args, **kwargs)

        return wrapper
