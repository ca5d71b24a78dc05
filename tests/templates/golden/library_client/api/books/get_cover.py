"""get_cover: `GET /books/{isbn}/cover`."""

from collections.abc import Mapping
from typing import TypeAlias

import httpx

from ... import api as _api
from ...client import Client as _Client
from ...client import Request as _Request
from ...client import Timeout as _Timeout
from ...types import UNSET, Unset
from ...types import Response as _Response

GetCoverResult: TypeAlias = bytes | int
"""What is read from an answer: the success, or a documented error."""

_READERS: _api.Readers = {
    "200": (_api.binary, bytes),
    "404": (_api.text, int),
}


def build_request(
    isbn: str,
) -> _Request:
    """Return the request as plain data; nothing is sent. The arguments are those of `sync`.

    Raises:
        errors.InvalidRequest: An argument cannot be sent, such as a date-time without an offset.
    """
    return _api.request(
        "GET",
        "/books/{isbn}/cover".format(
            isbn=_api.path_value(isbn),
        ),
    )


def parse_response(response: httpx.Response) -> GetCoverResult:
    """Return what an answer says; nothing is sent.

    Raises:
        errors.UnexpectedStatus: The status is not documented.
        errors.UndecodableBody: The body is not what the status promises, such as no JSON.
        errors.InvalidBody: The body does not fit its type; the message names the path.
    """
    parsed: GetCoverResult = _api.read("get_cover", _READERS, response)
    return parsed


def sync_detailed(
    isbn: str,
    *,
    client: _Client,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> _Response[GetCoverResult]:
    """As `sync`, but returns the status and the headers too, with what was read as `parsed`."""
    return _api.call(
        client,
        build_request(
            isbn=isbn,
        ),
        parse_response,
        headers,
        timeout,
    )


def sync(
    isbn: str,
    *,
    client: _Client,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> GetCoverResult | _Response[GetCoverResult]:
    """get_cover.

    Args:
        isbn: Sent as `isbn`.
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
        isbn=isbn,
        client=client,
        headers=headers,
        timeout=timeout,
    ).result()


async def asyncio_detailed(
    isbn: str,
    *,
    client: _Client,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> _Response[GetCoverResult]:
    """As `sync_detailed`, asynchronously."""
    return await _api.acall(
        client,
        build_request(
            isbn=isbn,
        ),
        parse_response,
        headers,
        timeout,
    )


async def asyncio(
    isbn: str,
    *,
    client: _Client,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> GetCoverResult | _Response[GetCoverResult]:
    """As `sync`, asynchronously."""
    response = await asyncio_detailed(
        isbn=isbn,
        client=client,
        headers=headers,
        timeout=timeout,
    )
    return response.result()
