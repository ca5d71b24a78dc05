"""Faults by rule: which calls go wrong, and how."""

from random import Random
from typing import Any, Literal

import msgspec

Kind = Literal[
    "latency",
    "status",
    "refuse",
    "reset",
    "reset_body",
    "cut_body",
    "not_json",
    "trickle",
    "cut_stream",
    "malformed_event",
]


class Fault(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A rule by which calls go wrong.

    Args:
        kind: what happens. `latency` delays the answer. `status` answers `status`, `body` and `headers` in place of the
            operation. `refuse` resets the connection and refuses new ones for `seconds`. `reset` resets it before the
            answer, `reset_body` after `after` bytes of the body. `cut_body` ends it cleanly there, `not_json` answers
            200 with a page of HTML. `trickle` sends the body in pieces of `after` bytes, `seconds` apart. `cut_stream`
            ends an event stream after `after` events, `malformed_event` sends half an event there and goes on.
        operation: only calls of this operation, by its operationId.
        nth: only the nth of those calls, the first being 1.
        times: at most so many of them.
        probability: how likely each of them is hit.
        seed: what the chances are drawn from.
        seconds: of `latency`, `refuse` and `trickle`.
        after: bytes or events that pass.
        status: of `status`.
        body: of `status`: a JSON value; text is sent as it stands.
        headers: of `status`.
    """

    kind: Kind
    operation: str | None = None
    nth: int | None = None
    times: int | None = None
    probability: float = 1.0
    seed: int = 0
    seconds: float = 0.0
    after: int = 1
    status: int = 500
    body: Any = msgspec.field(default_factory=lambda: {"detail": "Internal server error"})
    headers: dict[str, str] = {}

    def __post_init__(self) -> None:
        """Judge what the types alone do not say.

        Raises:
            ValueError: a number is out of bounds.
        """
        if not 0 <= self.probability <= 1:
            raise ValueError(f"expected a `probability` from 0 to 1, got {self.probability}")
        if not 0 <= self.seconds < 1e9:
            raise ValueError(f"expected `seconds`, 0 or more, got {self.seconds}")
        if not 200 <= self.status <= 999:
            raise ValueError(f"expected a `status` from 200 to 999, got {self.status}")
        if self.after < 0 or (self.nth is not None and self.nth < 1) or (self.times is not None and self.times < 1):
            raise ValueError("expected `after` of 0 or more, `nth` and `times` of 1 or more")


class Faults:
    """The rules in force, and how often each was asked and has hit."""

    def __init__(self) -> None:
        self._rules: list[_Counted] = []

    def __bool__(self) -> bool:
        return bool(self._rules)

    @property
    def rules(self) -> list[Fault]:
        """The rules, in the order they came."""
        return [counted.fault for counted in self._rules]

    def add(self, fault: Fault) -> None:
        """Put a rule in force."""
        self._rules.append(_Counted(fault))

    def clear(self) -> None:
        """Drop all rules."""
        self._rules.clear()

    def hit(self, operation: str) -> list[Fault]:
        """The faults that a call of an operation meets: all latencies, and the first of another kind."""
        met: list[Fault] = []
        for counted in self._rules:
            if counted.fault.kind != "latency" and any(fault.kind != "latency" for fault in met):
                continue
            if counted.hits(operation):
                met.append(counted.fault)
        return met


class _Counted:
    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.calls = 0
        self.hit = 0
        self.random = Random(fault.seed)

    def hits(self, operation: str) -> bool:
        fault = self.fault
        if fault.operation not in (None, operation):
            return False
        self.calls += 1
        if fault.nth not in (None, self.calls) or (fault.times is not None and self.hit >= fault.times):
            return False
        if fault.probability < 1 and self.random.random() >= fault.probability:
            return False
        self.hit += 1
        return True
