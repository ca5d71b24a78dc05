"""The counts and limits that every request of a run passes through."""

import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from ..contract.json_body import parse_json
from ..contract.openapi import Operation, find
from ..run.target import Target
from .events import read_events
from .exchange import Caller, Exchange, SentRequest

UNDOCUMENTED = "(undocumented)"
INVOKES = frozenset({"invoke_agent", "invoke_agent_async", "invoke_agent_stream"})
CHANGES = frozenset({"stop_task", "delete_task"})
LONGEST_WAIT_SECONDS = 70
MOST_RATE_LIMIT_RETRIES = 3
RECENT_EXCHANGES = 100


class RequestRefused(Exception):
    """A request that the run may not send; a test that needs it must be skipped or changed."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A request that was sent and is not answered yet.

    Args:
        number: Number of the request in this process.
        request: The request.
        started: Unix time in seconds when it was sent.
    """

    number: int
    request: SentRequest
    started: float


class Listener(Protocol):
    """Something that follows every exchange; its methods are called by several threads."""

    def begin(self, pending: Pending) -> None:
        """Note a request that is sent."""

    def complete(self, pending: Pending, exchange: Exchange) -> None:
        """Take the exchange of a request."""

    def abandon(self, pending: Pending) -> None:
        """Note that a request got no whole answer, so that its effect is not known."""


class Recorder:
    """Counts what the run sends, spaces it out in time, and refuses what it may not send.

    Args:
        target: The server under test.
        workers: Processes that share the target's rate limit.
    """

    def __init__(self, target: Target, workers: int = 1) -> None:
        self.target = target
        self.statuses: defaultdict[str, Counter[int]] = defaultdict(Counter)
        self.parameters: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.last: SentRequest | None = None
        self.created: dict[str, None] = {}
        self.listeners: list[Listener] = []
        # Seconds from sending a request to the end of its answer, by operation.
        self.latencies: defaultdict[str, list[float]] = defaultdict(list)
        self._recent: deque[Exchange] = deque(maxlen=RECENT_EXCHANGES)
        self.open_stream: Pending | None = None
        self._numbers = count()
        self._preexisting: set[str] = set()
        self._interval = workers / target.rate_limit if target.rate_limit else 0.0
        self._next = 0.0
        self._lock = threading.Lock()

    @property
    def sent(self) -> int:
        """Number of requests that were answered."""
        return sum(counter.total() for counter in self.statuses.values())

    def before_request(self, method: str, url: str, body: bytes) -> None:
        """Check that a request may be sent, and wait until the rate limit allows it.

        Raises:
            RequestRefused: The run may only read and this is not a GET, or it would change a task that existed
                before the run.
        """
        if method != "GET" and not self.target.writes:
            raise RequestRefused(f"{method} {urlsplit(url).path}: a run without CONTRACT_WRITES=1 sends GET only")
        operation = find(method, self._path(url))
        if operation and self.is_preexisting(_changed_task(operation, self._path(url), body)):
            raise RequestRefused(f"{method} {urlsplit(url).path}: the run changes only tasks that it created itself")
        with self._lock:
            now = time.monotonic()
            wait = max(0.0, self._next - now)
            self._next = now + wait + self._interval
        if wait:
            time.sleep(wait)

    def begin(self, request: SentRequest) -> Pending:
        """Wait until a request may be sent, and tell the listeners; the arguments and errors of `before_request`."""
        self.before_request(request.method, request.url, request.body)
        pending = Pending(next(self._numbers), request, time.time())
        for listener in self.listeners:
            listener.begin(pending)
        return pending

    def complete(self, pending: Pending, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Remember what the whole answer to a request shows, and tell the listeners.

        Args:
            pending: The request.
            status: Status code of the answer.
            headers: Headers of the answer.
            body: Body of the answer, decompressed.
        """
        request = pending.request
        self.remember_tasks(request.method, request.url, request.body, status, body)
        lower = {name.lower(): value for name, value in headers.items()}
        caller = self.caller_of(request)
        exchange = Exchange(request, caller, status, lower, body, pending.started, time.time())
        operation = find(request.method, self._path(request.url))
        with self._lock:
            self._recent.append(exchange)
            if operation:
                self.latencies[operation.id].append(exchange.ended - exchange.started)
        for listener in self.listeners:
            listener.complete(pending, exchange)

    def exchange_of(self, request: SentRequest | None) -> Exchange | None:
        """Return the last exchange of a request, if it was one of the last and has been answered."""
        if request is None:
            return None
        with self._lock:
            return next((one for one in reversed(self._recent) if _is_same(one.request, request)), None)

    def abandon(self, pending: Pending) -> None:
        """Tell the listeners that a request got no whole answer."""
        for listener in self.listeners:
            listener.abandon(pending)

    def caller_of(self, request: SentRequest) -> Caller:
        """Return whose credentials a request carries."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        key, bearer = headers.get("x-api-key"), headers.get("authorization")
        if key is None and bearer is None:
            return "nobody"
        callers: dict[str | None, Caller] = {self.target.api_key: "own"}
        if self.target.other_api_key:
            callers[self.target.other_api_key] = "other"
        if bearer is None:
            return callers.get(key, "wrong")
        if key is None and self.target.bearer_token and bearer == f"Bearer {self.target.bearer_token}":
            return "own"
        return "unknown" if key in callers else "wrong"

    def after_response(self, request: SentRequest, status: int) -> None:
        """Count an answered request."""
        method, url, body = request.method, request.url, request.body
        operation = find(method, self._path(url))
        name = operation.id if operation else UNDOCUMENTED
        sent = [name for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)]
        payload = parse_json(body)
        if isinstance(payload, dict):
            sent += payload
        with self._lock:
            self.last = request
            self.statuses[name][status] += 1
            if operation:
                in_path = [part for part in operation.parameters if f"{{{part}}}" in operation.path]
                self.parameters[name].update({*in_path, *(part for part in sent if part in operation.parameters)})

    def remember_tasks(self, method: str, url: str, body: bytes, status: int, answer: bytes) -> None:
        """Remember the tasks that an answer shows, and whether the run created them."""
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
                self._preexisting |= shown_tasks(parse_json(answer)) - self.created.keys()

    def is_preexisting(self, task: str | None) -> bool:
        """Check whether the server has shown a task that this run did not create."""
        return task in self._preexisting and task not in self.created

    def data(self) -> dict[str, Any]:
        """Return the counts as plain data, for a worker to send to the process that reports."""
        return {
            "statuses": {
                name: {str(status): n for status, n in counter.items()} for name, counter in self.statuses.items()
            },
            "parameters": {name: dict(counter) for name, counter in self.parameters.items()},
            "latencies": {name: [round(one, 6) for one in found] for name, found in self.latencies.items()},
        }

    def merge(self, data: dict[str, Any]) -> None:
        """Add the counts of a worker."""
        for name, counts in data["statuses"].items():
            self.statuses[name].update({int(status): n for status, n in counts.items()})
        for name, counts in data["parameters"].items():
            self.parameters[name].update(counts)
        for name, found in data["latencies"].items():
            self.latencies[name] += found

    def _path(self, url: str) -> str:
        return urlsplit(url).path.removeprefix(urlsplit(self.target.base_url).path)


def _is_same(one: SentRequest, other: SentRequest) -> bool:
    # Headers are left out: a client adds its own between the test and the wire.
    return (one.method, one.url, one.body) == (other.method, other.url, other.body)


def reset_wait(headers: Any, now: float) -> float:
    """Return how many seconds to wait after a 429: until its reset, but at most `LONGEST_WAIT_SECONDS`."""
    reset = headers.get("X-RateLimit-Reset", "")
    seconds = float(reset) - now if reset.isdigit() else 1.0
    # The reset is a whole number of seconds, so it can come up to one second before the window ends.
    return min(max(seconds + 1.0, 0.1), LONGEST_WAIT_SECONDS)


def _changed_task(operation: Operation, path: str, body: bytes) -> str | None:
    if operation.id in CHANGES:
        return unquote(path.split("/")[3])
    if operation.id in INVOKES:
        payload = parse_json(body)
        task = payload.get("id") if isinstance(payload, dict) else None
        return task if isinstance(task, str) else None
    return None


def invoked_tasks(operation_id: str, answer: bytes) -> Iterator[str]:
    """Yield the ids of the tasks that the answer to an invoke names."""
    payloads = [parse_json(answer)]
    if operation_id == "invoke_agent_stream":
        payloads = [parse_json(data) for data in read_events(answer)]
    for payload in payloads:
        if isinstance(payload, dict):
            task = payload.get("task_id", payload.get("id"))
            if isinstance(task, str):
                yield task


def shown_tasks(payload: Any) -> set[str]:
    """Return the ids of the tasks in the answer to a list or a get, as far as it is well-formed."""
    items = payload.get("items", [payload]) if isinstance(payload, dict) else []
    tasks = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return {task["id"] for task in tasks if isinstance(task.get("id"), str)}
