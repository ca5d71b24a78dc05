"""add_book: `POST /books`."""

from collections.abc import Mapping
from typing import TypeAlias

import httpx

from ... import api as _api
from ...client import Client as _Client
from ...client import Request as _Request
from ...client import Timeout as _Timeout
from ...models.book import Book
from ...models.book_form import BookForm
from ...models.book_upload import BookUpload
from ...models.response import Response
from ...types import UNSET, Unset
from ...types import Response as _Response

AddBookResult: TypeAlias = Book | Response | None
"""What is read from an answer: the success, or a documented error."""

_READERS: _api.Readers = {
    "200": (_api.json, Book),
    "201": (_api.json, Book),
    "202": (_api.json, Response),
    "204": (_api.no_body, None),
}


def build_request(
    *,
    body: Book | BookForm | BookUpload,
) -> _Request:
    """Return the request as plain data; nothing is sent. The arguments are those of `sync`.

    Raises:
        errors.InvalidRequest: An argument cannot be sent, such as a date-time without an offset.
    """
    return _api.request(
        "POST",
        "/books",
        body=_api.json_body(body)
        if isinstance(body, Book)
        else _api.form_body(body)
        if isinstance(body, BookForm)
        else _api.multipart_body(body),
    )


def parse_response(response: httpx.Response) -> AddBookResult:
    """Return what an answer says; nothing is sent.

    Raises:
        errors.UnexpectedStatus: The status is not documented.
        errors.UndecodableBody: The body is not what the status promises, such as no JSON.
        errors.InvalidBody: The body does not fit its type; the message names the path.
    """
    parsed: AddBookResult = _api.read("add_book", _READERS, response)
    return parsed


def sync_detailed(
    *,
    client: _Client,
    body: Book | BookForm | BookUpload,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> _Response[AddBookResult]:
    """As `sync`, but returns the status and the headers too, with what was read as `parsed`."""
    return _api.call(
        client,
        build_request(
            body=body,
        ),
        parse_response,
        headers,
        timeout,
    )


def sync(
    *,
    client: _Client,
    body: Book | BookForm | BookUpload,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> AddBookResult | _Response[AddBookResult]:
    """add_book.

    Args:
        client: Where to send it, with the credentials.
        body: A book, with "quotes" and a back\\slash.
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
        body=body,
        client=client,
        headers=headers,
        timeout=timeout,
    ).result()


async def asyncio_detailed(
    *,
    client: _Client,
    body: Book | BookForm | BookUpload,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> _Response[AddBookResult]:
    """As `sync_detailed`, asynchronously."""
    return await _api.acall(
        client,
        build_request(
            body=body,
        ),
        parse_response,
        headers,
        timeout,
    )


async def asyncio(
    *,
    client: _Client,
    body: Book | BookForm | BookUpload,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> AddBookResult | _Response[AddBookResult]:
    """As `sync`, asynchronously."""
    response = await asyncio_detailed(
        body=body,
        client=client,
        headers=headers,
        timeout=timeout,
    )
    return response.result()
