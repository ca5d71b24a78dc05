"""One call of the API: wait for the rate limit, send, retry where that is safe, raise failures as our errors."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import httpx

from xpander_tasks import errors
from xpander_tasks._core import failures
from xpander_tasks._core.clock import SYSTEM_CLOCK, Clock
from xpander_tasks._core.credentials import Credentials
from xpander_tasks._core.effects import Flow, Send, Sleep
from xpander_tasks._core.limits import Limiter
from xpander_tasks._core.retry import asked_delay, may_have_run, may_repeat
from xpander_tasks.configuration import Configuration

logger = logging.getLogger("xpander_tasks")

T = TypeVar("T")


@dataclass(slots=True)
class Attempts:
    """What became of the attempts of one call.

    Attributes:
        may_have_run: Whether the server may have carried out an attempt that failed.
        may_have_run_before: The same of the attempts before the last.
    """

    may_have_run: bool = False
    may_have_run_before: bool = False


@dataclass(frozen=True, slots=True)
class RequestSpec:
    """A request to send: how to build it, and what may be done with it.

    Args:
        build: Makes the request of httpx, without credentials.
        repeatable: Whether sending it twice has the same effect as once.
        stream: Whether the body of the answer is read as it arrives.
        deadline: Moment after which nothing more is tried, in seconds of the monotonic clock.
        task_id: The task that an invoke asks for.
        attempts: Is told what became of the attempts.
    """

    build: Callable[[], httpx.Request]
    repeatable: bool
    stream: bool = False
    deadline: float | None = None
    task_id: str | None = None
    attempts: Attempts = field(default_factory=Attempts)


class Caller:
    """Makes the flows of calls, which share one configuration and one rate limit."""

    def __init__(self, configuration: Configuration, *, clock: Clock = SYSTEM_CLOCK) -> None:
        """Create the rate limiter that all calls of this caller share."""
        self.clock = clock
        self._retry = configuration.retry
        self._credentials = Credentials(configuration)
        self._limiter = Limiter(configuration.rate_limit)

    def call(self, spec: RequestSpec, max_redirects: int = 0) -> Flow[httpx.Response]:
        """Send a request, with retries, and return the successful answer, whose request has no credentials.

        Args:
            spec: The request.
            max_redirects: Redirects to follow.

        Raises:
            TransportError: No complete answer came.
            StatusError: The server answered with another status than success.
        """
        begun = self.clock.monotonic()
        attempt = 0
        while True:
            attempt += 1
            request = spec.build()
            yield from self._turn(request, begun, spec)
            try:
                answer: httpx.Response | httpx.RequestError = yield from self._exchange(request, spec, max_redirects)
            except httpx.RequestError as error:
                answer = error
            if isinstance(answer, httpx.Response) and answer.is_success:
                return answer
            failure = answer.status_code if isinstance(answer, httpx.Response) else answer
            spec.attempts.may_have_run_before = spec.attempts.may_have_run
            spec.attempts.may_have_run |= may_have_run(failure)
            now = self.clock.monotonic()
            delay = None
            if may_repeat(failure, repeatable=spec.repeatable):
                asked = asked_delay(answer.headers, self.clock.unix()) if isinstance(answer, httpx.Response) else None
                delay = self._retry.delay(attempt, asked, now - begun)
            if delay is None or (spec.deadline is not None and now + delay >= spec.deadline):
                raise self._error(answer, request, spec.task_id) from (
                    None if isinstance(answer, httpx.Response) else answer
                )
            logger.info("%s %s: %s; again in %.1f s", request.method, request.url, _told(answer), delay)
            yield Sleep(delay)

    def _turn(self, request: httpx.Request, begun: float, spec: RequestSpec) -> Flow[None]:
        """Wait until the rate limit leaves a place for the request.

        Raises:
            RequestTimeoutError: There is none before the deadline.
        """
        while True:
            now = self.clock.monotonic()
            patience = self._retry.max_time - (now - begun)
            if spec.deadline is not None:
                patience = min(patience, spec.deadline - now)
            delay = self._limiter.acquire(now, patience)
            if not delay:
                return
            if spec.deadline is not None and now + delay >= spec.deadline:
                raise errors.RequestTimeoutError(
                    0,
                    f"the rate limit leaves no place for the request for {delay:.1f} s, which is past the deadline",
                    method=request.method,
                    url=str(request.url),
                    task_id=spec.task_id,
                )
            logger.info("waiting %.1f s for the rate limit", delay)
            yield Sleep(delay)

    def _exchange(self, request: httpx.Request, spec: RequestSpec, max_redirects: int) -> Flow[httpx.Response]:
        """Send a request once and follow redirects; give its place in the rate limit back."""
        headers = None
        hops = 0
        try:
            while True:
                response = yield from self._send(request, spec)
                headers = response.headers
                if response.next_request is None or hops >= max_redirects:
                    return response
                hops += 1
                request = response.next_request
        finally:  # also when the call is cancelled
            self._limiter.release(headers, self.clock.monotonic(), self.clock.unix())

    def _send(self, request: httpx.Request, spec: RequestSpec) -> Flow[httpx.Response]:
        """Send a request with credentials; what remains of it has none, whatever happens."""
        sent = self.clock.monotonic()
        if spec.deadline is not None:
            left = max(spec.deadline - sent, 0.001)
            limits = request.extensions["timeout"]
            request.extensions["timeout"] = {name: min(left, limit or left) for name, limit in limits.items()}
        self._credentials.add(request)
        following: httpx.Request | None = None
        try:
            answer: httpx.Response = yield Send(request, spec.stream, spec.deadline)
            following = answer.next_request
        except httpx.RequestError as error:
            logger.debug(
                "%s %s: %s after %.3f s", request.method, request.url, _told(error), self.clock.monotonic() - sent
            )
            raise
        finally:
            self._credentials.remove(request)
            self._credentials.remove(following)
        took = self.clock.monotonic() - sent
        logger.debug("%s %s: %s after %.3f s", request.method, request.url, answer.status_code, took)
        return answer

    def _error(
        self, answer: httpx.Response | httpx.RequestError, request: httpx.Request, task_id: str | None
    ) -> errors.TasksError:
        if isinstance(answer, httpx.Response):
            return failures.status_error(answer, request, task_id, self._credentials, self.clock.unix())
        return failures.transport_error(answer, request, task_id)

    def decoded(self, answer: httpx.Response, as_type: type[T], task_id: str | None = None) -> T:
        """Decode the body of a success.

        Raises:
            DecodeError: The body is not JSON, or does not fit the type.
        """
        return failures.decoded(answer, as_type, self._credentials, task_id)


def _told(answer: httpx.Response | httpx.RequestError) -> str | int:
    return answer.status_code if isinstance(answer, httpx.Response) else type(answer).__name__
