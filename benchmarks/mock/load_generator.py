"""A load generator: sends prepared requests over 16 open connections, one request at a time on each."""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import uvloop

CONNECTIONS = 16


@dataclass(frozen=True)
class LoadResult:
    """The result of one load.

    Args:
        answers: Number of answers.
        seconds: Duration in seconds of wall time.
        cpu: Seconds of processor time that the server used.
        failures: Number of answers with another status than 200.
    """

    answers: int
    seconds: float
    cpu: float
    failures: int

    @property
    def per_second(self) -> float:
        """Answers per second of wall time."""
        return self.answers / self.seconds

    @property
    def per_cpu_second(self) -> float:
        """Answers per second of the server's processor time, which depends little on what else the machine does."""
        return self.answers / self.cpu


class _Connection(asyncio.Protocol):
    """Sends the next request when an answer is complete."""

    def __init__(self, requests: Sequence[bytes], start: int, end: float) -> None:
        self.requests = requests
        self.next = start
        self.end = end
        self.answers = 0
        self.failures = 0
        self.buffer = bytearray()
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.send()

    def send(self) -> None:
        self.transport.write(self.requests[self.next % len(self.requests)])
        self.next += CONNECTIONS

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head = self.buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        at = self.buffer.lower().find(b"content-length: ", 0, head)
        length = int(self.buffer[at + 16 : self.buffer.find(b"\r", at + 16)])
        if len(self.buffer) < head + 4 + length:
            return
        self.answers += 1
        self.failures += not self.buffer.startswith(b"HTTP/1.1 200")
        self.buffer.clear()
        if time.perf_counter() < self.end:
            self.send()
        else:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


def load(url: str, paths: Sequence[str], pid: int, seconds: float, headers: Sequence[str] = ()) -> LoadResult:
    """Request the paths one after the other for some seconds.

    Args:
        url: Address of the server.
        paths: Paths with their queries.
        pid: Process id of the server.
        seconds: Duration in seconds.
        headers: Header lines of each request.
    """
    address = urlsplit(url)
    lines = "".join(f"{line}\r\n" for line in (f"host: {address.netloc}", *headers))
    requests = [f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode() for path in paths]

    async def run() -> tuple[int, int, float]:
        loop = asyncio.get_running_loop()
        started = time.perf_counter()
        connections = []
        for start in range(CONNECTIONS):
            connection = _Connection(requests, start, started + seconds)
            connections.append(connection)
            await loop.create_connection(
                functools.partial(_identity, connection), address.hostname or "", address.port or 80
            )
        for connection in connections:
            await connection.done
        answers = sum(connection.answers for connection in connections)
        return answers, sum(connection.failures for connection in connections), time.perf_counter() - started

    before = cpu_seconds(pid)
    answers, failures, took = uvloop.run(run())
    return LoadResult(answers, took, cpu_seconds(pid) - before, failures)


def _identity(connection: _Connection) -> _Connection:
    return connection


def cpu_seconds(pid: int) -> float:
    """Return the seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def megabytes(pid: int) -> float:
    """Return the memory of a process that it shares with no other, in megabytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("RssAnon:")[2].split()[0]) / 1024
