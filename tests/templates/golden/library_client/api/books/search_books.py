"""Search the catalogue: `GET /books`."""

import datetime
from collections.abc import Mapping
from typing import TypeAlias
from uuid import UUID

import httpx

from ... import calls as _calls
from ... import requests as _requests
from ... import responses as _responses
from ...client import Client as _Client
from ...client import Timeout as _Timeout
from ...models.book import Book
from ...models.genre import Genre
from ...models.problem import Problem
from ...models.search_filter import SearchFilter
from ...types import UNSET, Unset
from ...types import Response as _Response

SearchBooksResult: TypeAlias = list[Book] | None | Problem | str
"""The body of a success or of a documented error."""

_READERS: _responses.Readers = {
    "200": (_responses.json, list[Book]),
    "304": (_responses.no_body, None),
    "4XX": (_responses.json, Problem),
    "default": (_responses.text, str),
}
_SUCCESSES: frozenset[str] = frozenset(["200"])


def build_request(
    *,
    genres: list[Genre] | Unset = UNSET,
    published_after: datetime.date | Unset = UNSET,
    available_only: bool | Unset = False,
    changed_since: datetime.datetime | None | Unset = UNSET,
    filter_: SearchFilter | Unset = UNSET,
    class_: str | Unset = UNSET,
    timeout: int | Unset = UNSET,
    client_query: str | Unset = UNSET,
    headers: str | Unset = UNSET,
    body: str | Unset = UNSET,
    x_request_id: Unset | UUID = UNSET,
    x_dry_run: bool | Unset = UNSET,
    x_branch: int | Unset = UNSET,
    x_note: str | Unset = 'it\'s "quoted"',
    session: str | Unset = UNSET,
) -> _requests.Request:
    """Return the request as plain data, without sending it. The arguments are those of `sync`.

    Raises:
        errors.InvalidRequest: An argument cannot be sent, such as a date-time without an offset.
    """
    return _requests.build(
        "GET",
        "/books",
        query={
            "genres": genres,
            "published-after": published_after,
            "availableOnly": available_only,
            "changed_since": changed_since,
            "filter": filter_,
            "class": class_,
            "timeout": timeout,
            "client": client_query,
            "headers": headers,
            "body": body,
        },
        headers={
            "X-Request-Id": x_request_id,
            "X-Dry-Run": x_dry_run,
            "X-Branch": x_branch,
            "X-Note": x_note,
        },
        cookies={
            "session": session,
        },
    )


def parse_response(response: httpx.Response) -> SearchBooksResult:
    """Parse a response of this operation, however it was received.

    Raises:
        errors.UnexpectedStatus: The status is not documented.
        errors.UndecodableBody: The body is not in the documented format, such as HTML in place of JSON.
        errors.InvalidBody: The body does not fit its type; the message names the path.
    """
    parsed: SearchBooksResult = _responses.parse("search_books", _READERS, response)
    return parsed


def sync_detailed(
    *,
    client: _Client,
    genres: list[Genre] | Unset = UNSET,
    published_after: datetime.date | Unset = UNSET,
    available_only: bool | Unset = False,
    changed_since: datetime.datetime | None | Unset = UNSET,
    filter_: SearchFilter | Unset = UNSET,
    class_: str | Unset = UNSET,
    timeout: int | Unset = UNSET,
    client_query: str | Unset = UNSET,
    headers: str | Unset = UNSET,
    body: str | Unset = UNSET,
    x_request_id: Unset | UUID = UNSET,
    x_dry_run: bool | Unset = UNSET,
    x_branch: int | Unset = UNSET,
    x_note: str | Unset = 'it\'s "quoted"',
    session: str | Unset = UNSET,
    headers_: Mapping[str, str] | None = None,
    timeout_: _Timeout | Unset = UNSET,
) -> _Response[SearchBooksResult]:
    """Call the operation and return the status and the headers with the parsed body, for documented errors too.

    The arguments are those of `sync`. An undocumented status raises unless the client is told to return it.
    """
    return _calls.call(
        client,
        build_request(
            genres=genres,
            published_after=published_after,
            available_only=available_only,
            changed_since=changed_since,
            filter_=filter_,
            class_=class_,
            timeout=timeout,
            client_query=client_query,
            headers=headers,
            body=body,
            x_request_id=x_request_id,
            x_dry_run=x_dry_run,
            x_branch=x_branch,
            x_note=x_note,
            session=session,
        ),
        parse_response,
        headers_,
        timeout_,
    )


def sync(
    *,
    client: _Client,
    genres: list[Genre] | Unset = UNSET,
    published_after: datetime.date | Unset = UNSET,
    available_only: bool | Unset = False,
    changed_since: datetime.datetime | None | Unset = UNSET,
    filter_: SearchFilter | Unset = UNSET,
    class_: str | Unset = UNSET,
    timeout: int | Unset = UNSET,
    client_query: str | Unset = UNSET,
    headers: str | Unset = UNSET,
    body: str | Unset = UNSET,
    x_request_id: Unset | UUID = UNSET,
    x_dry_run: bool | Unset = UNSET,
    x_branch: int | Unset = UNSET,
    x_note: str | Unset = 'it\'s "quoted"',
    session: str | Unset = UNSET,
    headers_: Mapping[str, str] | None = None,
    timeout_: _Timeout | Unset = UNSET,
) -> list[Book]:
    """Search the catalogue.

    Args:
        genres: Any of these genres.
        published_after: Sent as `published-after`.
        available_only: Sent as `availableOnly`.
        changed_since: Sent as `changed_since`.
        filter_: A filter whose fields become query parameters of their own.
        class_: Sent as `class`.
        timeout: A parameter with the name of an option of the client.
        client_query: Sent as `client`.
        headers: Sent as `headers`.
        body: Sent as `body`.
        x_request_id: Sent as `X-Request-Id`.
        x_dry_run: Sent as `X-Dry-Run`.
        x_branch: Sent as `X-Branch`.
        x_note: Sent as `X-Note`.
        session: Sent as `session`.
        client: The client to send with.
        headers_: Headers of this call, which take precedence over those of the client.
        timeout_: Limits of this call in seconds, in place of those of the client; None waits without limit.

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
        genres=genres,
        published_after=published_after,
        available_only=available_only,
        changed_since=changed_since,
        filter_=filter_,
        class_=class_,
        timeout=timeout,
        client_query=client_query,
        headers=headers,
        body=body,
        x_request_id=x_request_id,
        x_dry_run=x_dry_run,
        x_branch=x_branch,
        x_note=x_note,
        session=session,
        client=client,
        headers_=headers_,
        timeout_=timeout_,
    )
    parsed: list[Book] = _responses.success("search_books", _READERS, _SUCCESSES, response)
    return parsed


async def asyncio_detailed(
    *,
    client: _Client,
    genres: list[Genre] | Unset = UNSET,
    published_after: datetime.date | Unset = UNSET,
    available_only: bool | Unset = False,
    changed_since: datetime.datetime | None | Unset = UNSET,
    filter_: SearchFilter | Unset = UNSET,
    class_: str | Unset = UNSET,
    timeout: int | Unset = UNSET,
    client_query: str | Unset = UNSET,
    headers: str | Unset = UNSET,
    body: str | Unset = UNSET,
    x_request_id: Unset | UUID = UNSET,
    x_dry_run: bool | Unset = UNSET,
    x_branch: int | Unset = UNSET,
    x_note: str | Unset = 'it\'s "quoted"',
    session: str | Unset = UNSET,
    headers_: Mapping[str, str] | None = None,
    timeout_: _Timeout | Unset = UNSET,
) -> _Response[SearchBooksResult]:
    """Call the operation as `sync_detailed` does, asynchronously."""
    return await _calls.acall(
        client,
        build_request(
            genres=genres,
            published_after=published_after,
            available_only=available_only,
            changed_since=changed_since,
            filter_=filter_,
            class_=class_,
            timeout=timeout,
            client_query=client_query,
            headers=headers,
            body=body,
            x_request_id=x_request_id,
            x_dry_run=x_dry_run,
            x_branch=x_branch,
            x_note=x_note,
            session=session,
        ),
        parse_response,
        headers_,
        timeout_,
    )


async def asyncio(
    *,
    client: _Client,
    genres: list[Genre] | Unset = UNSET,
    published_after: datetime.date | Unset = UNSET,
    available_only: bool | Unset = False,
    changed_since: datetime.datetime | None | Unset = UNSET,
    filter_: SearchFilter | Unset = UNSET,
    class_: str | Unset = UNSET,
    timeout: int | Unset = UNSET,
    client_query: str | Unset = UNSET,
    headers: str | Unset = UNSET,
    body: str | Unset = UNSET,
    x_request_id: Unset | UUID = UNSET,
    x_dry_run: bool | Unset = UNSET,
    x_branch: int | Unset = UNSET,
    x_note: str | Unset = 'it\'s "quoted"',
    session: str | Unset = UNSET,
    headers_: Mapping[str, str] | None = None,
    timeout_: _Timeout | Unset = UNSET,
) -> list[Book]:
    """Call the operation as `sync` does, asynchronously."""
    response = await asyncio_detailed(
        genres=genres,
        published_after=published_after,
        available_only=available_only,
        changed_since=changed_since,
        filter_=filter_,
        class_=class_,
        timeout=timeout,
        client_query=client_query,
        headers=headers,
        body=body,
        x_request_id=x_request_id,
        x_dry_run=x_dry_run,
        x_branch=x_branch,
        x_note=x_note,
        session=session,
        client=client,
        headers_=headers_,
        timeout_=timeout_,
    )
    parsed: list[Book] = _responses.success("search_books", _READERS, _SUCCESSES, response)
    return parsed
