"""List the organization's tasks: `GET /v1/tasks`.

One page of the tasks of the caller's organization, newest first by `created_at`, with ties in a stable order.
Filters combine: a task is listed when it passes all of them. Filters compare exactly, case included.
"""

import datetime
from collections.abc import Mapping
from typing import TypeAlias

import httpx

from ... import calls as _calls
from ... import requests as _requests
from ... import responses as _responses
from ...client import AuthenticatedClient as _AuthenticatedClient
from ...client import Timeout as _Timeout
from ...models.agent_execution_status import AgentExecutionStatus
from ...models.error_detail import ErrorDetail
from ...models.http_validation_error import HTTPValidationError
from ...models.tasks_page import TasksPage
from ...types import UNSET, Unset
from ...types import Response as _Response

ListTasksResult: TypeAlias = TasksPage | ErrorDetail | HTTPValidationError
"""The body of a success or of a documented error."""

_READERS: _responses.Readers = {
    "200": (_responses.json, TasksPage),
    "401": (_responses.json, ErrorDetail),
    "422": (_responses.json, HTTPValidationError),
    "429": (_responses.json, ErrorDetail),
    "500": (_responses.json, ErrorDetail),
}
_SUCCESSES: frozenset[str] = frozenset(["200"])


def build_request(
    *,
    page: int | Unset = 1,
    per_page: int | Unset = 20,
    user_id: str | Unset = UNSET,
    parent_task_id: str | Unset = UNSET,
    agent_id: str | Unset = UNSET,
    triggering_agent_id: str | Unset = UNSET,
    status: AgentExecutionStatus | Unset = UNSET,
    internal_status: str | Unset = UNSET,
    from_date: datetime.datetime | Unset = UNSET,
    to_date: datetime.datetime | Unset = UNSET,
) -> _requests.Request:
    """Return the request as plain data, without sending it. The arguments are those of `sync`.

    Raises:
        errors.InvalidRequest: An argument cannot be sent, such as a date-time without an offset.
    """
    return _requests.build(
        "GET",
        "/v1/tasks",
        query={
            "page": page,
            "per_page": per_page,
            "user_id": user_id,
            "parent_task_id": parent_task_id,
            "agent_id": agent_id,
            "triggering_agent_id": triggering_agent_id,
            "status": status,
            "internal_status": internal_status,
            "from_date": from_date,
            "to_date": to_date,
        },
    )


def parse_response(response: httpx.Response) -> ListTasksResult:
    """Parse a response of this operation, however it was received.

    Raises:
        errors.UnexpectedStatus: The status is not documented.
        errors.UndecodableBody: The body is not in the documented format, such as HTML in place of JSON.
        errors.InvalidBody: The body does not fit its type; the message names the path.
    """
    parsed: ListTasksResult = _responses.parse("list_tasks", _READERS, response)
    return parsed


def sync_detailed(
    *,
    client: _AuthenticatedClient,
    page: int | Unset = 1,
    per_page: int | Unset = 20,
    user_id: str | Unset = UNSET,
    parent_task_id: str | Unset = UNSET,
    agent_id: str | Unset = UNSET,
    triggering_agent_id: str | Unset = UNSET,
    status: AgentExecutionStatus | Unset = UNSET,
    internal_status: str | Unset = UNSET,
    from_date: datetime.datetime | Unset = UNSET,
    to_date: datetime.datetime | Unset = UNSET,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> _Response[ListTasksResult]:
    """Call the operation and return the status and the headers with the parsed body, for documented errors too.

    The arguments are those of `sync`. An undocumented status raises unless the client is told to return it.
    """
    return _calls.call(
        client,
        build_request(
            page=page,
            per_page=per_page,
            user_id=user_id,
            parent_task_id=parent_task_id,
            agent_id=agent_id,
            triggering_agent_id=triggering_agent_id,
            status=status,
            internal_status=internal_status,
            from_date=from_date,
            to_date=to_date,
        ),
        parse_response,
        headers,
        timeout,
    )


def sync(
    *,
    client: _AuthenticatedClient,
    page: int | Unset = 1,
    per_page: int | Unset = 20,
    user_id: str | Unset = UNSET,
    parent_task_id: str | Unset = UNSET,
    agent_id: str | Unset = UNSET,
    triggering_agent_id: str | Unset = UNSET,
    status: AgentExecutionStatus | Unset = UNSET,
    internal_status: str | Unset = UNSET,
    from_date: datetime.datetime | Unset = UNSET,
    to_date: datetime.datetime | Unset = UNSET,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> TasksPage:
    """List the organization's tasks.

    One page of the tasks of the caller's organization, newest first by `created_at`, with ties in a stable order.
    Filters combine: a task is listed when it passes all of them. Filters compare exactly, case included.

    Args:
        page: Page number, starting from 1. A page past the end is empty.
        per_page: Tasks on a page, at most 50.
        user_id: Only tasks that this user created.
        parent_task_id: Only sub-tasks of this task.
        agent_id: Only tasks of this agent.
        triggering_agent_id: Only tasks that this agent called for, as happens between agents that work together.
        status: Where a task stands. `completed`, `failed`, `error` and `stopped` are final; `pending`, `executing` and
            `paused` are not.
        internal_status: Only tasks with this internal processing status.
        from_date: Only tasks created at this instant or later. RFC 3339, with an offset.
        to_date: Only tasks created at this instant or earlier. RFC 3339, with an offset.
        client: The client to send with.
        headers: Headers of this call, which take precedence over those of the client.
        timeout: Limits of this call in seconds, in place of those of the client; None waits without limit.

    Returns:
        The body of the success.

    Raises:
        errors.InvalidRequest: An argument cannot be sent, such as a date-time without an offset.
        errors.ErrorResponse: The response is a documented error; `parsed` is its body.
        errors.UnexpectedStatus: The status is not documented.
        errors.UndecodableBody: The body is not in the documented format, such as HTML in place of JSON.
        errors.InvalidBody: The body does not fit its type; the message names the path.
        httpx.TransportError: The connection failed, or a time limit passed.
    """
    response = sync_detailed(
        page=page,
        per_page=per_page,
        user_id=user_id,
        parent_task_id=parent_task_id,
        agent_id=agent_id,
        triggering_agent_id=triggering_agent_id,
        status=status,
        internal_status=internal_status,
        from_date=from_date,
        to_date=to_date,
        client=client,
        headers=headers,
        timeout=timeout,
    )
    parsed: TasksPage = _responses.success("list_tasks", _READERS, _SUCCESSES, response)
    return parsed


async def asyncio_detailed(
    *,
    client: _AuthenticatedClient,
    page: int | Unset = 1,
    per_page: int | Unset = 20,
    user_id: str | Unset = UNSET,
    parent_task_id: str | Unset = UNSET,
    agent_id: str | Unset = UNSET,
    triggering_agent_id: str | Unset = UNSET,
    status: AgentExecutionStatus | Unset = UNSET,
    internal_status: str | Unset = UNSET,
    from_date: datetime.datetime | Unset = UNSET,
    to_date: datetime.datetime | Unset = UNSET,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> _Response[ListTasksResult]:
    """Call the operation as `sync_detailed` does, asynchronously."""
    return await _calls.acall(
        client,
        build_request(
            page=page,
            per_page=per_page,
            user_id=user_id,
            parent_task_id=parent_task_id,
            agent_id=agent_id,
            triggering_agent_id=triggering_agent_id,
            status=status,
            internal_status=internal_status,
            from_date=from_date,
            to_date=to_date,
        ),
        parse_response,
        headers,
        timeout,
    )


async def asyncio(
    *,
    client: _AuthenticatedClient,
    page: int | Unset = 1,
    per_page: int | Unset = 20,
    user_id: str | Unset = UNSET,
    parent_task_id: str | Unset = UNSET,
    agent_id: str | Unset = UNSET,
    triggering_agent_id: str | Unset = UNSET,
    status: AgentExecutionStatus | Unset = UNSET,
    internal_status: str | Unset = UNSET,
    from_date: datetime.datetime | Unset = UNSET,
    to_date: datetime.datetime | Unset = UNSET,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> TasksPage:
    """Call the operation as `sync` does, asynchronously."""
    response = await asyncio_detailed(
        page=page,
        per_page=per_page,
        user_id=user_id,
        parent_task_id=parent_task_id,
        agent_id=agent_id,
        triggering_agent_id=triggering_agent_id,
        status=status,
        internal_status=internal_status,
        from_date=from_date,
        to_date=to_date,
        client=client,
        headers=headers,
        timeout=timeout,
    )
    parsed: TasksPage = _responses.success("list_tasks", _READERS, _SUCCESSES, response)
    return parsed
