"""The client of a running mock, in this process or elsewhere: its address, its keys, and its control."""

import http.client
import os
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec

from xpander_mock.calls import Calls, make_call
from xpander_mock.demo import DEMO_API_KEY, DEMO_BEARER_TOKEN, EXAMPLE_AGENT, OTHER_API_KEY

_RESET_SECONDS = 5.0


class ControlError(Exception):
    """The mock refused what its client asked for."""


class MockClock:
    """The clock of a running mock.

    Args:
        set_clock: Sends a change to the mock, and returns how the clock stands then.
    """

    def __init__(self, set_clock: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        self._set = set_clock

    def now(self) -> datetime:
        """Return the mock's time."""
        return datetime.fromisoformat(self._set({})["time"])

    def freeze(self, at: datetime | None = None) -> None:
        """Stop the clock, now or at a time with an offset.

        Raises:
            ValueError: The time has no offset.
        """
        if at is not None and at.tzinfo is None:
            raise ValueError(f"expected a time with an offset, got {at!r}")
        self._set({"freeze": True if at is None else at.isoformat()})

    def advance(self, seconds: float) -> None:
        """Move ahead by `seconds`, frozen or not."""
        self._set({"advance": seconds})

    def reset(self) -> None:
        """Show the real time again."""
        self._set({"reset": True})


class MockClient:
    """A running mock.

    Args:
        url: Its base URL.
        token: The control token that the mock was started with; by default that of `XPANDER_MOCK_TOKEN`.
    """

    api_key = DEMO_API_KEY
    other_api_key = OTHER_API_KEY
    bearer_token = DEMO_BEARER_TOKEN
    agent_id = EXAMPLE_AGENT

    def __init__(self, url: str, token: str | None = None) -> None:
        self._url = url.rstrip("/")
        self._token = os.environ.get("XPANDER_MOCK_TOKEN") if token is None else token
        self._refused_seconds = 0.0
        self.clock = MockClock(lambda change: self._json("POST", "clock", change))

    @property
    def url(self) -> str:
        """The base URL."""
        return self._url

    def state(self) -> dict[str, Any]:
        """Return what the mock stores and what is set: time, tasks by status, scripts, faults, rate limit."""
        return self._json("GET", "state")

    @property
    def waiting(self) -> int:
        """The number of streams and synchronous invokes that wait for their task just now."""
        waiting: int = self.state()["waiting"]
        return waiting

    def wait_until_idle(self, seconds: float = 5.0) -> None:
        """Wait until no stream and no synchronous invoke waits for its task.

        Raises:
            TimeoutError: Some still do after `seconds`.
        """
        end = time.monotonic() + seconds
        while waiting := self.waiting:
            if time.monotonic() > end:
                raise TimeoutError(f"expected no waiting requests after {seconds} s, {waiting} still wait")
            time.sleep(0.005)

    def reset(self) -> None:
        """Restore the state in which the mock was started.

        While a fault has connections refused, this waits for them to be accepted again, as long as the longest fault
        that this client has set, and five seconds at least.
        """
        end = time.monotonic() + max(_RESET_SECONDS, self._refused_seconds)
        while True:
            try:
                self.control("POST", "reset")
                return
            except ConnectionRefusedError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.02)

    def seed(self, tasks: int, number: int = 0) -> None:
        """Replace all tasks by sample tasks; the same number gives the same tasks."""
        self.control("POST", "seed", {"tasks": tasks, "number": number})

    def add_task(self, **fields: Any) -> dict[str, Any]:
        """Store a task with the given fields, the others filled in to fit, and return it in full.

        Args:
            fields: By the names of `Task` and `TasksListItem`, and `text` for the text of the input. Without `status`
                it is completed. It stays as it is until it is stopped, deleted or invoked again.

        Raises:
            ControlError: A field is unknown, or has a wrong value.
        """
        return self._json("POST", "tasks", fields)

    def script(self, **script: Any) -> None:
        """Set what agents answer; scripts with `times` are used in the order added, of others the last.

        Args:
            script: The fields of `Script`: `text` (a regular expression), `agent_id`, `task_id`, `organization_id`,
                `request_headers`, `request_body` and `times` say which invokes get the answer; `result`, `value` or
                `chunks`, `status`, `pending` and `executing` (seconds), `sub_tasks` and `fields` are the answer.

        Raises:
            ControlError: The fields do not make a script.
        """
        self.control("POST", "scripts", script)

    def fault(self, kind: str, **fault: Any) -> None:
        """Add a rule by which calls go wrong.

        Args:
            kind: latency, status, refuse, reset, reset_body, cut_body, not_json, trickle, cut_stream, malformed_event.
            fault: The other fields of `Fault`: `operation`, `agent_id`, `task_id`, `organization_id`,
                `request_headers`, `request_body`, `nth`, `times`, `probability` and `seed` say which calls; `seconds`,
                `after`, `status`, `body` and `headers` say how.

        Raises:
            ControlError: The fields do not make a rule.
        """
        self.control("POST", "faults", {"kind": kind} | fault)
        if kind == "refuse":
            self._refused_seconds = max(self._refused_seconds, fault.get("seconds", 0) + 1)

    def clear_scripts(self) -> None:
        """Delete all scripts."""
        self.control("DELETE", "scripts")

    def clear_faults(self) -> None:
        """Delete all faults."""
        self.control("DELETE", "faults")

    def rate_limit(self, limit: str | None) -> None:
        """Set the rate limit of each organization, such as `100/60s` or `100/m`; None removes it.

        Raises:
            ControlError: The text is not a rate.
        """
        self.control("PUT", "rate-limit", limit)

    def requests(self, operation: str | None = None) -> list[dict[str, Any]]:
        """Return the last thousand requests to the API, or those of one operation, oldest first; no credentials.

        Raises:
            ControlError: There is no such operation.
        """
        query = "" if operation is None else f"?{urlencode({'operation': operation})}"
        logged: list[dict[str, Any]] = self.control("GET", f"requests{query}")
        return logged

    def calls(self, operation: str | None = None) -> Calls:
        """Return the last thousand requests, or those of one operation, for assertions.

        Raises:
            ControlError: There is no such operation.
        """
        return Calls([make_call(request) for request in self.requests(operation)], operation)

    def unused(self) -> dict[str, Any]:
        """Return the `scripts` and `faults` that no request has used."""
        return self._json("GET", "unused")

    def assert_all_used(self) -> None:
        """Assert that every script and every fault was used."""
        __tracebackhide__ = True
        unused = {name: rules for name, rules in self.unused().items() if rules}
        if unused:
            raise AssertionError(f"expected every script and fault to be used, these were not: {unused}")

    def forget_requests(self) -> None:
        """Clear the log of requests."""
        self.control("DELETE", "requests")

    def world(self) -> dict[str, Any]:
        """Return the present state as a world, which `--world` and `set_world` take; it contains the API keys."""
        return self._json("GET", "world")

    def set_world(self, world: dict[str, Any]) -> None:
        """Replace organizations, keys, agents, tasks, scripts, faults, clock and limit; a reset returns to them.

        Raises:
            ControlError: It is not a world, or the data file held tasks at the start.
        """
        self.control("PUT", "world", world)

    def save(self) -> bytes:
        """Return all tasks and agents as a snapshot for `load`."""
        return self._raw("GET", "snapshot")

    def load(self, snapshot: bytes) -> None:
        """Replace all tasks and agents by those of a snapshot.

        Raises:
            ControlError: The bytes are not a snapshot of `save`.
        """
        self._raw("PUT", "snapshot", snapshot)

    def control(self, method: str, name: str, body: Any = msgspec.UNSET) -> Any:
        """Call `/_mock/{name}` with a JSON body, and return the decoded answer.

        Raises:
            ControlError: The mock refused.
            OSError: There is no mock at the address.
        """
        raw = self._raw(method, name, b"" if body is msgspec.UNSET else msgspec.json.encode(body))
        return msgspec.json.decode(raw) if raw else None

    def _json(self, method: str, name: str, body: Any = msgspec.UNSET) -> dict[str, Any]:
        answer: dict[str, Any] = self.control(method, name, body)
        return answer

    def _headers(self, body: bytes, name: str) -> dict[str, str]:
        media_type = "application/octet-stream" if name == "snapshot" else "application/json"
        headers = {"Content-Type": media_type} if body else {}
        return headers | ({"Authorization": f"Bearer {self._token}"} if self._token else {})

    def _raw(self, method: str, name: str, body: bytes = b"") -> bytes:
        address = urlsplit(self.url)
        kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
        connection = kind(address.netloc, timeout=60)
        try:
            connection.request(method, f"{address.path}/_mock/{name}", body, self._headers(body, name))
            response = connection.getresponse()
            raw = response.read()
        finally:
            connection.close()
        if response.status >= 300:
            raise ControlError(f"{method} /_mock/{name}: {_reason(response.status, raw)}")
        return raw


def _reason(status: int, raw: bytes) -> str:
    try:
        detail = msgspec.json.decode(raw)["detail"]
        reason = detail if isinstance(detail, str) else detail[0]["msg"]
    except (msgspec.DecodeError, TypeError, LookupError):
        return f"expected a mock of xpander_mock, got status {status}"
    return str(reason)
