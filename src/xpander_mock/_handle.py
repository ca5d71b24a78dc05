"""The handle of a running mock, in this process or elsewhere: its address, its keys, and what can be done to it."""

import http.client
import time
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec

from xpander_mock._keys import DEMO_API_KEY, DEMO_BEARER_TOKEN, OTHER_API_KEY
from xpander_mock._seed import EXAMPLE_AGENT


class ControlError(Exception):
    """The mock refused what its handle was asked to do."""


class ClockHandle:
    """The clock of a running mock."""

    def __init__(self, handle: "Handle") -> None:
        self._handle = handle

    def now(self) -> datetime:
        """The mock's time."""
        return datetime.fromisoformat(self._handle.control("POST", "clock", {})["time"])

    def freeze(self, at: datetime | None = None) -> None:
        """Stand still, now or at a time with an offset."""
        if at is not None and at.tzinfo is None:
            raise ValueError(f"expected a time with an offset, got {at!r}")
        self._handle.control("POST", "clock", {"freeze": True if at is None else at.isoformat()})

    def advance(self, seconds: float) -> None:
        """Move ahead, frozen or not."""
        self._handle.control("POST", "clock", {"advance": seconds})

    def reset(self) -> None:
        """Tell the real time again."""
        self._handle.control("POST", "clock", {"reset": True})


class Handle:
    """A running mock.

    Args:
        url: its address.
    """

    api_key = DEMO_API_KEY
    other_api_key = OTHER_API_KEY
    bearer_token = DEMO_BEARER_TOKEN
    agent_id = EXAMPLE_AGENT

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self.clock = ClockHandle(self)

    @property
    def url(self) -> str:
        """The base URL."""
        return self._url

    def state(self) -> dict[str, Any]:
        """What the mock keeps, and what is set: time, tasks by organization and status, scripts, faults, limit."""
        return self._json("GET", "state")

    @property
    def waiting(self) -> int:
        """How many streams and synchronous invokes wait for their task just now."""
        waiting: int = self.state()["waiting"]
        return waiting

    def wait_until_idle(self, seconds: float = 5.0) -> None:
        """Wait until no stream and no synchronous invoke waits for its task.

        Raises:
            TimeoutError: after `seconds` some still do.
        """
        end = time.monotonic() + seconds
        while waiting := self.waiting:
            if time.monotonic() > end:
                raise TimeoutError(f"expected no waiting requests after {seconds} s, {waiting} still wait")
            time.sleep(0.005)

    def reset(self) -> None:
        """Back to the state in which the mock was started."""
        self.control("POST", "reset")

    def seed(self, tasks: int, number: int = 0) -> None:
        """Make up new tasks in place of all that are kept; the same for the same number."""
        self.control("POST", "seed", {"tasks": tasks, "number": number})

    def add_task(self, **fields: Any) -> dict[str, Any]:
        """Keep a task with the given fields, the rest as fits them; the task in full.

        Args:
            fields: by the names of `Task` and `TasksListItem`, and `text` for the text of the input. Without `status`
                it is completed. It stays as it is until it is stopped, deleted or invoked again.

        Raises:
            ControlError: a field is unknown, or has a wrong value.
        """
        return self._json("POST", "tasks", fields)

    def script(self, **script: Any) -> None:
        """Tell agents what to answer; the latest script that applies is used.

        Args:
            script: the fields of `Script`: `agent_id`, `text` (a regular expression) and `times` say which invokes get
                it; `result`, `value` or `chunks`, `status`, `pending` and `executing` (seconds), `sub_tasks` and
                `fields` what they get.

        Raises:
            ControlError: it is no script.
        """
        self.control("POST", "scripts", script)

    def fault(self, kind: str, **fault: Any) -> None:
        """Let calls go wrong by a rule.

        Args:
            kind: latency, status, refuse, reset, reset_body, cut_body, not_json, trickle, cut_stream, malformed_event.
            fault: the other fields of `Fault`: `operation`, `nth`, `times`, `probability` and `seed` say which calls;
                `seconds`, `after`, `status`, `body` and `headers` how.

        Raises:
            ControlError: it is no rule.
        """
        self.control("POST", "faults", {"kind": kind} | fault)

    def clear_scripts(self) -> None:
        """Let agents answer by themselves."""
        self.control("DELETE", "scripts")

    def clear_faults(self) -> None:
        """Let no call go wrong any more."""
        self.control("DELETE", "faults")

    def rate_limit(self, limit: str | None) -> None:
        """Set the rate limit, requests/seconds such as `100/60`, or take it away.

        Raises:
            ControlError: it is no rate limit.
        """
        self.control("PUT", "rate-limit", limit)

    def requests(self, operation: str | None = None) -> list[dict[str, Any]]:
        """The last thousand requests to the API, oldest first, or those of one operation; without credentials."""
        seen: list[dict[str, Any]] = self.control("GET", "requests")
        return [request for request in seen if operation in (None, request["operation"])]

    def forget_requests(self) -> None:
        """Forget the requests that came."""
        self.control("DELETE", "requests")

    def save(self) -> bytes:
        """All tasks and agents, for `load`."""
        return self._raw("GET", "snapshot")

    def load(self, snapshot: bytes) -> None:
        """Keep what `save` gave in place of everything.

        Raises:
            ControlError: it is something else.
        """
        self._raw("PUT", "snapshot", snapshot)

    def control(self, method: str, name: str, body: Any = msgspec.UNSET) -> Any:
        """Call `/_mock/{name}` with a JSON body; what it answers.

        Raises:
            ControlError: the mock refused.
            OSError: there is no mock at the address.
        """
        raw = self._raw(method, name, b"" if body is msgspec.UNSET else msgspec.json.encode(body))
        return msgspec.json.decode(raw) if raw else None

    def _json(self, method: str, name: str, body: Any = msgspec.UNSET) -> dict[str, Any]:
        answer: dict[str, Any] = self.control(method, name, body)
        return answer

    def _raw(self, method: str, name: str, body: bytes = b"") -> bytes:
        address = urlsplit(self.url)
        kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
        connection = kind(address.netloc, timeout=60)
        try:
            connection.request(method, f"{address.path}/_mock/{name}", body)
            response = connection.getresponse()
            raw = response.read()
        finally:
            connection.close()
        if response.status >= 300:
            raise ControlError(f"{method} /_mock/{name}: {_reason(response.status, raw)}")
        return raw


def _reason(status: int, raw: bytes) -> str:
    if status == 422:
        reason: str = msgspec.json.decode(raw)["detail"][0]["msg"]
        return reason
    return f"expected a mock of xpander_mock, got status {status}"
