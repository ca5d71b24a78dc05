"""The mock beside a test: a context manager and decorator with a real socket."""

import functools
import time
from collections.abc import Callable
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

from xpander_mock._app import Mock, Parts, Settings
from xpander_mock._keys import DEMO_API_KEY, OTHER_API_KEY
from xpander_mock._seed import EXAMPLE_AGENT
from xpander_mock._server import ServerThread, listen, url_of

_P = ParamSpec("_P")
_R = TypeVar("_R")


class XpanderMock:
    """A running mock on a free loopback port, in a thread of this process.

    It runs from the moment it is made until `close`, or as long as a `with` block or a decorated function. A decorated
    function gets no argument from it: name the mock outside, or use the `with` block.

    Args:
        settings: what the mock is started with.
        parts: the classes it is built from.
    """

    api_key = DEMO_API_KEY
    other_api_key = OTHER_API_KEY
    agent_id = EXAMPLE_AGENT

    def __init__(self, settings: Settings | None = None, parts: Parts | None = None) -> None:
        self._mock = Mock(settings, parts)
        self.clock = self._mock.clock
        bound = listen("127.0.0.1", 0)
        self.url = url_of(bound)
        self._thread = ServerThread(self._mock.app, bound, self._mock.release)

    @property
    def waiting(self) -> int:
        """How many streams and synchronous invokes wait for their task just now."""
        return len(self._mock.service.bells)

    def wait_until_idle(self, seconds: float) -> None:
        """Wait until no stream and no synchronous invoke waits for its task.

        Raises:
            TimeoutError: after `seconds` some still do.
        """
        end = time.monotonic() + seconds
        while self.waiting:
            if time.monotonic() > end:
                raise TimeoutError(f"expected no waiting requests after {seconds} s, {self.waiting} still wait")
            time.sleep(0.005)

    def close(self) -> None:
        """End the mock. Closing twice is fine."""
        self._thread.close()
        self._mock.close()

    def __enter__(self) -> Self:
        """The running mock."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the mock."""
        self.close()

    def __call__(self, function: Callable[_P, _R]) -> Callable[_P, _R]:
        """Decorate a function."""

        @functools.wraps(function)
        def wrapper(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            with self:
                return function(*args, **kwargs)

        return wrapper
