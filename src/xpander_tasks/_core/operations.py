"""The operations as flows: what each one sends and decodes, and whether it may be repeated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from xpander_api_client.api.tasks import (
    delete_task,
    get_task,
    get_task_thread,
    get_task_thread_full,
    invoke_agent,
    invoke_agent_async,
    invoke_agent_stream,
    list_agent_tasks,
    list_tasks,
    stop_task,
)
from xpander_api_client.models import FullThread, Message
from xpander_api_client.requests import Request as RequestParts

from xpander_tasks._core.call import Caller, RequestSpec
from xpander_tasks._core.effects import Emitting, Flow
from xpander_tasks._core.events import EventStream
from xpander_tasks._core.failures import answer_error
from xpander_tasks._core.filters import AGENT_FILTERS, ORGANIZATION_FILTERS, checked_filters
from xpander_tasks._core.invocation import Invocation, checked_id, invocation
from xpander_tasks._core.pages import read_pages
from xpander_tasks._core.poll_options import PollOptions
from xpander_tasks._core.polling import Poller, wait, watch
from xpander_tasks._whole_organization import WHOLE_ORGANIZATION, WholeOrganization
from xpander_tasks.configuration import check_timeout, is_number
from xpander_tasks.errors import NotFoundError, UsageError
from xpander_tasks.models import Input, Origin, Task, TaskEvent, TaskOrId, TaskReader, TasksPage
from xpander_tasks.options import InvokeOptions, TaskFilters, Timeout

# An invoke answers when the task has ended, a stream is silent while the agent works.
_INVOKE_READ_TIMEOUT = 600.0
_PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Sender:
    """How the requests of one client of httpx are built and sent.

    Args:
        build: `build_request` of the client.
        base_url: Address of the API.
        timeout: The timeout of calls that give none.
        max_redirects: Redirects to follow; 0 follows none.
        max_bytes: The most that an answer, or one event of a stream, may have.
    """

    build: Callable[..., httpx.Request]
    base_url: str
    timeout: httpx.Timeout
    max_redirects: int
    max_bytes: int


class Operations:
    """Makes the flows of all operations, for one client of httpx."""

    def __init__(self, reader: TaskReader, caller: Caller, sender: Sender, max_outage: float) -> None:
        """Set what the flows share.

        Args:
            reader: Where decoded models load more from.
            caller: Makes the calls.
            sender: Builds the requests.
            max_outage: Seconds of failing polls after which a wait without a timeout is given up.
        """
        self._reader = reader
        self._caller = caller
        self._sender = sender
        self._max_outage = max_outage

    def pages(
        self,
        agent_id: str | WholeOrganization,
        filters: TaskFilters | None,
        *,
        concurrency: int,
        per_page: int = _PAGE_SIZE,
        timeout: Timeout,
    ) -> Emitting[TasksPage, None]:
        """Check the arguments and make the flow that emits all pages."""
        whole = agent_id is WHOLE_ORGANIZATION
        chosen = checked_filters(filters, ORGANIZATION_FILTERS if whole else AGENT_FILTERS)
        agent = None if whole else checked_id(agent_id, "agent_id")
        return self._pages(agent, chosen, concurrency, per_page, timeout)

    def user_pages(
        self, user_id: str, filters: TaskFilters | None, *, concurrency: int, timeout: Timeout
    ) -> Emitting[TasksPage, None]:
        """Check the arguments and make the flow that emits all pages of a user's tasks."""
        known = [name for name in ORGANIZATION_FILTERS if name != "user_id"]
        chosen = checked_filters(filters, known)
        chosen["user_id"] = checked_id(user_id, "user_id")
        return self._pages(None, chosen, concurrency, _PAGE_SIZE, timeout)

    def _pages(
        self, agent_id: str | None, chosen: dict[str, Any], concurrency: int, per_page: int, timeout: Timeout
    ) -> Emitting[TasksPage, None]:
        check_count("concurrency", concurrency, 0)
        check_count("per_page", per_page, 1, _PAGE_SIZE)
        limits = self._limits(timeout)

        def fetch(number: int, newest: datetime | None) -> Flow[TasksPage]:
            query: dict[str, Any] = chosen | {"page": number, "per_page": per_page}
            if newest is not None:
                query["to_date"] = newest
            if agent_id is None:
                return self._page(list_tasks.build_request(**query), number, limits)
            return self._page(list_agent_tasks.build_request(agent_id, **query), number, limits)

        return read_pages(fetch, concurrency=concurrency, anchored=agent_id is None)

    def _page(self, parts: RequestParts, number: int, limits: httpx.Timeout) -> Flow[TasksPage]:
        response = yield from self._answer(parts, limits)
        page = self._caller.decoded(response, TasksPage)
        if page.page != number:
            raise answer_error(response, f"expected page {number}, got page {page.page}; is the parameter ignored?")
        if not page.items and number < page.total_pages:
            raise answer_error(response, f"expected tasks on page {number} of {page.total_pages}, got none")
        origin = Origin(self._reader, response, response.content)
        for item in page.items:
            item._origin = origin
        return page

    def get(self, task: TaskOrId, timeout: Timeout = None) -> Flow[Task]:
        """Read a task."""
        return self._task(get_task.build_request(checked_id(task)), self._limits(timeout))

    def stop(self, task: TaskOrId, timeout: Timeout) -> Flow[Task]:
        """Stop a task; doing it twice has the same effect."""
        return self._task(stop_task.build_request(checked_id(task)), self._limits(timeout))

    def delete(self, task: TaskOrId, timeout: Timeout) -> Flow[None]:
        """Delete a task; a 404 is fine if an earlier attempt may have deleted it."""
        parts, limits = delete_task.build_request(checked_id(task)), self._limits(timeout)
        return self._delete(RequestSpec(lambda: self._built(parts, limits), repeatable=True))

    def _delete(self, spec: RequestSpec) -> Flow[None]:
        try:
            yield from self._send(spec)
        except NotFoundError:
            if not spec.attempts.may_have_run_before:
                raise

    def thread(self, task: TaskOrId, timeout: Timeout) -> Flow[list[Message]]:
        """Read the conversation of a task."""
        return self._read(get_task_thread.build_request(checked_id(task)), list[Message], self._limits(timeout))

    def full_thread(self, task: TaskOrId, timeout: Timeout) -> Flow[FullThread]:
        """Read the conversation of a task and of its sub-tasks."""
        return self._read(get_task_thread_full.build_request(checked_id(task)), FullThread, self._limits(timeout))

    def invoke(self, agent_id: str, input: Input, options: InvokeOptions, timeout: Timeout) -> Flow[Task]:
        """Run an agent and read the finished task."""
        made = invocation(invoke_agent, agent_id, input, options)
        return self._task(made.parts, self._patient_limits(timeout), task_id=made.task_id)

    def start(self, agent_id: str, input: Input, options: InvokeOptions, timeout: Timeout) -> Flow[Task]:
        """Run an agent in the background and read the task as it is now."""
        made = invocation(invoke_agent_async, agent_id, input, options)
        return self._task(made.parts, self._limits(timeout), task_id=made.task_id)

    def stream(
        self, agent_id: str, input: Input, options: InvokeOptions, timeout: Timeout, max_time: float | None
    ) -> Emitting[TaskEvent, None]:
        """Check the invoke and make the flow that emits its events."""
        if max_time is not None and not is_number(max_time):
            raise UsageError(0, f"expected max_time in seconds, not negative, or None, got {max_time!r}")
        made = invocation(invoke_agent_stream, agent_id, input, options)
        return self._stream(made, self._patient_limits(timeout), PollOptions(max_time))

    def _stream(self, made: Invocation, limits: httpx.Timeout, options: PollOptions) -> Emitting[TaskEvent, None]:
        poller = self._poller(made.task_id, options)  # made here, so that its time starts with the first event
        spec = RequestSpec(
            lambda: self._built(made.parts, limits),
            repeatable=False,
            stream=True,
            deadline=poller.deadline,
            task_id=made.task_id,
        )
        stream = EventStream(
            self._send,
            spec,
            poller,
            lambda response, content: Origin(self._reader, response, content),
            own_id=made.own_id,
            max_bytes=self._sender.max_bytes,
        )
        yield from stream.events()

    def wait(
        self,
        task: TaskOrId,
        options: PollOptions,
        on_change: Callable[[Task], object] | None,
        raise_on_failure: bool,
    ) -> Flow[Task]:
        """Read a task until it is done."""
        return wait(self._poller(checked_id(task), options), on_change, raise_on_failure)

    def watch(self, task: TaskOrId, options: PollOptions) -> Emitting[Task, None]:
        """Emit a task whenever it has changed, until it is done."""
        task_id = checked_id(task)
        return watch(lambda: self._poller(task_id, options))

    def _poller(self, task_id: str, options: PollOptions) -> Poller:
        def get(task_id: str, deadline: float | None) -> Flow[Task]:
            return self._task(get_task.build_request(checked_id(task_id)), self._limits(None), deadline=deadline)

        return Poller(
            task_id,
            get,
            options,
            max_outage=self._max_outage,
            clock=self._caller.clock,
        )

    def _limits(self, timeout: Timeout) -> httpx.Timeout:
        if timeout is None:
            return self._sender.timeout
        check_timeout(timeout)
        return timeout if isinstance(timeout, httpx.Timeout) else httpx.Timeout(timeout)

    def _patient_limits(self, timeout: Timeout) -> httpx.Timeout:
        if timeout is not None:
            return self._limits(timeout)
        limits = self._sender.timeout.as_dict()
        limits["read"] = None if limits["read"] is None else max(limits["read"], _INVOKE_READ_TIMEOUT)
        return httpx.Timeout(**limits)

    def _task(
        self,
        parts: RequestParts,
        limits: httpx.Timeout,
        *,
        deadline: float | None = None,
        task_id: str | None = None,
    ) -> Flow[Task]:
        """Send a request and read the task in its answer; with a task id it is an invoke, which is not repeated."""
        response = yield from self._answer(parts, limits, deadline=deadline, task_id=task_id)
        task = self._caller.decoded(response, Task, task_id)
        task._origin = Origin(self._reader, response, response.content)
        return task

    def _read(self, parts: RequestParts, as_type: type[Any], limits: httpx.Timeout) -> Flow[Any]:
        response = yield from self._answer(parts, limits)
        return self._caller.decoded(response, as_type)

    def _answer(
        self, parts: RequestParts, limits: httpx.Timeout, *, deadline: float | None = None, task_id: str | None = None
    ) -> Flow[httpx.Response]:
        return self._send(
            RequestSpec(
                lambda: self._built(parts, limits), repeatable=task_id is None, deadline=deadline, task_id=task_id
            )
        )

    def _send(self, spec: RequestSpec) -> Flow[httpx.Response]:
        return self._caller.call(spec, self._sender.max_redirects)

    def _built(self, parts: RequestParts, limits: httpx.Timeout) -> httpx.Request:
        arguments: dict[str, Any] = {**parts, "url": self._sender.base_url.rstrip("/") + parts["url"]}
        try:
            return self._sender.build(**arguments, timeout=limits)
        except (httpx.InvalidURL, TypeError, ValueError, RecursionError) as error:
            raise UsageError(0, f"this request cannot be sent: {error or type(error).__name__}") from None


def check_count(name: str, value: int, least: int, most: int | None = None) -> None:
    """Check that an argument is a whole number in a range.

    Raises:
        UsageError: It is not; the message names it and the range.
    """
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or value < least or (most is not None and value > most):
        allowed = f"of at least {least}" if most is None else f"from {least} to {most}"
        raise UsageError(0, f"expected {name} {allowed}, got {value!r}")
