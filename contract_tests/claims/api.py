"""The ten operations as calls; a test gets only answers that are as `openapi.yaml` describes them."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import httpx

from ..contract.json_body import parse_json
from ..contract.openapi import operation_of
from ..contract.validation import with_defaults
from ._answers import Answer, ClaimViolation, Credentials, Stream, assert_documented, events_of

Query = Mapping[str, str | int]
LISTS = ("list_tasks", "list_agent_tasks")
TASKS = ("get_task", "stop_task", "invoke_agent", "invoke_agent_async")


class Api:
    """The operations, for one caller.

    Args:
        client: Sends the requests.
        credentials: The caller's credentials.
    """

    def __init__(self, client: httpx.Client, credentials: Credentials) -> None:
        self._client = client
        self.credentials = credentials

    def as_caller(self, credentials: Credentials) -> "Api":
        """Return the same operations for another caller."""
        return Api(self._client, credentials)

    def call(
        self,
        operation_id: str,
        *,
        task: str = "",
        agent: str = "",
        query: Query | None = None,
        body: Any = None,
        content: bytes | None = None,
    ) -> Answer:
        """Send a request and check that its answer is documented in status, content type and schema.

        Args:
            operation_id: Id of the operation.
            task: Value of `task_id` in the path.
            agent: Value of `agent_id` in the path.
            query: Query parameters.
            body: Value to send as JSON.
            content: Bytes to send as they are, labelled as JSON.

        Raises:
            ClaimViolation: The answer is not as documented, or the connection broke (WIRE-1).
        """
        __tracebackhide__ = True
        operation = operation_of(operation_id)
        path = operation.path.format(task_id=quote(task, safe=""), agent_id=quote(agent, safe=""))
        headers = dict(self.credentials.headers)
        if body is not None:
            content = json.dumps(body, ensure_ascii=False).encode()
        if content is not None:
            headers["content-type"] = "application/json"
        request = self._client.build_request(
            operation.method, path, params=query or None, content=content, headers=headers
        )
        try:
            response = self._client.send(request)
        except httpx.TransportError as error:
            none = Answer(operation, request, self.credentials, 0, httpx.Headers(), b"(no answer)")
            raise ClaimViolation("a whole answer", f"{type(error).__name__}: {error}", none, claim="WIRE-1") from None
        parsed = parse_json(response.content)
        answer = Answer(
            operation,
            request,
            self.credentials,
            response.status_code,
            response.headers,
            response.content,
            parsed,
        )
        assert_documented(answer)
        return replace(answer, json=_with_null_fields(operation.id, parsed)) if answer.status == 200 else answer

    def stream(self, agent: str, body: Any) -> Stream:
        """Invoke an agent and read all its events."""
        __tracebackhide__ = True
        answer = self.call("invoke_agent_stream", agent=agent, body=body).assert_status(200)
        return Stream(answer, events_of(answer))

    def get(self, task: str) -> dict[str, Any]:
        """Return a task that must exist."""
        __tracebackhide__ = True
        return self.call("get_task", task=task).ok()

    def thread(self, task: str) -> list[dict[str, Any]]:
        """Return the thread of a task that must exist."""
        __tracebackhide__ = True
        return self.call("get_task_thread", task=task).messages()

    def thread_full(self, task: str) -> dict[str, list[dict[str, Any]]]:
        """Return the full thread of a task that must exist."""
        __tracebackhide__ = True
        return self.call("get_task_thread_full", task=task).ok()


def _with_null_fields(operation_id: str, value: Any) -> Any:
    if operation_id in LISTS:
        return {**value, "items": [with_defaults(item, "TasksListItem") for item in value["items"]]}
    return with_defaults(value, "Task") if operation_id in TASKS else value
