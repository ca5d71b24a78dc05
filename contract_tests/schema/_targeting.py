"""Existing tasks and agents for generated requests, because random ids would only lead to a 404."""

import re
import uuid
from collections import Counter
from typing import Any
from zlib import crc32

import httpx

from ..contract.json_body import parse_json
from ..record.recorder import CHANGES, INVOKES, Recorder, shown_tasks
from ..record.transport import RecordingTransport
from ..run.target import Target
from ._case import AnyCase, is_documented, is_negative, operation_id
from ._settings import GenerationLimits

READS = frozenset({"get_task", "get_task_thread", "get_task_thread_full"})
TIMEOUT_SECONDS = 120
# A slash, even encoded, can change the path of the request, and so can a dot.
UNROUTABLE = re.compile(r"%2[Ff]|%5[Cc]|%2[Ee]|[/\\.]|%[01][0-9A-Fa-f]|%7[Ff]|[\x00-\x1f\x7f]")


class Targeting:
    """Replaces generated ids with ids of existing tasks and agents.

    Args:
        target: The server under test.
        recorder: Knows which tasks the run created.
        generation_limits: How many tasks the server may be asked to run.
    """

    def __init__(self, target: Target, recorder: Recorder, generation_limits: GenerationLimits) -> None:
        self._target = target
        self._recorder = recorder
        self._allowance = generation_limits.invokes if target.is_mock else generation_limits.live_invokes
        self._spent: Counter[str] = Counter()
        self._known: list[str] | None = None
        self._prefix = f"contract-{uuid.uuid4().hex[:12]}-"
        self._client = httpx.Client(
            base_url=target.base_url,
            headers={"x-api-key": target.api_key},
            transport=RecordingTransport(recorder),
            timeout=TIMEOUT_SECONDS,
        )
        self.agent_runs = False

    def prepare(self, case: AnyCase) -> bool:
        """Replace the ids of three out of four requests with existing ones; return whether a request may be sent."""
        for name, value in case.path_parameters.items():
            case.path_parameters[name] = UNROUTABLE.sub("_", str(value))
        if not is_documented(case):
            return True
        operation = operation_id(case)
        real = _draw(case) % 4 != 0
        if operation in READS and real and self.known_tasks():
            case.path_parameters["task_id"] = self.known_tasks()[_draw(case) % len(self.known_tasks())]
        elif operation in CHANGES:
            return self._at_own_task(case, operation, real)
        elif "agent_id" in case.path_parameters and real and self._target.agent_id:
            case.path_parameters["agent_id"] = self._target.agent_id
            if operation in INVOKES and not is_negative(case) and _draw(case) % 3:
                # A generated version would only lead to a 404.
                case.query.pop("version", None)
        if operation in INVOKES:
            return self._may_invoke(case, operation)
        return True

    def known_tasks(self) -> list[str]:
        """Return ids of listed tasks, as of the first call."""
        if self._known is None:
            payload = _answer_of(self._client.get("/v1/tasks", params={"per_page": 50}))
            self._known = sorted(task for task in shown_tasks(payload) if _is_plain(task))
        return self._known

    def new_task(self) -> str | None:
        """Start a task and return its id, or None if the server refuses."""
        if not self._target.writes or not self._target.agent_id:
            return None
        url = f"/v1/agents/{self._target.agent_id}/invoke/async"
        payload = _answer_of(self._client.post(url, json={"input": {"text": "Say hello."}, "source": "contract"}))
        task = payload.get("id") if isinstance(payload, dict) else None
        if not isinstance(task, str):
            return None
        self.agent_runs = True
        return task

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def is_real(self, case: AnyCase) -> bool:
        """Check whether a request names the agent that has run a task for this run."""
        return self.agent_runs and case.path_parameters.get("agent_id") == self._target.agent_id

    def _at_own_task(self, case: AnyCase, operation: str, real: bool) -> bool:
        task = case.path_parameters["task_id"]
        wanted = real or self._recorder.is_preexisting(task)
        if task in self._recorder.created or not wanted:
            return True
        own = self.new_task() if self._spend(operation) else None
        if own:
            case.path_parameters["task_id"] = own
        return not self._recorder.is_preexisting(case.path_parameters["task_id"])

    def _may_invoke(self, case: AnyCase, operation: str) -> bool:
        if isinstance(case.body, dict) and isinstance(case.body.get("id"), str):
            # A generated id could continue the conversation of an existing task, or be unusable in a path at clean-up.
            case.body["id"] = self._prefix + f"{_draw(case):08x}"
        return is_negative(case) or self._spend(operation)

    def _spend(self, operation: str) -> bool:
        self._spent[operation] += 1
        return self._spent[operation] <= self._allowance


def _draw(case: AnyCase) -> int:
    """Return a number that depends on the request alone, so that hypothesis can repeat a request."""
    return crc32(repr((case.method, case.query, case.body, case.path_parameters)).encode(errors="replace"))


def _is_plain(task: Any) -> bool:
    return isinstance(task, str) and task.isascii() and task.replace("-", "").replace("_", "").isalnum()


def _answer_of(response: httpx.Response) -> Any:
    return parse_json(response.content) if response.status_code == 200 else None
