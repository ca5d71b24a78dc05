"""put_cover: `PUT /books/{isbn}/cover`."""

from collections.abc import Mapping
from typing import TypeAlias

import httpx

from ... import calls as _calls
from ... import requests as _requests
from ... import responses as _responses
from ...client import Client as _Client
from ...client import Timeout as _Timeout
from ...types import UNSET, File, Unset
from ...types import Response as _Response

PutCoverResult: TypeAlias = None
"""The body of a success or of a documented error."""

_READERS: _responses.Readers = {
    "204": (_responses.no_body, None),
}
_SUCCESSES: frozenset[str] = frozenset(["204"])


def build_request(
    isbn: str,
    *,
    body: File,
) -> _requests.Request:
    """Return the request as plain data, without sending it. The arguments are those of `sync`.

    Raises:
        errors.InvalidRequest: An argument cannot be sent, such as a date-time without an offset.
    """
    return _requests.build(
        "PUT",
        "/books/{isbn}/cover".format(
            isbn=_requests.path_value(isbn),
        ),
        body=_requests.file_body(body),
    )


def parse_response(response: httpx.Response) -> PutCoverResult:
    """Parse a response of this operation, however it was received.

    Raises:
        errors.UnexpectedStatus: The status is not documented.
        errors.UndecodableBody: The body is not in the documented format, such as HTML in place of JSON.
        errors.InvalidBody: The body does not fit its type; the message names the path.
    """
    parsed: PutCoverResult = _responses.parse("put_cover", _READERS, response)
    return parsed


def sync_detailed(
    isbn: str,
    *,
    client: _Client,
    body: File,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> _Response[PutCoverResult]:
    """Call the operation and return the status and the headers with the parsed body, for documented errors too.

    The arguments are those of `sync`. An undocumented status raises unless the client is told to return it.
    """
    return _calls.call(
        client,
        build_request(
            isbn=isbn,
            body=body,
        ),
        parse_response,
        headers,
        timeout,
    )


def sync(
    isbn: str,
    *,
    client: _Client,
    body: File,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> None:
    """put_cover.

    Args:
        isbn: Sent as `isbn`.
        client: The client to send with.
        body: The body of the request.
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
        isbn=isbn,
        body=body,
        client=client,
        headers=headers,
        timeout=timeout,
    )
    parsed: None = _responses.success("put_cover", _READERS, _SUCCESSES, response)
    return parsed


async def asyncio_detailed(
    isbn: str,
    *,
    client: _Client,
    body: File,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> _Response[PutCoverResult]:
    """Call the operation as `sync_detailed` does, asynchronously."""
    return await _calls.acall(
        client,
        build_request(
            isbn=isbn,
            body=body,
        ),
        parse_response,
        headers,
        timeout,
    )


async def asyncio(
    isbn: str,
    *,
    client: _Client,
    body: File,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> None:
    """Call the operation as `sync` does, asynchronously."""
    response = await asyncio_detailed(
        isbn=isbn,
        body=body,
        client=client,
        headers=headers,
        timeout=timeout,
    )
    parsed: None = _responses.success("put_cover", _READERS, _SUCCESSES, response)
    return parsed
