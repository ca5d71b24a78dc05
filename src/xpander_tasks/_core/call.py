"""One call of the API: wait for the rate limit, send, retry where that is safe, raise failures as our errors."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
import msgspec
from xpander_api_client.conversion import decode, type_name
from xpander_api_client.models import ErrorDetail, HTTPValidationError

from xpander_tasks import errors
from xpander_tasks._core.effects import Flow, Send, Sleep
from xpander_tasks._core.limits import Limiter
from xpander_tasks._core.retry import NEVER_SENT, asked_delay, may_repeat
from xpander_tasks.configuration import Configuration, RateLimit

logger = logging.getLogger("xpander_tasks")

T = TypeVar("T")

_SHOWN_BYTES = 500
_REQUEST_ID_HEADERS = ("x-request-id", "x-amzn-requestid", "x-correlation-id", "cf-ray")


@dataclass(frozen=True, slots=True)
class RequestSpec:
    """A request to send: how to build it, and what may be done with it.

    Args:
        build: Makes the request of httpx, without credentials.
        repeatable: Whether sending it twice has the same effect as once.
        stream: Whether the body of the answer is read as it arrives.
        deadline: Moment after which nothing more is tried, in seconds of the monotonic clock.
        task_id: The task that an invoke asks for.
    """

    build: Callable[[], httpx.Request]
    repeatable: bool
    stream: bool = False
    deadline: float | None = None
    task_id: str | None = None


class Caller:
    """Makes the flows of calls, which share one configuration and one rate limit."""

    def __init__(self, configuration: Configuration) -> None:
        """Create the rate limiter that all calls of this caller share."""
        limit = configuration.rate_limit
        self._configuration = configuration
        self._limiter = Limiter(limit if isinstance(limit, RateLimit) else None)

    def call(self, spec: RequestSpec) -> Flow[httpx.Response]:
        """Send a request, with retries, and return the successful answer, whose request has no credentials.

        Raises:
            TransportError: No complete answer came.
            StatusError: The server answered with another status than success.
        """
        credentials = self._configuration.headers()
        begun = time.monotonic()
        attempt = 0
        while True:
            attempt += 1
            yield from self._turn(begun, spec.deadline)
            request = spec.build()
            for name, value in credentials.items():
                request.headers[name] = value
            answer: httpx.Response | httpx.RequestError
            headers = None
            sent = time.monotonic()
            try:
                response: httpx.Response = yield Send(request, spec.stream)
                answer, headers = response, response.headers
            except httpx.RequestError as error:
                answer = error
            finally:  # also when the call is cancelled
                now = time.monotonic()
                self._limiter.release(headers, now, time.time())
                for name in credentials:
                    del request.headers[name]  # the answer holds the request, and must not show them
            told = answer.status_code if isinstance(answer, httpx.Response) else type(answer).__name__
            logger.debug("%s %s: %s after %.3f s", request.method, request.url, told, now - sent)
            if isinstance(answer, httpx.Response) and answer.is_success:
                return answer
            delay = self._delay(answer, attempt, now - begun, spec.repeatable)
            if delay is not None and spec.deadline is not None and now + delay >= spec.deadline:
                yield Sleep(max(0.0, spec.deadline - now))
                delay = None
            if delay is None:
                raise self._failure(answer, request, spec.task_id) from (
                    None if isinstance(answer, httpx.Response) else answer
                )
            logger.info("%s %s: %s; again in %.1f s", request.method, request.url, told, delay)
            yield Sleep(delay)

    def _turn(self, begun: float, deadline: float | None) -> Flow[None]:
        while True:
            now = time.monotonic()
            patience = self._configuration.retry.max_time - (now - begun)
            if deadline is not None:
                patience = min(patience, deadline - now)
            delay = self._limiter.acquire(now, patience)
            if not delay:
                return
            logger.info("waiting %.1f s for the rate limit", delay)
            yield Sleep(delay)

    def _delay(
        self, answer: httpx.Response | httpx.RequestError, attempt: int, elapsed: float, repeatable: bool
    ) -> float | None:
        if isinstance(answer, httpx.Response):
            failure: httpx.RequestError | int = answer.status_code
            asked = asked_delay(answer.headers, time.time())
        else:
            failure, asked = answer, None
        if not may_repeat(failure, repeatable=repeatable):
            return None
        return self._configuration.retry.delay(attempt, asked, elapsed)

    def _failure(
        self, answer: httpx.Response | httpx.RequestError, request: httpx.Request, task_id: str | None
    ) -> errors.TasksError:
        if isinstance(answer, httpx.Response):
            return self._refusal(answer, request, task_id)
        unsure = ""
        if task_id is not None and not isinstance(answer, NEVER_SENT):
            unsure = f"; whether the agent was invoked is unknown, get({task_id!r}) tells"
        kind: type[errors.TransportError]
        if isinstance(answer, httpx.TimeoutException):
            kind = errors.RequestTimeoutError
        elif isinstance(answer, (httpx.ConnectError, httpx.UnsupportedProtocol)):
            kind = errors.ConnectError
        else:
            kind = errors.LostConnectionError
        told = f"{type(answer).__name__}: {answer}" if str(answer) else type(answer).__name__
        return kind(0, told + unsure, method=request.method, url=str(request.url), task_id=task_id)

    def _refusal(self, answer: httpx.Response, request: httpx.Request, task_id: str | None) -> errors.StatusError:
        body, description = _explain(self._redacted(answer.content), answer)
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
            error.retry_after = asked_delay(answer.headers, time.time())
        return error

    def decoded(self, answer: httpx.Response, as_type: type[T]) -> T:
        """Decode the body of a success.

        Raises:
            DecodeError: The body is not JSON, or does not fit the type.
        """
        try:
            value: T = decode(answer.content, as_type)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            shown = self._redacted(answer.content)[:_SHOWN_BYTES].decode(errors="replace")
            raise errors.DecodeError(
                answer.status_code,
                f"expected the body to be {type_name(as_type)}: {error}; it begins {shown!r}",
                method=answer.request.method,
                url=str(answer.request.url),
                request_id=request_id(answer),
                body=shown,
            ) from error
        return value

    def _redacted(self, content: bytes) -> bytes:
        """Remove our credentials from a body: a server may echo them, and they must not get into logs."""
        for credential in self._configuration.headers().values():
            content = content.replace(credential.removeprefix("Bearer ").encode(), b"[redacted]")
        return content


def request_id(answer: httpx.Response) -> str | None:
    """Return the server's id of a request, from whichever of the usual headers has it."""
    return next((answer.headers[name] for name in _REQUEST_ID_HEADERS if name in answer.headers), None)


def _explain(content: bytes, answer: httpx.Response) -> tuple[Any, str]:
    """Return the decoded body of a refusal, and a sentence that says what was refused."""
    text = content[:_SHOWN_BYTES].decode(errors="replace").strip() or answer.reason_phrase or "no explanation"
    for model in (HTTPValidationError, ErrorDetail):
        try:
            body = decode(content, model)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        if isinstance(body, ErrorDetail):
            return body, body.detail
        if body.detail:
            return body, "; ".join(f"{'.'.join(map(str, part.loc))}: {part.msg}" for part in body.detail)
    try:
        return msgspec.json.decode(content), text
    except (msgspec.DecodeError, UnicodeDecodeError):
        return text, text
