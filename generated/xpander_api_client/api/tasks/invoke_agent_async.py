"""Run an agent in the background: `POST /v1/agents/{agent_id}/invoke/async`.

Answers at once with a task that is pending or executing, and lists it from then on. Follow it with `get_task`.
Send the `id` of an earlier task to continue its conversation: that task is updated and no new one is made.
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
from ...models.invoke_request import InvokeRequest
from ...models.task import Task
from ...types import UNSET, Unset
from ...types import Response as _Response

InvokeAgentAsyncResult: TypeAlias = Task | ErrorDetail | HTTPValidationError
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
    agent_id: str,
    *,
    body: InvokeRequest,
    version: str | Unset = UNSET,
) -> _Request:
    """Return the request as plain data; nothing is sent. The arguments are those of `sync`.

    Raises:
        errors.InvalidRequest: An argument cannot be sent, such as a date-time without an offset.
    """
    return _api.request(
        "POST",
        "/v1/agents/{agent_id}/invoke/async".format(
            agent_id=_api.path_value(agent_id),
        ),
        query={
            "version": version,
        },
        body=_api.json_body(body),
    )


def parse_response(response: httpx.Response) -> InvokeAgentAsyncResult:
    """Return what an answer says; nothing is sent.

    Raises:
        errors.UnexpectedStatus: The status is not documented.
        errors.UndecodableBody: The body is not what the status promises, such as no JSON.
        errors.InvalidBody: The body does not fit its type; the message names the path.
    """
    parsed: InvokeAgentAsyncResult = _api.read("invoke_agent_async", _READERS, response)
    return parsed


def sync_detailed(
    agent_id: str,
    *,
    client: _Client,
    body: InvokeRequest,
    version: str | Unset = UNSET,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> _Response[InvokeAgentAsyncResult]:
    """As `sync`, but returns the status and the headers too, with what was read as `parsed`."""
    return _api.call(
        client,
        build_request(
            agent_id=agent_id,
            version=version,
            body=body,
        ),
        parse_response,
        headers,
        timeout,
    )


def sync(
    agent_id: str,
    *,
    client: _Client,
    body: InvokeRequest,
    version: str | Unset = UNSET,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> InvokeAgentAsyncResult | _Response[InvokeAgentAsyncResult]:
    """Run an agent in the background.

    Answers at once with a task that is pending or executing, and lists it from then on. Follow it with `get_task`.
    Send the `id` of an earlier task to continue its conversation: that task is updated and no new one is made.

    Args:
        agent_id: Id of the agent.
        version: Version of the agent to run; `draft` runs one that is not deployed.
        client: Where to send it, with the credentials.
        body: A turn for an agent to run.
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
        version=version,
        body=body,
        client=client,
        headers=headers,
        timeout=timeout,
    ).result()


async def asyncio_detailed(
    agent_id: str,
    *,
    client: _Client,
    body: InvokeRequest,
    version: str | Unset = UNSET,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> _Response[InvokeAgentAsyncResult]:
    """As `sync_detailed`, asynchronously."""
    return await _api.acall(
        client,
        build_request(
            agent_id=agent_id,
            version=version,
            body=body,
        ),
        parse_response,
        headers,
        timeout,
    )


async def asyncio(
    agent_id: str,
    *,
    client: _Client,
    body: InvokeRequest,
    version: str | Unset = UNSET,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> InvokeAgentAsyncResult | _Response[InvokeAgentAsyncResult]:
    """As `sync`, asynchronously."""
    response = await asyncio_detailed(
        agent_id=agent_id,
        version=version,
        body=body,
        client=client,
        headers=headers,
        timeout=timeout,
    )
    return response.result()
