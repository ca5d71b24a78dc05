"""List one agent's tasks: `GET /v1/agents/{agent_id}/tasks`.

One page of the tasks of one agent, newest first by `created_at`: item for item what `list_tasks` returns for
the same `agent_id`. An invoke that reuses the `id` of an earlier task updates that task's `title`, `result`
and `updated_at` here and adds no item. A sub-task, which has a `parent_task_id`, is work that another task
delegated.
"""

from collections.abc import Mapping
from typing import TypeAlias

import httpx

from ... import api as _api
from ...client import Client as _Client
from ...client import Request as _Request
from ...client import Timeout as _Timeout
from ...models.agent_execution_status import AgentExecutionStatus
from ...models.error_detail import ErrorDetail
from ...models.http_validation_error import HTTPValidationError
from ...models.tasks_page import TasksPage
from ...types import UNSET, Unset
from ...types import Response as _Response

ListAgentTasksResult: TypeAlias = TasksPage | ErrorDetail | HTTPValidationError
"""What is read from an answer: the success, or a documented error."""

_READERS: _api.Readers = {
    "200": (_api.json, TasksPage),
    "401": (_api.json, ErrorDetail),
    "403": (_api.json, ErrorDetail),
    "404": (_api.json, ErrorDetail),
    "422": (_api.json, HTTPValidationError),
    "429": (_api.json, ErrorDetail),
    "500": (_api.json, ErrorDetail),
}


def build_request(
    agent_id: str,
    *,
    page: int | Unset = 1,
    per_page: int | Unset = 20,
    user_id: str | Unset = UNSET,
    parent_task_id: str | Unset = UNSET,
    triggering_agent_id: str | Unset = UNSET,
    status: AgentExecutionStatus | Unset = UNSET,
    internal_status: str | Unset = UNSET,
) -> _Request:
    """Return the request as plain data; nothing is sent. The arguments are those of `sync`.

    Raises:
        errors.InvalidRequest: An argument cannot be sent, such as a date-time without an offset.
    """
    return _api.request(
        "GET",
        "/v1/agents/{agent_id}/tasks".format(
            agent_id=_api.path_value(agent_id),
        ),
        query={
            "page": page,
            "per_page": per_page,
            "user_id": user_id,
            "parent_task_id": parent_task_id,
            "triggering_agent_id": triggering_agent_id,
            "status": status,
            "internal_status": internal_status,
        },
    )


def parse_response(response: httpx.Response) -> ListAgentTasksResult:
    """Return what an answer says; nothing is sent.

    Raises:
        errors.UnexpectedStatus: The status is not documented.
        errors.UndecodableBody: The body is not what the status promises, such as no JSON.
        errors.InvalidBody: The body does not fit its type; the message names the path.
    """
    parsed: ListAgentTasksResult = _api.read("list_agent_tasks", _READERS, response)
    return parsed


def sync_detailed(
    agent_id: str,
    *,
    client: _Client,
    page: int | Unset = 1,
    per_page: int | Unset = 20,
    user_id: str | Unset = UNSET,
    parent_task_id: str | Unset = UNSET,
    triggering_agent_id: str | Unset = UNSET,
    status: AgentExecutionStatus | Unset = UNSET,
    internal_status: str | Unset = UNSET,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> _Response[ListAgentTasksResult]:
    """As `sync`, but returns the status and the headers too, with what was read as `parsed`."""
    return _api.call(
        client,
        build_request(
            agent_id=agent_id,
            page=page,
            per_page=per_page,
            user_id=user_id,
            parent_task_id=parent_task_id,
            triggering_agent_id=triggering_agent_id,
            status=status,
            internal_status=internal_status,
        ),
        parse_response,
        headers,
        timeout,
    )


def sync(
    agent_id: str,
    *,
    client: _Client,
    page: int | Unset = 1,
    per_page: int | Unset = 20,
    user_id: str | Unset = UNSET,
    parent_task_id: str | Unset = UNSET,
    triggering_agent_id: str | Unset = UNSET,
    status: AgentExecutionStatus | Unset = UNSET,
    internal_status: str | Unset = UNSET,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> ListAgentTasksResult | _Response[ListAgentTasksResult]:
    """List one agent's tasks.

    One page of the tasks of one agent, newest first by `created_at`: item for item what `list_tasks` returns for
    the same `agent_id`. An invoke that reuses the `id` of an earlier task updates that task's `title`, `result`
    and `updated_at` here and adds no item. A sub-task, which has a `parent_task_id`, is work that another task
    delegated.

    Args:
        agent_id: Id of the agent.
        page: Page number, starting from 1. A page past the end is empty.
        per_page: Tasks on a page, at most 50.
        user_id: Only tasks that this user created.
        parent_task_id: Only sub-tasks of this task.
        triggering_agent_id: Only tasks that this agent called for, as happens between agents that work together.
        status: Where a task stands. `completed`, `failed`, `error` and `stopped` are final; `pending`, `executing` and
            `paused` are not.
        internal_status: Only tasks with this internal processing status.
        client: Where to send it, with the credentials.
        headers: Headers for this call; they win over those of the client.
        timeout: Limits in seconds for this call, in place of those of the client; None waits without limit.

    Returns:
        What the answer says: the success, or the body of a documented error. If the status is not documented and the
        client does not raise on it, the plain response.

    Raises:
        errors.InvalidRequest: An argument cannot be sent, such as a date-time without an offset.
        errors.UnexpectedStatus: The status is not documented, unless the client is told not to raise on it.
        errors.UndecodableBody: The body is not what the status promises, such as no JSON.
        errors.InvalidBody: The body does not fit its type; the message names the path.
        httpx.TransportError: The connection failed, or a limit was passed.
    """
    return sync_detailed(
        agent_id=agent_id,
        page=page,
        per_page=per_page,
        user_id=user_id,
        parent_task_id=parent_task_id,
        triggering_agent_id=triggering_agent_id,
        status=status,
        internal_status=internal_status,
        client=client,
        headers=headers,
        timeout=timeout,
    ).result()


async def asyncio_detailed(
    agent_id: str,
    *,
    client: _Client,
    page: int | Unset = 1,
    per_page: int | Unset = 20,
    user_id: str | Unset = UNSET,
    parent_task_id: str | Unset = UNSET,
    triggering_agent_id: str | Unset = UNSET,
    status: AgentExecutionStatus | Unset = UNSET,
    internal_status: str | Unset = UNSET,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> _Response[ListAgentTasksResult]:
    """As `sync_detailed`, asynchronously."""
    return await _api.acall(
        client,
        build_request(
            agent_id=agent_id,
            page=page,
            per_page=per_page,
            user_id=user_id,
            parent_task_id=parent_task_id,
            triggering_agent_id=triggering_agent_id,
            status=status,
            internal_status=internal_status,
        ),
        parse_response,
        headers,
        timeout,
    )


async def asyncio(
    agent_id: str,
    *,
    client: _Client,
    page: int | Unset = 1,
    per_page: int | Unset = 20,
    user_id: str | Unset = UNSET,
    parent_task_id: str | Unset = UNSET,
    triggering_agent_id: str | Unset = UNSET,
    status: AgentExecutionStatus | Unset = UNSET,
    internal_status: str | Unset = UNSET,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> ListAgentTasksResult | _Response[ListAgentTasksResult]:
    """As `sync`, asynchronously."""
    response = await asyncio_detailed(
        agent_id=agent_id,
        page=page,
        per_page=per_page,
        user_id=user_id,
        parent_task_id=parent_task_id,
        triggering_agent_id=triggering_agent_id,
        status=status,
        internal_status=internal_status,
        client=client,
        headers=headers,
        timeout=timeout,
    )
    return response.result()
