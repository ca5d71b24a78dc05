"""The operations as flows: what each one sends and decodes, and whether it may be repeated."""

from __future__ import annotations

import time
from collections.abc import Callable
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
from xpander_tasks._core.events import read_events
from xpander_tasks._core.filters import AGENT_FILTERS, ORGANIZATION_FILTERS, checked_filters
from xpander_tasks._core.invocation import checked_id, invocation
from xpander_tasks._core.pages import read_pages
from xpander_tasks._core.poll_options import PollOptions
from xpander_tasks._core.polling import Poller, wait, watch
from xpander_tasks.errors import NotFoundError, UsageError
from xpander_tasks.models import Input, Origin, Task, TaskEvent, TaskOrId, TaskReader, TasksPage
from xpander_tasks.options import InvokeOptions, TaskFilters, Timeout

# An invoke answers when the task has ended, a stream is silent while the agent works.
_INVOKE_READ_TIMEOUT = 600.0
_PAGE_SIZE = 50


class Operations:
    """Makes the flows of all operations, for one client of httpx."""

    def __init__(
        self,
        reader: TaskReader,
        caller: Caller,
        build: Callable[..., httpx.Request],
        base_url: str,
        timeout: httpx.Timeout,
    ) -> None:
        """Set what the flows share.

        Args:
            reader: Where decoded models load more from.
            caller: Makes the calls.
            build: `build_request` of the httpx client that will send them.
            base_url: Address of the API.
            timeout: The client's own timeout, for calls that give none.
        """
        self._reader = reader
        self._call, self._decoded = caller.call, caller.decoded
        self._build = build
        self._base_url = base_url.rstrip("/")
        self._timeout = timeout

    def pages(
        self,
        agent_id: str | None,
        filters: TaskFilters | None,
        *,
        concurrency: int,
        per_page: int = _PAGE_SIZE,
        timeout: Timeout,
    ) -> Emitting[TasksPage, None]:
        """Check the arguments and make the flow that emits all pages."""
        _check_concurrency(concurrency)
        if not 1 <= per_page <= _PAGE_SIZE:
            raise UsageError(0, f"expected per_page from 1 to {_PAGE_SIZE}, got {per_page}")
        chosen = checked_filters(filters, ORGANIZATION_FILTERS if agent_id is None else AGENT_FILTERS)
        if agent_id is not None:
            checked_id(agent_id, "agent_id")
        return self._pages(agent_id, chosen, concurrency, per_page, timeout)

    def _pages(
        self, agent_id: str | None, chosen: dict[str, Any], concurrency: int, per_page: int, timeout: Timeout
    ) -> Emitting[TasksPage, None]:
        def fetch(number: int, newest: datetime | None) -> Flow[TasksPage]:
            query: dict[str, Any] = chosen | {"page": number, "per_page": per_page}
            if newest is not None:
                query["to_date"] = newest
            if agent_id is None:
                return self._page(list_tasks.build_request(**query), timeout)
            return self._page(list_agent_tasks.build_request(agent_id, **query), timeout)

        return read_pages(fetch, concurrency=concurrency, anchored=agent_id is None)

    def user_pages(
        self, user_id: str, filters: TaskFilters | None, *, concurrency: int, timeout: Timeout
    ) -> Emitting[TasksPage, None]:
        """Check the arguments and make the flow that emits all pages of a user's tasks."""
        _check_concurrency(concurrency)
        known = [name for name in ORGANIZATION_FILTERS if name != "user_id"]
        chosen = checked_filters(filters, known)
        chosen["user_id"] = checked_id(user_id, "user_id")
        return self._pages(None, chosen, concurrency, _PAGE_SIZE, timeout)

    def _page(self, parts: RequestParts, timeout: Timeout) -> Flow[TasksPage]:
        response = yield from self._answer(parts, timeout)
        page = self._decoded(response, TasksPage)
        origin = Origin(self._reader, response, response.content)
        for item in page.items:
            item._origin = origin
        return page

    def get(self, task: TaskOrId, timeout: Timeout = None, deadline: float | None = None) -> Flow[Task]:
        """Read a task, before a deadline in seconds of the monotonic clock if there is one."""
        response = yield from self._answer(get_task.build_request(checked_id(task)), timeout, deadline=deadline)
        return self._task(response)

    def stop(self, task: TaskOrId, timeout: Timeout) -> Flow[Task]:
        """Stop a task; doing it twice has the same effect."""
        response = yield from self._answer(stop_task.build_request(checked_id(task)), timeout)
        return self._task(response)

    def delete(self, task: TaskOrId, timeout: Timeout) -> Flow[None]:
        """Delete a task. A 404 to a repeated delete means that an earlier one reached the server."""
        sent = 0

        def build() -> httpx.Request:
            nonlocal sent
            sent += 1
            return self._built(request, timeout)

        request = delete_task.build_request(checked_id(task))
        try:
            yield from self._call(RequestSpec(build, repeatable=True))
        except NotFoundError:
            if sent < 2:
                raise

    def thread(self, task: TaskOrId, timeout: Timeout) -> Flow[list[Message]]:
        """Read the conversation of a task."""
        response = yield from self._answer(get_task_thread.build_request(checked_id(task)), timeout)
        return self._decoded(response, list[Message])

    def full_thread(self, task: TaskOrId, timeout: Timeout) -> Flow[FullThread]:
        """Read the conversation of a task and of its sub-tasks."""
        response = yield from self._answer(get_task_thread_full.build_request(checked_id(task)), timeout)
        return self._decoded(response, FullThread)

    def invoke(self, agent_id: str, input: Input, options: InvokeOptions, timeout: Timeout) -> Flow[Task]:
        """Run an agent and read the finished task."""
        made = invocation(invoke_agent, agent_id, input, options)
        response = yield from self._answer(made.parts, self._patient(timeout), task_id=made.task_id)
        return self._task(response)

    def start(self, agent_id: str, input: Input, options: InvokeOptions, timeout: Timeout) -> Flow[Task]:
        """Run an agent in the background and read the task as it is now."""
        made = invocation(invoke_agent_async, agent_id, input, options)
        response = yield from self._answer(made.parts, timeout, task_id=made.task_id)
        return self._task(response)

    def stream(
        self, agent_id: str, input: Input, options: InvokeOptions, timeout: Timeout
    ) -> Emitting[TaskEvent, None]:
        """Check the invoke and make the flow that emits its events."""
        made = invocation(invoke_agent_stream, agent_id, input, options)
        limits = self._patient(timeout)
        return read_events(
            self._call,
            RequestSpec(lambda: self._built(made.parts, limits), repeatable=False, stream=True, task_id=made.task_id),
            Poller(made.task_id, self._poll, PollOptions()),
            lambda response, content: Origin(self._reader, response, content),
            own_id=made.own_id,
        )

    def wait(
        self, task: TaskOrId, options: PollOptions, on_change: Callable[[Task], object] | None, raise_on_failure: bool
    ) -> Flow[Task]:
        """Read a task until it is done."""
        return wait(Poller(checked_id(task), self._poll, options), on_change, raise_on_failure)

    def watch(self, task: TaskOrId, options: PollOptions) -> Emitting[Task, None]:
        """Emit a task whenever it has changed, until it is done."""
        return watch(Poller(checked_id(task), self._poll, options))

    def _poll(self, task_id: str, deadline: float | None) -> Flow[Task]:
        if deadline is None:
            return self.get(task_id)
        # No single poll may outlast the wait by much.
        left = max(deadline - time.monotonic(), 0.1)
        limits = {name: min(left, limit or left) for name, limit in self._timeout.as_dict().items()}
        return self.get(task_id, httpx.Timeout(**limits), deadline)

    def _patient(self, timeout: Timeout) -> Timeout:
        if timeout is not None:
            return timeout
        limits = self._timeout.as_dict()
        limits["read"] = None if limits["read"] is None else max(limits["read"], _INVOKE_READ_TIMEOUT)
        return httpx.Timeout(**limits)

    def _answer(
        self, parts: RequestParts, timeout: Timeout, *, deadline: float | None = None, task_id: str | None = None
    ) -> Flow[httpx.Response]:
        """Send a request; with a task id it is an invoke, which must not be sent twice."""
        return self._call(
            RequestSpec(
                lambda: self._built(parts, timeout), repeatable=task_id is None, deadline=deadline, task_id=task_id
            )
        )

    def _built(self, parts: RequestParts, timeout: Timeout) -> httpx.Request:
        arguments: dict[str, Any] = {**parts, "url": self._base_url + parts["url"]}
        return self._build(**arguments, timeout=self._timeout if timeout is None else timeout)

    def _task(self, response: httpx.Response) -> Task:
        task = self._decoded(response, Task)
        task._origin = Origin(self._reader, response, response.content)
        return task


def _check_concurrency(concurrency: int) -> None:
    if concurrency < 0:
        raise UsageError(0, f"expected concurrency of at least 0, got {concurrency}")
