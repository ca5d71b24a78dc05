"""get_loan: `GET /loans/{loan_id}/{day}/{class_}`."""

import datetime
from collections.abc import Mapping
from typing import TypeAlias
from uuid import UUID

import httpx

from ... import api as _api
from ...client import AuthenticatedClient as _AuthenticatedClient
from ...client import Request as _Request
from ...client import Timeout as _Timeout
from ...models.loan import Loan
from ...models.rank import Rank
from ...types import UNSET, Unset
from ...types import Response as _Response

GetLoanResult: TypeAlias = Loan
"""What is read from an answer: the success, or a documented error."""

_READERS: _api.Readers = {
    "200": (_api.json, Loan),
}


def build_request(
    loan_id: UUID,
    day: datetime.date,
    class_: Rank,
) -> _Request:
    """Return the request as plain data; nothing is sent. The arguments are those of `sync`.

    Raises:
        errors.InvalidRequest: An argument cannot be sent, such as a date-time without an offset.
    """
    return _api.request(
        "GET",
        "/loans/{loan_id}/{day}/{class_}".format(
            loan_id=_api.path_value(loan_id),
            day=_api.path_value(day),
            class_=_api.path_value(class_),
        ),
    )


def parse_response(response: httpx.Response) -> GetLoanResult:
    """Return what an answer says; nothing is sent.

    Raises:
        errors.UnexpectedStatus: The status is not documented.
        errors.UndecodableBody: The body is not what the status promises, such as no JSON.
        errors.InvalidBody: The body does not fit its type; the message names the path.
    """
    parsed: GetLoanResult = _api.read("get_loan", _READERS, response)
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
    """As `sync`, but returns the status and the headers too, with what was read as `parsed`."""
    return _api.call(
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
) -> GetLoanResult | _Response[GetLoanResult]:
    """get_loan.

    Args:
        loan_id: Sent as `loan-id`.
        day: Sent as `day`.
        class_: How often a book is asked for.
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
        loan_id=loan_id,
        day=day,
        class_=class_,
        client=client,
        headers=headers,
        timeout=timeout,
    ).result()


async def asyncio_detailed(
    loan_id: UUID,
    day: datetime.date,
    class_: Rank,
    *,
    client: _AuthenticatedClient,
    headers: Mapping[str, str] | None = None,
    timeout: _Timeout | Unset = UNSET,
) -> _Response[GetLoanResult]:
    """As `sync_detailed`, asynchronously."""
    return await _api.acall(
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
) -> GetLoanResult | _Response[GetLoanResult]:
    """As `sync`, asynchronously."""
    response = await asyncio_detailed(
        loan_id=loan_id,
        day=day,
        class_=class_,
        client=client,
        headers=headers,
        timeout=timeout,
    )
    return response.result()
