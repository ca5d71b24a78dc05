"""list_events: `GET /events`."""

from collections.abc import Mapping
from typing import TypeAlias

import httpx

from ... import calls as _calls
from ... import requests as _requests
from ... import responses as _responses
from ...client import Client as _Client
from ...client import Timeout as _Timeout
from ...models.closed import Closed
from ...models.loan import Loan
from ...models.opened import Opened
from ...types import UNSET, Unset
from ...types import Response as _Response

ListEventsResult: TypeAlias = list[Closed | Opened] | Loan
"""The body of a success or of a documented error."""

_READERS: _responses.Readers = {
    "200": (_responses.json, list[Closed | Opened] | Loan),
}
_SUCCESSES: frozenset[str] = frozenset(["200"])


def build_request() -> _requests.Request:
    """Return the request as plain data, without sending it. The arguments are those of `sync`.

    Raises:
        errors.InvalidRequest: An argument cannot be sent, such as a date-time without an offset.
    """
    return _requests.build(
        "GET",
        "/events",
    )


def parse_response(response: httpx.Response) -> ListEventsResult:
    """Parse a response of this operation, however it was received.

    Raises:
        errors.UnexpectedStatus: The status is not documented.
        errors.UndecodableBody: The body is not in the documented format, such as HTML in place of JSON.
        errors.InvalidBody: The body does not fit its type; the message names the path.
    """
    parsed: ListEventsResult = _responses.parse("list_events", _READERS, response)
    return parsed


def sync_detailed(
    *,
    client: _Client,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> _Response[ListEventsResult]:
    """Call the operation and return the status and the headers with the parsed body, for documented errors too.

    The arguments are those of `sync`. An undocumented status raises unless the client is told to return it.
    """
    return _calls.call(client, build_request(), parse_response, headers, timeout)


def sync(
    *,
    client: _Client,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> list[Closed | Opened] | Loan:
    """list_events.

    Args:
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
        client=client,
        headers=headers,
        timeout=timeout,
    )
    parsed: list[Closed | Opened] | Loan = _responses.success("list_events", _READERS, _SUCCESSES, response)
    return parsed


async def asyncio_detailed(
    *,
    client: _Client,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> _Response[ListEventsResult]:
    """Call the operation as `sync_detailed` does, asynchronously."""
    return await _calls.acall(client, build_request(), parse_response, headers, timeout)


async def asyncio(
    *,
    client: _Client,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> list[Closed | Opened] | Loan:
    """Call the operation as `sync` does, asynchronously."""
    response = await asyncio_detailed(
        client=client,
        headers=headers,
        timeout=timeout,
    )
    parsed: list[Closed | Opened] | Loan = _responses.success("list_events", _READERS, _SUCCESSES, response)
    return parsed
