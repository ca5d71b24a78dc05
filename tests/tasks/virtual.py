"""Run flows on a clock that only moves when something takes time, so that no test of a deadline waits or is late."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

import xpander_tasks
from xpander_tasks import Configuration
from xpander_tasks._core.call import Caller
from xpander_tasks._core.clock import Clock
from xpander_tasks._core.effects import Call, Effect, Emit, Emitting, Flow, Join, Read, Send, Sleep, Spawn, advance
from xpander_tasks._core.operations import Operations, Sender

from .conftest import KEY

T = TypeVar("T")


class VirtualClock(Clock):
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def monotonic(self) -> float:
        return self.now

    def unix(self) -> float:
        return 1_770_000_000.0 + self.now


@dataclass
class Takes:
    """An answer, or an error of httpx, that comes after some seconds; the body of a stream in pieces with their own."""

    seconds: float
    answer: httpx.Response | httpx.RequestError
    pieces: list[tuple[float, bytes]] = field(default_factory=list)


Server = Callable[[httpx.Request], Takes]


class VirtualClient:
    """Runs the flows of the operations against a server that is a function, on a virtual clock."""

    def __init__(self, server: Server, **settings: Any) -> None:
        self.clock = VirtualClock()
        self.server = server
        self.sent: list[tuple[float, httpx.Request]] = []
        self._pieces: Iterator[tuple[float, bytes]] = iter(())
        configuration = Configuration(api_key=KEY, base_url="http://api.example", **settings)
        caller = Caller(configuration, clock=self.clock)
        with httpx.Client(verify=False) as http:
            sender = Sender(http.build_request, "http://api.example", httpx.Timeout(30), 0, configuration.max_body)
        reader: Any = None  # models that were read here load nothing more
        self.operations = Operations(reader, caller, sender, configuration.retry.max_time)

    def run(self, flow: Flow[T]) -> T:
        """Run a flow to its value."""
        outcome = None
        while True:
            try:
                effect = advance(flow, outcome)
            except StopIteration as end:
                value: T = end.value
                return value
            outcome = self._perform(effect)

    def emitted(self, flow: Emitting[T, Any]) -> Iterator[T]:
        """Run a flow and yield what it emits."""
        outcome = None
        while True:
            try:
                effect = advance(flow, outcome)
            except StopIteration:
                return
            if isinstance(effect, Emit):
                yield effect.value
                outcome = None
            else:
                outcome = self._perform(effect)

    def _perform(self, effect: Effect) -> Any:
        match effect:
            case Send(request, stream, deadline):
                self.sent.append((self.clock.now, request))
                takes = self.server(request)
                limit = min(limit for limit in request.extensions["timeout"].values() if limit is not None)
                if (late := self._pass(takes.seconds, deadline, limit)) is not None:
                    return late
                if isinstance(takes.answer, httpx.Response):
                    takes.answer.request = request
                    if stream:
                        self._pieces = iter(takes.pieces)
                return takes.answer
            case Read(deadline):
                seconds, piece = next(self._pieces, (0.0, b""))
                return self._pass(seconds, deadline, 600) or piece
            case Sleep(seconds):
                self.clock.now += seconds
            case Call(function, value):
                function(value)
            case Spawn(number, flow, _):
                raise AssertionError(f"nothing is read ahead here: {number}, {flow}")
            case Join(_, flow):
                return self.run(flow)
        return None

    def _pass(self, seconds: float, deadline: float | None, limit: float) -> httpx.ReadTimeout | None:
        """Let time pass, at most until the deadline or the timeout."""
        ends = min(self.clock.now + limit, self.clock.now + limit if deadline is None else deadline)
        if self.clock.now + seconds > ends:
            self.clock.now = ends
            return httpx.ReadTimeout("it took too long")
        self.clock.now += seconds
        return None


def failing(error: type[httpx.RequestError] | int, headers: dict[str, str] | None = None) -> Takes:
    """Fail with an error of httpx, or refuse with a status."""
    if isinstance(error, int):
        answer = httpx.Response(error, json={"detail": "out"}, headers=headers)
        return Takes(0.0, answer)
    return Takes(0.0, error("out"))


def timed_out(client: VirtualClient, action: Callable[[], object]) -> tuple[float, xpander_tasks.WaitTimeoutError]:
    """Expect a wait to time out, and return the seconds that it took and its error."""
    begun = client.clock.now
    try:
        found = action()
    except xpander_tasks.WaitTimeoutError as error:
        return client.clock.now - begun, error
    raise AssertionError(f"expected a wait that times out, got {found!r}")
