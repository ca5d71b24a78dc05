"""What is raised for a failed call, and for an answer that cannot be decoded."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import httpx
import msgspec
from xpander_api_client.building import type_name
from xpander_api_client.conversion import decode
from xpander_api_client.models import ErrorDetail, HTTPValidationError

from xpander_tasks import errors
from xpander_tasks._core.credentials import Credentials
from xpander_tasks._core.effects import BODY_ERROR
from xpander_tasks._core.retry import asked_delay, is_mislabelled, was_never_sent
from xpander_tasks.models import SENSITIVE_FIELDS

T = TypeVar("T")

_SHOWN_BYTES = 500
_SECRETS = re.compile(rf'"(?:{"|".join(SENSITIVE_FIELDS)})"\s*:'.encode())
_REQUEST_ID_HEADERS = ("x-request-id", "x-amzn-requestid", "x-correlation-id", "cf-ray")

UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding raises: no JSON or the wrong type, bad UTF-8, nesting without end."""


def transport_error(failure: httpx.RequestError, request: httpx.Request, task_id: str | None) -> errors.TransportError:
    """Return the error for a request without a complete answer.

    Args:
        failure: The error of httpx.
        request: The request, without credentials.
        task_id: The task that an invoke asks for.
    """
    kind: type[errors.TransportError] = errors.LostConnectionError
    if isinstance(failure, (httpx.ConnectError, httpx.UnsupportedProtocol)):
        kind = errors.ConnectError
    elif isinstance(failure, httpx.TimeoutException) and not is_mislabelled(failure):
        kind = errors.RequestTimeoutError
    told = f"{type(failure).__name__}: {failure}" if str(failure) else type(failure).__name__
    if task_id is not None and not was_never_sent(failure):
        told += f"; whether the agent was invoked is unknown, get({task_id!r}) tells"
    return kind(0, told, method=request.method, url=str(request.url), task_id=task_id)


def status_error(
    answer: httpx.Response, request: httpx.Request, task_id: str | None, credentials: Credentials, now: float
) -> errors.StatusError:
    """Return the error for an answer that is no success.

    Args:
        answer: The answer, its body read.
        request: The request, without credentials.
        task_id: The task that an invoke asks for.
        credentials: What a server may echo and must not be shown.
        now: Unix time in seconds.
    """
    body, description = _explain(credentials.redact(answer.content), answer)
    if "location" in answer.headers and answer.is_redirect:
        description = (
            f"it redirects to {answer.headers['location']!r}, which is not followed; set base_url to where the API is, "
            "or give an http_client with follow_redirects=True"
        )
    error = errors.class_for(answer.status_code)(
        answer.status_code,
        description,
        method=request.method,
        url=str(request.url),
        request_id=request_id(answer),
        body=body,
        task_id=task_id,
    )
    if isinstance(error, errors.RateLimitedError):
        error.retry_after = asked_delay(answer.headers, now)
    return error


def decoded(answer: httpx.Response, as_type: type[T], credentials: Credentials, task_id: str | None = None) -> T:
    """Decode the body of a success.

    Args:
        answer: The answer, its body read.
        as_type: The type to decode into.
        credentials: What a server may echo and must not be shown.
        task_id: The task that an invoke asked for.

    Raises:
        DecodeError: The body could not be read, is not JSON, or does not fit the type.
    """
    try:
        if BODY_ERROR in answer.extensions:
            raise msgspec.DecodeError(answer.extensions[BODY_ERROR])
        value: T = decode(answer.content, as_type)
    except UNDECODABLE as error:
        shown = _shown(credentials.redact(answer.content))
        begins = f"; it begins {shown!r}" if BODY_ERROR not in answer.extensions else ""
        raise answer_error(
            answer, f"expected the body to be {type_name(as_type)}: {error}{begins}", shown, task_id
        ) from error
    return value


def answer_error(
    answer: httpx.Response, description: str, body: Any = None, task_id: str | None = None
) -> errors.DecodeError:
    """Return the error for a success whose body is not as documented."""
    return errors.DecodeError(
        answer.status_code,
        description,
        method=answer.request.method,
        url=str(answer.request.url),
        request_id=request_id(answer),
        body=body,
        task_id=task_id,
    )


def request_id(answer: httpx.Response) -> str | None:
    """Return the server's id of a request, from whichever of the usual headers has it."""
    return next((answer.headers[name] for name in _REQUEST_ID_HEADERS if name in answer.headers), None)


def _shown(content: bytes) -> str:
    """Return the beginning of a body as text, up to the first field that holds credentials of a user."""
    secret = _SECRETS.search(content)
    return content[: min(_SHOWN_BYTES, secret.end() if secret else _SHOWN_BYTES)].decode(errors="replace").strip()


def _explain(content: bytes, answer: httpx.Response) -> tuple[Any, str]:
    """Return the decoded body of a refusal, and a sentence that says what was refused."""
    text = _shown(content) or answer.extensions.get(BODY_ERROR) or answer.reason_phrase or "no explanation"
    for model in (HTTPValidationError, ErrorDetail):
        try:
            body = decode(content, model)
        except UNDECODABLE:
            continue
        if isinstance(body, ErrorDetail):
            return body, body.detail
        if body.detail:
            return body, "; ".join(f"{'.'.join(map(str, part.loc))}: {part.msg}" for part in body.detail)
    try:
        return msgspec.json.decode(content), text
    except UNDECODABLE:
        return text, text
