"""Run an agent and receive its events as they happen: `POST /v1/agents/{agent_id}/invoke/stream`.

Answers with server-sent events, one `TaskEvent` as JSON in each `data:` line. Usually `connected` (it may be
missing), `task_created`, `task_updated`, the events of the work itself, `chunk` events whose strings joined are
the answer, and last `task_finished` with the finished task. Send the `id` of an earlier task to continue its
conversation: that task is updated and no new one is made.
"""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import TypeAlias

import httpx

from ... import api as _api
from ...client import Client as _Client
from ...client import Request as _Request
from ...client import Timeout as _Timeout
from ...models.error_detail import ErrorDetail
from ...models.http_validation_error import HTTPValidationError
from ...models.invoke_request import InvokeRequest
from ...models.task_event import TaskEvent
from ...types import UNSET, Unset
from ...types import Response as _Response

InvokeAgentStreamResult: TypeAlias = list[TaskEvent] | ErrorDetail | HTTPValidationError
"""What is read from an answer: the success, or a documented error."""

_READERS: _api.Readers = {
    "200": (_api.events, TaskEvent),
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
        "/v1/agents/{agent_id}/invoke/stream".format(
            agent_id=_api.path_value(agent_id),
        ),
        query={
            "version": version,
        },
        headers={
            "accept": "text/event-stream",
        },
        body=_api.json_body(body),
    )


def parse_response(response: httpx.Response) -> InvokeAgentStreamResult:
    """Return what an answer says; nothing is sent.

    Raises:
        errors.UnexpectedStatus: The status is not documented.
        errors.UndecodableBody: The body is not what the status promises, such as no JSON.
        errors.InvalidBody: The body does not fit its type; the message names the path.
    """
    parsed: InvokeAgentStreamResult = _api.read("invoke_agent_stream", _READERS, response)
    return parsed


def sync_detailed(
    agent_id: str,
    *,
    client: _Client,
    body: InvokeRequest,
    version: str | Unset = UNSET,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> _Response[InvokeAgentStreamResult]:
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
        patient=True,
    )


def sync(
    agent_id: str,
    *,
    client: _Client,
    body: InvokeRequest,
    version: str | Unset = UNSET,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> InvokeAgentStreamResult | _Response[InvokeAgentStreamResult]:
    """Run an agent and receive its events as they happen.

    Answers with server-sent events, one `TaskEvent` as JSON in each `data:` line. Usually `connected` (it may be
    missing), `task_created`, `task_updated`, the events of the work itself, `chunk` events whose strings joined are
    the answer, and last `task_finished` with the finished task. Send the `id` of an earlier task to continue its
    conversation: that task is updated and no new one is made.

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
) -> _Response[InvokeAgentStreamResult]:
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
        patient=True,
    )


async def asyncio(
    agent_id: str,
    *,
    client: _Client,
    body: InvokeRequest,
    version: str | Unset = UNSET,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> InvokeAgentStreamResult | _Response[InvokeAgentStreamResult]:
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


def parse_event(data: str) -> TaskEvent:
    """Return what the data of one event say; nothing is sent.

    Raises:
        errors.UndecodableBody: It is not JSON.
        errors.InvalidBody: It does not fit its type; the message names the path.
    """
    parsed: TaskEvent = _api.event("invoke_agent_stream", 200, data.encode(), TaskEvent)
    return parsed


def stream(
    agent_id: str,
    *,
    client: _Client,
    body: InvokeRequest,
    version: str | Unset = UNSET,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> AbstractContextManager[Iterator[TaskEvent]]:
    """Send the request and iterate over the events as they arrive, inside a `with` block.

    The arguments are those of `sync`. Unless `timeout` is given, reading waits for the next event without limit.

    Raises:
        errors.ErrorResponse: The answer is a documented error; `parsed` is its body.
        errors.UnexpectedStatus: The status is not documented.
        errors.UndecodableBody: The answer has no events, or an event is not JSON.
        errors.InvalidBody: An event does not fit its type; the message names the path.
        httpx.TransportError: The connection failed, or a limit was passed.
    """
    return _api.stream(
        client,
        build_request(
            agent_id=agent_id,
            version=version,
            body=body,
        ),
        "invoke_agent_stream",
        _READERS,
        headers,
        timeout,
    )


def astream(
    agent_id: str,
    *,
    client: _Client,
    body: InvokeRequest,
    version: str | Unset = UNSET,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> AbstractAsyncContextManager[AsyncIterator[TaskEvent]]:
    """As `stream`, asynchronously, inside an `async with` block."""
    return _api.astream(
        client,
        build_request(
            agent_id=agent_id,
            version=version,
            body=body,
        ),
        "invoke_agent_stream",
        _READERS,
        headers,
        timeout,
    )
