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

from ... import calls as _calls
from ... import requests as _requests
from ... import responses as _responses
from ...client import AuthenticatedClient as _AuthenticatedClient
from ...client import Timeout as _Timeout
from ...models.error_detail import ErrorDetail
from ...models.http_validation_error import HTTPValidationError
from ...models.invoke_request import InvokeRequest
from ...models.task_event import TaskEvent
from ...types import UNSET, Unset
from ...types import Response as _Response

InvokeAgentStreamResult: TypeAlias = list[TaskEvent] | ErrorDetail | HTTPValidationError
"""The body of a success or of a documented error."""

_READERS: _responses.Readers = {
    "200": (_responses.events, TaskEvent),
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
        "/v1/agents/{agent_id}/invoke/stream".format(
            agent_id=_requests.path_value(agent_id),
        ),
        query={
            "version": version,
        },
        headers={
            "accept": "text/event-stream",
        },
        body=_requests.json_body(body),
    )


def parse_response(response: httpx.Response) -> InvokeAgentStreamResult:
    """Parse a response of this operation, however it was received.

    Raises:
        errors.UnexpectedStatus: The status is not documented.
        errors.UndecodableBody: The body is not in the documented format, such as HTML in place of JSON.
        errors.InvalidBody: The body does not fit its type; the message names the path.
    """
    parsed: InvokeAgentStreamResult = _responses.parse("invoke_agent_stream", _READERS, response)
    return parsed


def sync_detailed(
    agent_id: str,
    *,
    client: _AuthenticatedClient,
    body: InvokeRequest,
    version: str | Unset = UNSET,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> _Response[InvokeAgentStreamResult]:
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
        patient=True,
    )


def sync(
    agent_id: str,
    *,
    client: _AuthenticatedClient,
    body: InvokeRequest,
    version: str | Unset = UNSET,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> list[TaskEvent]:
    """Run an agent and receive its events as they happen.

    Answers with server-sent events, one `TaskEvent` as JSON in each `data:` line. Usually `connected` (it may be
    missing), `task_created`, `task_updated`, the events of the work itself, `chunk` events whose strings joined are
    the answer, and last `task_finished` with the finished task. Send the `id` of an earlier task to continue its
    conversation: that task is updated and no new one is made.

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
    parsed: list[TaskEvent] = _responses.success("invoke_agent_stream", _READERS, _SUCCESSES, response)
    return parsed


async def asyncio_detailed(
    agent_id: str,
    *,
    client: _AuthenticatedClient,
    body: InvokeRequest,
    version: str | Unset = UNSET,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> _Response[InvokeAgentStreamResult]:
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
        patient=True,
    )


async def asyncio(
    agent_id: str,
    *,
    client: _AuthenticatedClient,
    body: InvokeRequest,
    version: str | Unset = UNSET,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> list[TaskEvent]:
    """Call the operation as `sync` does, asynchronously."""
    response = await asyncio_detailed(
        agent_id=agent_id,
        version=version,
        body=body,
        client=client,
        headers=headers,
        timeout=timeout,
    )
    parsed: list[TaskEvent] = _responses.success("invoke_agent_stream", _READERS, _SUCCESSES, response)
    return parsed


def parse_event(data: str) -> TaskEvent:
    """Parse the data of one event, however it was received.

    Raises:
        errors.UndecodableBody: The data is not JSON.
        errors.InvalidBody: The data does not fit its type; the message names the path.
    """
    parsed: TaskEvent = _responses.parse_event("invoke_agent_stream", 200, data.encode(), TaskEvent)
    return parsed


def stream(
    agent_id: str,
    *,
    client: _AuthenticatedClient,
    body: InvokeRequest,
    version: str | Unset = UNSET,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> AbstractContextManager[Iterator[TaskEvent]]:
    """Call the operation and iterate over the events as they arrive, inside a `with` block.

    The arguments are those of `sync`. Unless `timeout` is given, reading waits for the next event without limit.

    Raises:
        errors.ErrorResponse: The response is a documented error; `parsed` is its body.
        errors.UnexpectedStatus: The status is not documented.
        errors.UndecodableBody: The response has no events, or an event is not JSON.
        errors.InvalidBody: An event does not fit its type; the message names the path.
        httpx.TransportError: The connection failed, or a time limit passed.
    """
    return _calls.stream(
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
    client: _AuthenticatedClient,
    body: InvokeRequest,
    version: str | Unset = UNSET,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> AbstractAsyncContextManager[AsyncIterator[TaskEvent]]:
    """Call the operation and iterate over the events as they arrive, inside an `async with` block."""
    return _calls.astream(
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
