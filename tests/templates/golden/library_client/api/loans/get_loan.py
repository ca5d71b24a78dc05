"""get_loan: `GET /loans/{loan_id}/{day}/{class_}`."""

import datetime
from collections.abc import Mapping
from typing import TypeAlias
from uuid import UUID

import httpx

from ... import calls as _calls
from ... import requests as _requests
from ... import responses as _responses
from ...client import AuthenticatedClient as _AuthenticatedClient
from ...client import Timeout as _Timeout
from ...models.loan import Loan
from ...models.rank import Rank
from ...types import UNSET, Unset
from ...types import Response as _Response

GetLoanResult: TypeAlias = Loan
"""The body of a success or of a documented error."""

_READERS: _responses.Readers = {
    "200": (_responses.json, Loan),
}
_SUCCESSES: frozenset[str] = frozenset(["200"])


def build_request(
    loan_id: UUID,
    day: datetime.date,
    class_: Rank,
) -> _requests.Request:
    """Return the request as plain data, without sending it. The arguments are those of `sync`.

    Raises:
        errors.InvalidRequest: An argument cannot be sent, such as a date-time without an offset.
    """
    return _requests.build(
        "GET",
        "/loans/{loan_id}/{day}/{class_}".format(
            loan_id=_requests.path_value(loan_id),
            day=_requests.path_value(day),
            class_=_requests.path_value(class_),
        ),
    )


def parse_response(response: httpx.Response) -> GetLoanResult:
    """Parse a response of this operation, however it was received.

    Raises:
        errors.UnexpectedStatus: The status is not documented.
        errors.UndecodableBody: The body is not in the documented format, such as HTML in place of JSON.
        errors.InvalidBody: The body does not fit its type; the message names the path.
    """
    parsed: GetLoanResult = _responses.parse("get_loan", _READERS, response)
    return parsed


def sync_detailed(
    loan_id: UUID,
    day: datetime.date,
    class_: Rank,
    *,
    client: _AuthenticatedClient,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> _Response[GetLoanResult]:
    """Call the operation and return the status and the headers with the parsed body, for documented errors too.

    The arguments are those of `sync`. An undocumented status raises unless the client is told to return it.
    """
    return _calls.call(
        client,
        build_request(
            loan_id=loan_id,
            day=day,
            class_=class_,
        ),
        parse_response,
        headers,
        timeout,
    )


def sync(
    loan_id: UUID,
    day: datetime.date,
    class_: Rank,
    *,
    client: _AuthenticatedClient,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> Loan:
    """get_loan.

    Args:
        loan_id: Sent as `loan-id`.
        day: Sent as `day`.
        class_: How often a book is asked for.
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
        loan_id=loan_id,
        day=day,
        class_=class_,
        client=client,
        headers=headers,
        timeout=timeout,
    )
    parsed: Loan = _responses.success("get_loan", _READERS, _SUCCESSES, response)
    return parsed


async def asyncio_detailed(
    loan_id: UUID,
    day: datetime.date,
    class_: Rank,
    *,
    client: _AuthenticatedClient,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> _Response[GetLoanResult]:
    """Call the operation as `sync_detailed` does, asynchronously."""
    return await _calls.acall(
        client,
        build_request(
            loan_id=loan_id,
            day=day,
            class_=class_,
        ),
        parse_response,
        headers,
        timeout,
    )


async def asyncio(
    loan_id: UUID,
    day: datetime.date,
    class_: Rank,
    *,
    client: _AuthenticatedClient,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> Loan:
    """Call the operation as `sync` does, asynchronously."""
    response = await asyncio_detailed(
        loan_id=loan_id,
        day=day,
        class_=class_,
        client=client,
        headers=headers,
        timeout=timeout,
    )
    parsed: Loan = _responses.success("get_loan", _READERS, _SUCCESSES, response)
    return parsed
