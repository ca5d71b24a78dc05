"""Get one task in full: `GET /v1/tasks/{task_id}`.

The whole task: its status, latest input, latest result and times. Poll it after `invoke_agent_async` until
`status` is neither `pending` nor `executing`. A continued conversation shows its latest turn here; the turns
before it are in the thread.
"""

from collections.abc import Mapping
from typing import TypeAlias

import httpx

from ... import calls as _calls
from ... import requests as _requests
from ... import responses as _responses
from ...client import AuthenticatedClient as _AuthenticatedClient
from ...client import Timeout as _Timeout
from ...models.error_detail import ErrorDetail
from ...models.http_validation_error import HTTPValidationError
from ...models.task import Task
from ...types import UNSET, Unset
from ...types import Response as _Response

GetTaskResult: TypeAlias = Task | ErrorDetail | HTTPValidationError
"""The body of a success or of a documented error."""

_READERS: _responses.Readers = {
    "200": (_responses.json, Task),
    "401": (_responses.json, ErrorDetail),
    "403": (_responses.json, ErrorDetail),
    "404": (_responses.json, ErrorDetail),
    "422": (_responses.json, HTTPValidationError),
    "429": (_responses.json, ErrorDetail),
    "500": (_responses.json, ErrorDetail),
}
_SUCCESSES: frozenset[str] = frozenset(["200"])


def build_request(
    task_id: str,
) -> _requests.Request:
    """Return the request as plain data, without sending it. The arguments are those of `sync`.

    Raises:
        errors.InvalidRequest: An argument cannot be sent, such as a date-time without an offset.
    """
    return _requests.build(
        "GET",
        "/v1/tasks/{task_id}".format(
            task_id=_requests.path_value(task_id),
        ),
    )


def parse_response(response: httpx.Response) -> GetTaskResult:
    """Parse a response of this operation, however it was received.

    Raises:
        errors.UnexpectedStatus: The status is not documented.
        errors.UndecodableBody: The body is not in the documented format, such as HTML in place of JSON.
        errors.InvalidBody: The body does not fit its type; the message names the path.
    """
    parsed: GetTaskResult = _responses.parse("get_task", _READERS, response)
    return parsed


def sync_detailed(
    task_id: str,
    *,
    client: _AuthenticatedClient,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> _Response[GetTaskResult]:
    """Call the operation and return the status and the headers with the parsed body, for documented errors too.

    The arguments are those of `sync`. An undocumented status raises unless the client is told to return it.
    """
    return _calls.call(
        client,
        build_request(
            task_id=task_id,
        ),
        parse_response,
        headers,
        timeout,
    )


def sync(
    task_id: str,
    *,
    client: _AuthenticatedClient,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> Task:
    """Get one task in full.

    The whole task: its status, latest input, latest result and times. Poll it after `invoke_agent_async` until
    `status` is neither `pending` nor `executing`. A continued conversation shows its latest turn here; the turns
    before it are in the thread.

    Args:
        task_id: Id of the task.
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
        task_id=task_id,
        client=client,
        headers=headers,
        timeout=timeout,
    )
    parsed: Task = _responses.success("get_task", _READERS, _SUCCESSES, response)
    return parsed


async def asyncio_detailed(
    task_id: str,
    *,
    client: _AuthenticatedClient,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> _Response[GetTaskResult]:
    """Call the operation as `sync_detailed` does, asynchronously."""
    return await _calls.acall(
        client,
        build_request(
            task_id=task_id,
        ),
        parse_response,
        headers,
        timeout,
    )


async def asyncio(
    task_id: str,
    *,
    client: _AuthenticatedClient,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> Task:
    """Call the operation as `sync` does, asynchronously."""
    response = await asyncio_detailed(
        task_id=task_id,
        client=client,
        headers=headers,
        timeout=timeout,
    )
    parsed: Task = _responses.success("get_task", _READERS, _SUCCESSES, response)
    return parsed
