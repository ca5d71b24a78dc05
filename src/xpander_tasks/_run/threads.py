"""Threads for work that may be abandoned."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any


class Threads:
    """A few threads that do work in the background. They are daemons, so that the process can end while they work."""

    def __init__(self, count: int) -> None:
        """Allow that many threads; each starts when it is needed."""
        self._count = count
        self._started = 0
        self._queue: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()

    def submit(self, work: Callable[[], Any]) -> Future[Any]:
        """Do the work as soon as a thread is free, and return its future value."""
        future: Future[Any] = Future()
        self._queue.put((future, work))
        if self._started < self._count:
            self._started += 1
            name = f"xpander_tasks_{self._started}"
            threading.Thread(target=_work, args=(self._queue,), name=name, daemon=True).start()
        return future

    def stop(self) -> None:
        """End each thread after the work that it is doing; return at once."""
        for _ in range(self._started):
            self._queue.put(None)


def _work(queue: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None]) -> None:
    # A function rather than a method, so that a thread does not keep what waits for it alive.
    while (entry := queue.get()) is not None:
        future, work = entry
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)
        del entry, future, work
