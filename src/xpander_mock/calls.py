"""The requests that a mock has received, for assertions in tests."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload
from urllib.parse import parse_qsl


@dataclass(frozen=True)
class Call:
    """One request to the API, without its credentials.

    Args:
        operation: Its `operationId`, None for an unknown path.
        method: Its method.
        path: Its path as sent.
        query: Its query parameters.
        headers: Its headers, names in lower case.
        body: Its JSON body decoded, text that is not JSON as it came, None without a body.
        status: The status of the answer, 0 while there is none.
    """

    operation: str | None
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    status: int


class Calls(Sequence[Call]):
    """Calls in the order in which they came.

    Args:
        calls: The calls.
        operation: The operation that they are of, None for all.
    """

    def __init__(self, calls: Sequence[Call], operation: str | None = None) -> None:
        self._calls = tuple(calls)
        self._name = operation or "the API"

    @overload
    def __getitem__(self, index: int) -> Call: ...
    @overload
    def __getitem__(self, index: slice) -> "Calls": ...
    def __getitem__(self, index: int | slice) -> "Call | Calls":
        """Return a call, or a part of the calls."""
        return self._calls[index] if isinstance(index, int) else Calls(self._calls[index], self._name)

    def __len__(self) -> int:
        return len(self._calls)

    def __iter__(self) -> Iterator[Call]:
        return iter(self._calls)

    def assert_not_called(self) -> None:
        """Assert that there was no call."""
        __tracebackhide__ = True
        self.assert_called_times(0)

    def assert_called_once(self) -> None:
        """Assert that there was one call."""
        __tracebackhide__ = True
        self.assert_called_times(1)

    def assert_called_times(self, count: int) -> None:
        """Assert that there were this many calls."""
        __tracebackhide__ = True
        if len(self) != count:
            raise AssertionError(f"expected {count} calls of {self._name}, got {len(self)}{self._list()}")

    def assert_called_once_with(self, **expected: Any) -> None:
        """Assert that there was one call, and that it was as expected.

        Args:
            expected: Fields of `Call` and their values. `query`, `headers` and `body` may name a part of what was
                sent, to any depth.
        """
        __tracebackhide__ = True
        self.assert_called_once()
        self.assert_any_call(**expected)

    def assert_any_call(self, **expected: Any) -> None:
        """Assert that one of the calls was as expected.

        Args:
            expected: Fields of `Call` and their values. `query`, `headers` and `body` may name a part of what was
                sent, to any depth.
        """
        __tracebackhide__ = True
        if unknown := expected.keys() - Call.__dataclass_fields__.keys():
            raise TypeError(f"expected fields of Call, got {', '.join(sorted(unknown))}")
        if not any(_matches(call, expected) for call in self):
            raise AssertionError(f"expected a call of {self._name} with {expected}, got {len(self)}{self._list()}")

    def _list(self) -> str:
        lines = [f"\n  {call.method} {call.path} {dict(call.query)} {call.body!r} -> {call.status}" for call in self]
        more = [f"\n  and {len(lines) - 10} more"] if len(lines) > 10 else []
        return ":" + "".join([*lines[:10], *more]) if lines else ""


def make_call(logged: Mapping[str, Any]) -> Call:
    """Return the call of a request as the control shows it."""
    text: str = logged["body"]
    try:
        body = json.loads(text) if text else None
    except ValueError:
        body = text
    return Call(
        operation=logged["operation"],
        method=logged["method"],
        path=logged["path"],
        query=dict(parse_qsl(logged["query"], keep_blank_values=True)),
        headers=logged["headers"],
        body=body,
        status=logged["status"],
    )


def contains(actual: Any, expected: Any) -> bool:
    """Tell whether a JSON value has all fields and values that another one names; lists and texts must be equal."""
    if isinstance(expected, dict):
        return isinstance(actual, dict) and all(
            name in actual and contains(actual[name], value) for name, value in expected.items()
        )
    same: bool = type(actual) is type(expected) and actual == expected
    return same


def _matches(call: Call, expected: Mapping[str, Any]) -> bool:
    for name, value in expected.items():
        actual = getattr(call, name)
        if name == "headers":
            value = {key.lower(): item for key, item in value.items()}
        if name in ("headers", "query"):
            if any(actual.get(key) != str(item) for key, item in value.items()):
                return False
        elif not (contains(actual, value) if name == "body" else actual == value):
            return False
    return True
