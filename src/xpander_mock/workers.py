"""Several processes that serve one data file on one socket.

uvicorn has a supervisor of its own, which breaks two promises of `docs/mock.md`: killed outright, it leaves its workers
running (tried with uvicorn 0.54: they answer on), and it does not say when all of them accept connections.
"""

import contextlib
import multiprocessing
import os
import signal
import socket
from multiprocessing.connection import Connection, wait
from threading import Thread
from types import FrameType

from xpander_mock.app import Mock
from xpander_mock.parts import Parts
from xpander_mock.server import Server
from xpander_mock.settings import Settings
from xpander_mock.storage.start_state import StartState

ENDING = (signal.SIGINT, signal.SIGTERM)


def serve(settings: Settings, parts: Parts | None, bound: socket.socket, line: str) -> None:
    """Serve in this process until a signal ends it, and print `line` once connections are accepted."""
    # uvicorn raises the signal that ended it again; ending by a signal is not a failure here.
    for number in ENDING:
        signal.signal(number, lambda *_: None)
    mock = Mock(settings, parts)
    Server(mock, lambda: print(line, flush=True)).run([bound])
    mock.close()
    mock.start.close()


def serve_together(settings: Settings, parts: Parts | None, bound: socket.socket, line: str) -> int:
    """Serve in as many processes as the settings say, until a signal ends them or one of them ends.

    Args:
        settings: Settings with a data file.
        parts: The classes that each mock is built from.
        bound: A bound socket, which all processes share.
        line: Printed once all processes accept connections.

    Returns:
        The exit status: 0 after a signal, 1 when a process failed.
    """
    first = Mock(settings, parts)  # creates the file, so that the processes do not all create it
    first.close()
    fork = multiprocessing.get_context("fork")
    ready, done = fork.Pipe(duplex=False)
    watched, held = fork.Pipe(duplex=False)  # `held` closes when this process dies, even by SIGKILL
    arguments = (settings, parts, first.start, bound, done, watched, held)
    processes = [fork.Process(target=_work, args=arguments) for _ in range(settings.workers)]

    def end(number: int, frame: FrameType | None) -> None:
        for process in processes:
            if process.pid is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGTERM)

    for process in processes:
        process.start()
    for number in ENDING:
        signal.signal(number, end)
    started = 0
    while started < settings.workers and all(process.is_alive() for process in processes):
        started += ready.poll(0.1) and ready.recv()
    if started == settings.workers:
        print(line, flush=True)
    wait([process.sentinel for process in processes])
    end(signal.SIGTERM, None)
    for process in processes:
        process.join()
    first.start.close()
    return max(abs(process.exitcode or 0) and 1 for process in processes)


def _work(
    settings: Settings,
    parts: Parts | None,
    start: StartState,
    bound: socket.socket,
    done: Connection,
    watched: Connection,
    held: Connection,
) -> None:
    held.close()
    for number in ENDING:
        signal.signal(number, lambda *_: None)
    Thread(target=_end_with, args=(watched,), daemon=True).start()
    mock = Mock(settings, parts, start)
    Server(mock, lambda: done.send(1)).run([bound])
    mock.close()


def _end_with(watched: Connection) -> None:
    """End this process when the one that holds the other end has died, even by a signal that it could not pass on."""
    with contextlib.suppress(EOFError):
        watched.recv()
    os.kill(os.getpid(), signal.SIGTERM)
