"""Stop a task: `POST /v1/tasks/{task_id}/stop`.

Takes a pending, executing or paused task to `stopped`, sets `is_manually_stopped`, and returns the updated
task. Idempotent: a task that is completed, failed, in error or stopped already comes back unchanged.
"""

from collections.abc import Mapping
from typing import TypeAlias

import httpx

from ... import api as _api
from ...client import Client as _Client
from ...client import Request as _Request
from ...client import Timeout as _Timeout
from ...models.error_detail import ErrorDetail
from ...models.http_validation_error import HTTPValidationError
from ...models.task import Task
from ...types import UNSET, Unset
from ...types import Response as _Response

StopTaskResult: TypeAlias = Task | ErrorDetail | HTTPValidationError
"""What is read from an answer: the success, or a documented error."""

_READERS: _api.Readers = {
    "200": (_api.json, Task),
    "401": (_api.json, ErrorDetail),
    "403": (_api.json, ErrorDetail),
    "404": (_api.json, ErrorDetail),
    "422": (_api.json, HTTPValidationError),
    "429": (_api.json, ErrorDetail),
    "500": (_api.json, ErrorDetail),
}


def build_request(
    task_id: str,
) -> _Request:
    """Return the request as plain data; nothing is sent. The arguments are those of `sync`.

    Raises:
        errors.InvalidRequest: An argument cannot be sent, such as a date-time without an offset.
    """
    return _api.request(
        "POST",
        "/v1/tasks/{task_id}/stop".format(
            task_id=_api.path_value(task_id),
        ),
    )


def parse_response(response: httpx.Response) -> StopTaskResult:
    """Return what an answer says; nothing is sent.

    Raises:
        errors.UnexpectedStatus: The status is not documented.
        errors.UndecodableBody: The body is not what the status promises, such as no JSON.
        errors.InvalidBody: The body does not fit its type; the message names the path.
    """
    parsed: StopTaskResult = _api.read("stop_task", _READERS, response)
    return parsed


def sync_detailed(
    task_id: str,
    *,
    client: _Client,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> _Response[StopTaskResult]:
    """As `sync`, but returns the status and the headers too, with what was read as `parsed`."""
    return _api.call(
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
    client: _Client,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> StopTaskResult | _Response[StopTaskResult]:
    """Stop a task.

    Takes a pending, executing or paused task to `stopped`, sets `is_manually_stopped`, and returns the updated
    task. Idempotent: a task that is completed, failed, in error or stopped already comes back unchanged.

    Args:
        task_id: Id of the task.
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
        task_id=task_id,
        client=client,
        headers=headers,
        timeout=timeout,
    ).result()


async def asyncio_detailed(
    task_id: str,
    *,
    client: _Client,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> _Response[StopTaskResult]:
    """As `sync_detailed`, asynchronously."""
    return await _api.acall(
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
    client: _Client,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> StopTaskResult | _Response[StopTaskResult]:
    """As `sync`, asynchronously."""
    response = await asyncio_detailed(
        task_id=task_id,
        client=client,
        headers=headers,
        timeout=timeout,
    )
    return response.result()
