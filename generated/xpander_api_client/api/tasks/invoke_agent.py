"""Run an agent and wait for the task to end: `POST /v1/agents/{agent_id}/invoke`.

Runs the agent on the input and answers when the task is in a final state. Send the `id` of an earlier task to
continue its conversation: that task is updated and no new one is made.
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
from ...models.invoke_request import InvokeRequest
from ...models.task import Task
from ...types import UNSET, Unset
from ...types import Response as _Response

InvokeAgentResult: TypeAlias = Task | ErrorDetail | HTTPValidationError
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
    agent_id: str,
    *,
    body: InvokeRequest,
    version: str | Unset = UNSET,
) -> _requests.Request:
    """Return the request as plain data, without sending it. The arguments are those of `sync`.

    Raises:
        errors.InvalidRequest: An argument cannot be sent, such as a date-time without an offset.
    """
    return _requests.build(
        "POST",
        "/v1/agents/{agent_id}/invoke".format(
            agent_id=_requests.path_value(agent_id),
        ),
        query={
            "version": version,
        },
        body=_requests.json_body(body),
    )


def parse_response(response: httpx.Response) -> InvokeAgentResult:
    """Parse a response of this operation, however it was received.

    Raises:
        errors.UnexpectedStatus: The status is not documented.
        errors.UndecodableBody: The body is not in the documented format, such as HTML in place of JSON.
        errors.InvalidBody: The body does not fit its type; the message names the path.
    """
    parsed: InvokeAgentResult = _responses.parse("invoke_agent", _READERS, response)
    return parsed


def sync_detailed(
    agent_id: str,
    *,
    client: _AuthenticatedClient,
    body: InvokeRequest,
    version: str | Unset = UNSET,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> _Response[InvokeAgentResult]:
    """Call the operation and return the status and the headers with the parsed body, for documented errors too.

    The arguments are those of `sync`. An undocumented status raises unless the client is told to return it.
    """
    return _calls.call(
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
    client: _AuthenticatedClient,
    body: InvokeRequest,
    version: str | Unset = UNSET,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> Task:
    """Run an agent and wait for the task to end.

    Runs the agent on the input and answers when the task is in a final state. Send the `id` of an earlier task to
    continue its conversation: that task is updated and no new one is made.

    Args:
        agent_id: Id of the agent.
        version: Version of the agent to run; `draft` runs one that is not deployed.
        client: The client to send with.
        body: A turn for an agent to run.
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
        agent_id=agent_id,
        version=version,
        body=body,
        client=client,
        headers=headers,
        timeout=timeout,
    )
    parsed: Task = _responses.success("invoke_agent", _READERS, _SUCCESSES, response)
    return parsed


async def asyncio_detailed(
    agent_id: str,
    *,
    client: _AuthenticatedClient,
    body: InvokeRequest,
    version: str | Unset = UNSET,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> _Response[InvokeAgentResult]:
    """Call the operation as `sync_detailed` does, asynchronously."""
    return await _calls.acall(
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
    client: _AuthenticatedClient,
    body: InvokeRequest,
    version: str | Unset = UNSET,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> Task:
    """Call the operation as `sync` does, asynchronously."""
    response = await asyncio_detailed(
        agent_id=agent_id,
        version=version,
        body=body,
        client=client,
        headers=headers,
        timeout=timeout,
    )
    parsed: Task = _responses.success("invoke_agent", _READERS, _SUCCESSES, response)
    return parsed
