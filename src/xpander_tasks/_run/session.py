"""What both HTTP clients of a `Tasks` share: the settings, the rate limiter, and what runs until it is closed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import httpx

from xpander_tasks.configuration import Configuration
from xpander_tasks.errors import ClosedError

# The models take longer to import than the rest together, so they are imported at the first call.
if TYPE_CHECKING:
    from xpander_tasks._core.call import Caller
    from xpander_tasks._core.operations import Operations
    from xpander_tasks.models import TaskReader

_TIMEOUT = 30.0


class Interruptible(Protocol):
    """Something that runs and can be ended from any thread."""

    def interrupt(self, error: Callable[[], Exception]) -> None:
        """End it; it raises the error."""
        ...


class Session:
    """The state that the blocking and the asynchronous client share."""

    def __init__(self, configuration: Configuration) -> None:
        """Start open, with nothing that runs."""
        self.configuration = configuration
        self._closed = False
        self._running: set[Interruptible] = set()
        self._caller: Caller | None = None
        self._lock = threading.Lock()

    def operations(self, reader: TaskReader, client: httpx.Client | httpx.AsyncClient, *, own: bool) -> Operations:
        """Return the operations for a client of httpx.

        Args:
            reader: Where decoded models load more from.
            client: The client that will send the requests.
            own: Whether the client was created here, so that its timeout is not the user's choice.
        """
        from xpander_tasks._core.call import Caller
        from xpander_tasks._core.operations import Operations, Sender

        with self._lock:
            if self._caller is None:
                self._caller = Caller(self.configuration)
        timeout = self.configuration.timeout
        if timeout is None:
            timeout = _TIMEOUT if own else client.timeout
        sender = Sender(
            client.build_request,
            self.configuration.base_url,
            timeout if isinstance(timeout, httpx.Timeout) else httpx.Timeout(timeout),
            client.max_redirects if client.follow_redirects else 0,
            self.configuration.max_body,
        )
        return Operations(reader, self._caller, sender, self.configuration.retry.max_time)

    def check(self) -> None:
        """Check that calls are possible.

        Raises:
            ClosedError: The session is closed.
            ConfigurationError: There are no credentials.
        """
        if self._closed:
            raise _closed()
        self.configuration.headers()

    def begin(self, running: Interruptible) -> Callable[[], None]:
        """Note that something runs, so that closing ends it, and return what to call when it has ended.

        Raises:
            ClosedError: The session is closed.
        """
        self._running.add(running)
        if self._closed:
            self._running.discard(running)
            raise _closed()
        return lambda: self._running.discard(running)

    def close(self) -> None:
        """End everything that runs, in any thread or event loop, with `ClosedError`; no call is possible afterwards."""
        self._closed = True
        for running in list(self._running):
            running.interrupt(_closed)


def _closed() -> ClosedError:
    return ClosedError(0, "this client is closed; make a new Tasks, or call inside its `with` block")
