"""Faults: rules that say which calls go wrong, and how."""

import re
from http import HTTPStatus
from random import Random
from typing import Any, Literal

import msgspec

from xpander_mock.rules.matching import Request, RequestMatch

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


WITHOUT_BODY = frozenset({204, 205, 304})
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_WORDS = {
    401: "Invalid or missing API key",
    403: "Access denied",
    404: "Task not found",
    429: "Rate limit exceeded",
    500: "Internal server error",
}


class Fault(RequestMatch, kw_only=True, forbid_unknown_fields=True):
    """A rule by which calls go wrong: those that also match the conditions of `RequestMatch`.

    Args:
        kind: What happens. `latency` delays the answer. `status` answers `status`, `body` and `headers` in place of the
            operation. `refuse` resets the connection and refuses new ones for `seconds`. `reset` resets it before the
            answer, `reset_body` after `after` bytes of the body. `cut_body` ends it cleanly there, `not_json` answers
            200 with a page of HTML. `trickle` sends the body in pieces of `after` bytes, `seconds` apart. `cut_stream`
            ends an event stream after `after` events, `malformed_event` sends half an event there and goes on.
        operation: Only calls of this operation, by its operationId.
        nth: Only the nth of those calls, counted from 1.
        times: At most this many of them.
        probability: How likely each of them is hit, from 0 to 1.
        seed: The seed of the random numbers that decide.
        seconds: For `latency`, `refuse` and `trickle`.
        after: The bytes or events that pass first.
        status: For `status`, from 200 to 599.
        body: For `status`: a JSON value; a string is sent as plain text. By default the words of the status.
        headers: For `status`.
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
    body: Any = msgspec.UNSET
    headers: dict[str, str] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check what the types alone do not.

        Raises:
            ValueError: A number is out of bounds, or the answer cannot be sent.
        """
        if not 0 <= self.probability <= 1:
            raise ValueError(f"expected a `probability` from 0 to 1, got {self.probability}")
        if not 0 <= self.seconds < 1e9:
            raise ValueError(f"expected `seconds`, 0 or more, got {self.seconds}")
        if not 200 <= self.status <= 599:
            raise ValueError(f"expected a `status` from 200 to 599, got {self.status}")
        if self.status in WITHOUT_BODY and self.body is not msgspec.UNSET:
            raise ValueError(f"expected no `body`, which status {self.status} cannot have")
        for name, value in self.headers.items():
            if _HEADER_NAME.fullmatch(name) is None or _HEADER_VALUE.fullmatch(value) is None:
                raise ValueError(f"expected `headers` that HTTP can send, got {name!r}: {value!r}")
            if name.lower() in ("content-length", "transfer-encoding"):
                raise ValueError(f"expected no header {name!r}, which the server sets")
        if self.after < 0 or (self.nth is not None and self.nth < 1) or (self.times is not None and self.times < 1):
            raise ValueError("expected `after` of 0 or more, `nth` and `times` of 1 or more")


def default_body(status: int) -> Any:
    """Return the body that the API has for a status: its own words, or those of the HTTP standard."""
    if status == 422:
        return {"detail": [{"loc": ["body"], "msg": "Invalid request", "type": "value_error"}]}
    if status not in _WORDS:
        phrases = {known.value: known.phrase for known in HTTPStatus}
        return {"detail": phrases.get(status, f"Status {status}")}
    return {"detail": _WORDS[status]}


class FaultRules:
    """The rules in force, with the number of calls that each has seen and hit."""

    def __init__(self) -> None:
        self._rules: list[_CountedRule] = []

    def __bool__(self) -> bool:
        return bool(self._rules)

    @property
    def rules(self) -> list[Fault]:
        """The rules, in the order in which they were added."""
        return [counted.fault for counted in self._rules]

    def add(self, fault: Fault) -> None:
        """Add a rule."""
        self._rules.append(_CountedRule(fault))

    def unused(self) -> list[Fault]:
        """Return the rules that have hit no call."""
        return [counted.fault for counted in self._rules if counted.hit_count == 0]

    def clear(self) -> None:
        """Delete all rules."""
        self._rules.clear()

    @property
    def has_conditions(self) -> bool:
        """Whether a rule needs more of a request than its operation."""
        return any(counted.fault.has_conditions for counted in self._rules)

    def hit(self, operation: str, request: Request | None) -> list[Fault]:
        """Return the faults of a call: all latencies that hit it, and the first fault of another kind."""
        found: list[Fault] = []
        for counted in self._rules:
            if counted.fault.kind != "latency" and any(fault.kind != "latency" for fault in found):
                continue
            if counted.hits(operation, request):
                found.append(counted.fault)
        return found


class _CountedRule:
    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.calls = 0
        self.hit_count = 0
        self.random = Random(fault.seed)

    def hits(self, operation: str, request: Request | None) -> bool:
        fault = self.fault
        if fault.operation not in (None, operation):
            return False
        if fault.has_conditions and (request is None or not fault.matches(request)):
            return False
        self.calls += 1
        if fault.nth not in (None, self.calls) or (fault.times is not None and self.hit_count >= fault.times):
            return False
        if fault.probability < 1 and self.random.random() >= fault.probability:
            return False
        self.hit_count += 1
        return True
