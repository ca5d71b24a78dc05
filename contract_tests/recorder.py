"""The one place that every request of the run passes: counted, slowed down, and refused where it may not go."""

import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from contract_tests.contract import Operation, find
from contract_tests.target import Target

UNDOCUMENTED = "(undocumented)"
INVOKES = frozenset({"invoke_agent", "invoke_agent_async", "invoke_agent_stream"})
CHANGES = frozenset({"stop_task", "delete_task"})
LONGEST_WAIT_SECONDS = 70
PATIENCE = 3


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it was sent."""

    method: str
    url: str
    headers: dict[str, str] = field(repr=False)
    body: bytes


class RequestRefused(Exception):
    """The run must not send this request; a test that wants to has to be skipped or changed."""


class Recorder:
    """What the run has sent, and what it may send.

    Args:
        target: The server under test.
        workers: Processes that share the target's rate limit.
    """

    def __init__(self, target: Target, workers: int = 1) -> None:
        self.target = target
        self.statuses: defaultdict[str, Counter[int]] = defaultdict(Counter)
        self.parameters: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.last: Sent | None = None
        self.created: dict[str, None] = {}
        self._strangers: set[str] = set()
        self._interval = workers / target.rate_limit if target.rate_limit else 0.0
        self._next = 0.0
        self._lock = threading.Lock()

    @property
    def sent(self) -> int:
        """How many requests were sent."""
        return sum(counter.total() for counter in self.statuses.values())

    def before(self, method: str, url: str, body: bytes) -> None:
        """Wait for this request's turn.

        Raises:
            RequestRefused: It is not a GET and the run may only read, or it would change a task that the server
                showed and the run did not make.
        """
        if method != "GET" and not self.target.writes:
            raise RequestRefused(f"{method} {urlsplit(url).path}: without CONTRACT_WRITES=1 only GET may be sent")
        operation = find(method, self._path(url))
        if operation and self.is_stranger(_changed_task(operation, self._path(url), body)):
            raise RequestRefused(f"{method} {urlsplit(url).path}: the run changes only tasks that it has made itself")
        with self._lock:
            now = time.monotonic()
            wait = max(0.0, self._next - now)
            self._next = now + wait + self._interval
        if wait:
            time.sleep(wait)

    def after(self, request: Sent, status: int) -> None:
        """Count an answered request."""
        method, url, body = request.method, request.url, request.body
        operation = find(method, self._path(url))
        name = operation.id if operation else UNDOCUMENTED
        sent = [name for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)]
        payload = _json(body)
        if isinstance(payload, dict):
            sent += payload
        with self._lock:
            self.last = request
            self.statuses[name][status] += 1
            if operation:
                in_path = [part for part in operation.parameters if f"{{{part}}}" in operation.path]
                self.parameters[name].update({*in_path, *(part for part in sent if part in operation.parameters)})

    def learn(self, method: str, url: str, body: bytes, status: int, answer: bytes) -> None:
        """Remember the tasks that an answer shows, and which of them the run has made."""
        operation = find(method, self._path(url))
        if not operation or status not in (200, 204):
            return
        with self._lock:  # requests are sent by several threads
            if operation.id == "delete_task":
                self.created.pop(_changed_task(operation, self._path(url), body) or "", None)
            elif operation.id in INVOKES:
                for task in invoked_tasks(operation.id, answer):
                    self.created[task] = None
            elif operation.method == "GET":
                self._strangers |= shown_tasks(_json(answer)) - self.created.keys()

    def is_stranger(self, task: str | None) -> bool:
        """Tell whether the server has shown this task and the run has not made it."""
        return task in self._strangers and task not in self.created

    def data(self) -> dict[str, Any]:
        """Return the counts as plain data, which a worker can hand to the process that reports."""
        return {
            "statuses": {
                name: {str(status): n for status, n in counter.items()} for name, counter in self.statuses.items()
            },
            "parameters": {name: dict(counter) for name, counter in self.parameters.items()},
        }

    def merge(self, data: dict[str, Any]) -> None:
        """Add the counts of a worker."""
        for name, counts in data["statuses"].items():
            self.statuses[name].update({int(status): n for status, n in counts.items()})
        for name, counts in data["parameters"].items():
            self.parameters[name].update(counts)

    def _path(self, url: str) -> str:
        return urlsplit(url).path.removeprefix(urlsplit(self.target.base_url).path)


def reset_wait(headers: Any, now: float) -> float:
    """Return how many seconds a 429 asks to wait, within reason."""
    reset = headers.get("X-RateLimit-Reset", "")
    seconds = float(reset) - now if reset.isdigit() else 1.0
    # The reset is in whole seconds, so it can lie up to one before the end of the window.
    return min(max(seconds + 1.0, 0.1), LONGEST_WAIT_SECONDS)


def _changed_task(operation: Operation, path: str, body: bytes) -> str | None:
    if operation.id in CHANGES:
        return unquote(path.split("/")[3])
    if operation.id in INVOKES:
        payload = _json(body)
        task = payload.get("id") if isinstance(payload, dict) else None
        return task if isinstance(task, str) else None
    return None


def invoked_tasks(operation_id: str, answer: bytes) -> Iterator[str]:
    """Yield the ids of the tasks that the answer to an invoke speaks of."""
    payloads = [_json(answer)]
    if operation_id == "invoke_agent_stream":
        payloads = [_json(line[5:]) for line in answer.split(b"\n") if line.startswith(b"data:")]
    for payload in payloads:
        if isinstance(payload, dict):
            task = payload.get("task_id", payload.get("id"))
            if isinstance(task, str):
                yield task


def shown_tasks(payload: Any) -> set[str]:
    """Return the ids of the tasks in a list or a task, however malformed it is."""
    items = payload.get("items", [payload]) if isinstance(payload, dict) else []
    tasks = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return {task["id"] for task in tasks if isinstance(task.get("id"), str)}


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):  # no JSON: nothing to note
        return None
