"""Exchanges parsed for the rules."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from ..contract.json_body import parse_json
from ..contract.openapi import Operation, find
from ..contract.validation import answer_schema, with_defaults
from ..record.events import read_events, stream_violations
from ..record.exchange import Exchange

LISTS = ("list_tasks", "list_agent_tasks")
INVOKES = ("invoke_agent", "invoke_agent_async", "invoke_agent_stream")
BY_ID = ("get_task", "stop_task", "delete_task", "get_task_thread", "get_task_thread_full")
TASKS = ("get_task", "stop_task", "invoke_agent", "invoke_agent_async")
RUNNING = ("pending", "executing")
FINAL = ("completed", "failed", "error", "stopped")
STREAM_TYPE = "text/event-stream"


@dataclass(frozen=True, slots=True)
class Observation:
    """An exchange of a documented operation, parsed.

    Args:
        exchange: The exchange.
        operation: The operation.
        ids: Path parameters, decoded.
        query: Query parameters in order, decoded.
        sent: JSON value of the request's body, or None.
        answer: JSON value of the answer's body, or None; optional fields of a task that are absent are None.
        events: Events of a stream.
        malformed: Why the answer is not as documented, or None; such an answer is not parsed further.
    """

    exchange: Exchange
    operation: Operation
    ids: dict[str, str]
    query: list[tuple[str, str]]
    sent: Any
    answer: Any
    events: list[Any]
    malformed: str | None

    @property
    def name(self) -> str:
        """Id of the operation."""
        return self.operation.id

    @property
    def status(self) -> int:
        """Status code of the answer."""
        return self.exchange.status

    @property
    def task_id(self) -> str:
        """The `task_id` of the path; empty if there is none."""
        return self.ids.get("task_id", "")

    @property
    def agent_id(self) -> str:
        """The `agent_id` of the path; empty if there is none."""
        return self.ids.get("agent_id", "")

    @property
    def items(self) -> list[dict[str, Any]]:
        """Items of a list's page; empty for any other answer."""
        items: list[dict[str, Any]] = self.answer["items"] if self.name in LISTS and self.status == 200 else []
        return items

    @property
    def task(self) -> dict[str, Any] | None:
        """The task in the answer of a get, stop or invoke; of a stream, the task of its last event."""
        if self.status != 200:
            return None
        if self.name == "invoke_agent_stream":
            last = self.events[-1] if self.events else None
            data = last["data"] if last and last["type"] == "task_finished" else None
            return with_defaults(data, "Task") if isinstance(data, dict) and "id" in data else None
        task: dict[str, Any] | None = self.answer if self.name in TASKS else None
        return task

    def values(self, name: str) -> list[str]:
        """Return the values of a query parameter."""
        return [value for key, value in self.query if key == name]

    def value(self, name: str) -> str | None:
        """Return the value of a query parameter that occurs exactly once, else None."""
        values = self.values(name)
        return values[0] if len(values) == 1 else None


def observe(exchange: Exchange, base_path: str) -> Observation | None:
    """Parse an exchange; return None if it is not of a documented operation.

    Args:
        exchange: The exchange.
        base_path: Path of the API's root, empty or without a trailing slash.
    """
    url = urlsplit(exchange.request.url)
    if not url.path.startswith(f"{base_path}/"):
        return None
    path = url.path.removeprefix(base_path)
    operation = find(exchange.request.method, path)
    if operation is None:
        return None
    answer = parse_json(exchange.body) if exchange.body else None
    malformed = next(_malformed(exchange, operation, answer), None)
    events: list[Any] = []
    if malformed is None and exchange.status == 200:
        if operation.id == "invoke_agent_stream":
            events = [parse_json(data) for data in read_events(exchange.body)]
        else:
            answer = _with_null_fields(operation.id, answer)
    return Observation(
        exchange=exchange,
        operation=operation,
        ids=_ids(operation, path),
        query=parse_qsl(url.query, keep_blank_values=True),
        sent=parse_json(exchange.request.body) if exchange.request.body else None,
        answer=answer,
        events=events,
        malformed=malformed,
    )


def _malformed(exchange: Exchange, operation: Operation, answer: Any) -> Iterator[str]:
    if exchange.status not in operation.statuses:
        yield f"status {exchange.status}"
        return
    if exchange.status == 204:
        if exchange.body:
            yield f"a 204 with a body of {len(exchange.body)} bytes"
        return
    streamed = operation.id == "invoke_agent_stream" and exchange.status == 200
    expected = STREAM_TYPE if streamed else "application/json"
    kind = exchange.headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() != expected:
        yield f"content-type {kind!r} instead of {expected}"
    elif streamed:
        yield from stream_violations(exchange.body)
    elif answer is None and exchange.body.strip() != b"null":
        yield f"a body of {len(exchange.body)} bytes that is not JSON"
    else:
        yield from answer_schema(operation.id, exchange.status).violations(answer)


def _with_null_fields(operation_id: str, value: Any) -> Any:
    if operation_id in LISTS:
        return {**value, "items": [with_defaults(item, "TasksListItem") for item in value["items"]]}
    return with_defaults(value, "Task") if operation_id in TASKS else value


def _ids(operation: Operation, path: str) -> dict[str, str]:
    match = _template(operation.path).fullmatch(path)
    return {name: unquote(value) for name, value in match.groupdict().items()} if match else {}


@cache
def _template(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]*)", path))
