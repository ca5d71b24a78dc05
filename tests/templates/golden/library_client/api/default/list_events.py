"""list_events: `GET /events`."""

from collections.abc import Mapping
from typing import TypeAlias

import httpx

from ... import api as _api
from ...client import Client as _Client
from ...client import Request as _Request
from ...client import Timeout as _Timeout
from ...models.closed import Closed
from ...models.loan import Loan
from ...models.opened import Opened
from ...types import UNSET, Unset
from ...types import Response as _Response

ListEventsResult: TypeAlias = list[Closed | Opened] | Loan
"""What is read from an answer: the success, or a documented error."""

_READERS: _api.Readers = {
    "200": (_api.json, list[Closed | Opened] | Loan),
}


def build_request() -> _Request:
    """Return the request as plain data; nothing is sent. The arguments are those of `sync`.

    Raises:
        errors.InvalidRequest: An argument cannot be sent, such as a date-time without an offset.
    """
    return _api.request(
        "GET",
        "/events",
    )


def parse_response(response: httpx.Response) -> ListEventsResult:
    """Return what an answer says; nothing is sent.

    Raises:
        errors.UnexpectedStatus: The status is not documented.
        errors.UndecodableBody: The body is not what the status promises, such as no JSON.
        errors.InvalidBody: The body does not fit its type; the message names the path.
    """
    parsed: ListEventsResult = _api.read("list_events", _READERS, response)
    return parsed


def sync_detailed(
    *,
    client: _Client,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> _Response[ListEventsResult]:
    """As `sync`, but returns the status and the headers too, with what was read as `parsed`."""
    return _api.call(client, build_request(), parse_response, headers, timeout)


def sync(
    *,
    client: _Client,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> ListEventsResult | _Response[ListEventsResult]:
    """list_events.

    Args:
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
        client=client,
        headers=headers,
        timeout=timeout,
    ).result()


async def asyncio_detailed(
    *,
    client: _Client,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> _Response[ListEventsResult]:
    """As `sync_detailed`, asynchronously."""
    return await _api.acall(client, build_request(), parse_response, headers, timeout)


async def asyncio(
    *,
    client: _Client,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> ListEventsResult | _Response[ListEventsResult]:
    """As `sync`, asynchronously."""
    response = await asyncio_detailed(
        client=client,
        headers=headers,
        timeout=timeout,
    )
    return response.result()
