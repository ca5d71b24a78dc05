"""The operations as flows: what each one sends, what it decodes, and whether it may be repeated."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

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
from xpander_api_client.client import Request as Plain
from xpander_api_client.models import FullThread, Message

from xpander_tasks._call import Caller, Request
from xpander_tasks._errors import MisuseError, NotFoundError
from xpander_tasks._events import read_events
from xpander_tasks._filters import AGENT_FILTERS, ORGANIZATION_FILTERS, checked_filters
from xpander_tasks._invocation import Input, InvokeOptions, TaskOrId, checked_id, invocation
from xpander_tasks._models import Origin, Task, TaskEvent, TasksListItem, TasksPage
from xpander_tasks._pace import Pace
from xpander_tasks._pages import read_pages
from xpander_tasks._polling import Poller, wait, watch
from xpander_tasks._steps import Emitting, Flow

if TYPE_CHECKING:
    from xpander_tasks._tasks import Tasks

Items = list[TasksListItem]
Messages = list[Message]
Filters = Mapping[str, Any]
Timeout = float | httpx.Timeout | None
"""Seconds for each of connecting, sending, the next part of the answer and a free connection; None: as configured."""

# An invoke answers when the task has ended, a stream is silent while the agent works.
_INVOKE_READ_TIMEOUT = 600.0
_PAGE_SIZE = 50


class Operations:
    """Makes the flows of one flavour of a client."""

    def __init__(
        self, tasks: Tasks, caller: Caller, build: Callable[..., httpx.Request], base_url: str, timeout: httpx.Timeout
    ) -> None:
        """Take what the flows share.

        Arguments:
            tasks: What decoded models load more from.
            caller: Makes the calls.
            build: `build_request` of the httpx client that will send them.
            base_url: Address of the API.
            timeout: The client's own, for calls that give none.
        """
        self._tasks = tasks
        self._call, self._decoded = caller.call, caller.decoded
        self._build = build
        self._base_url = base_url.rstrip("/")
        self._timeout = timeout

    def pages(
        self,
        agent_id: str | None,
        filters: Filters | None,
        *,
        concurrency: int,
        per_page: int = _PAGE_SIZE,
        timeout: Timeout,
    ) -> Emitting[TasksPage, None]:
        """Check the filters and make the flow that emits all pages."""
        if concurrency < 0:
            raise MisuseError(0, f"expected concurrency of at least 0, got {concurrency}")
        if not 1 <= per_page <= _PAGE_SIZE:
            raise MisuseError(0, f"expected per_page from 1 to {_PAGE_SIZE}, got {per_page}")
        chosen = checked_filters(filters, ORGANIZATION_FILTERS if agent_id is None else AGENT_FILTERS)
        if agent_id is not None:
            checked_id(agent_id, "agent_id")

        def fetch(number: int, newest: datetime | None) -> Flow[TasksPage]:
            query: dict[str, Any] = chosen | {"page": number, "per_page": per_page}
            if newest is not None:
                query["to_date"] = newest
            if agent_id is None:
                return self._page(list_tasks.build_request(**query), timeout)
            return self._page(list_agent_tasks.build_request(agent_id, **query), timeout)

        return read_pages(fetch, concurrency=concurrency, anchored=agent_id is None)

    def user_pages(
        self, user_id: str, filters: Filters | None, *, concurrency: int, timeout: Timeout
    ) -> Emitting[TasksPage, None]:
        """Check the filters and make the flow that emits all pages of a user."""
        known = [name for name in ORGANIZATION_FILTERS if name != "user_id"]
        chosen = checked_filters(filters, known) | {"user_id": checked_id(user_id, "user_id")}
        return self.pages(None, chosen, concurrency=concurrency, timeout=timeout)

    def _page(self, request: Plain, timeout: Timeout) -> Flow[TasksPage]:
        response = yield from self._answer(request, timeout)
        page = self._decoded(response, TasksPage)
        origin = Origin(self._tasks, response, response.content)
        for item in page.items:
            item._origin = origin
        return page

    def get(self, task: TaskOrId, timeout: Timeout = None, deadline: float | None = None) -> Flow[Task]:
        """Read a task, before a monotonic deadline if there is one."""
        response = yield from self._answer(get_task.build_request(checked_id(task)), timeout, deadline=deadline)
        return self._task(response)

    def stop(self, task: TaskOrId, timeout: Timeout) -> Flow[Task]:
        """Stop a task; doing it twice does the same."""
        response = yield from self._answer(stop_task.build_request(checked_id(task)), timeout)
        return self._task(response)

    def delete(self, task: TaskOrId, timeout: Timeout) -> Flow[None]:
        """Delete a task. A 404 to a repeated delete means that the one before had reached the server."""
        sent = 0

        def build() -> httpx.Request:
            nonlocal sent
            sent += 1
            return self._built(request, timeout)

        request = delete_task.build_request(checked_id(task))
        try:
            yield from self._call(Request(build, repeatable=True))
        except NotFoundError:
            if sent < 2:
                raise

    def thread(self, task: TaskOrId, timeout: Timeout) -> Flow[Messages]:
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
        response = yield from self._answer(made.plain, self._patient(timeout), task_id=made.task_id)
        return self._task(response)

    def start(self, agent_id: str, input: Input, options: InvokeOptions, timeout: Timeout) -> Flow[Task]:
        """Run an agent in the background and read the task as it is now."""
        made = invocation(invoke_agent_async, agent_id, input, options)
        response = yield from self._answer(made.plain, timeout, task_id=made.task_id)
        return self._task(response)

    def stream(
        self, agent_id: str, input: Input, options: InvokeOptions, timeout: Timeout
    ) -> Emitting[TaskEvent, None]:
        """Check the invoke and make the flow that emits its events."""
        made = invocation(invoke_agent_stream, agent_id, input, options)
        limits = self._patient(timeout)
        return read_events(
            self._call,
            Request(lambda: self._built(made.plain, limits), repeatable=False, stream=True, task_id=made.task_id),
            Poller(made.task_id, self._look, Pace()),
            lambda response, content: Origin(self._tasks, response, content),
            own_id=made.own_id,
        )

    def wait(
        self, task: TaskOrId, pace: Pace, on_change: Callable[[Task], object] | None, raise_on_failure: bool
    ) -> Flow[Task]:
        """Read a task until it is done."""
        return wait(Poller(checked_id(task), self._look, pace), on_change, raise_on_failure)

    def watch(self, task: TaskOrId, pace: Pace) -> Emitting[Task, None]:
        """Emit a task whenever it has changed, until it is done."""
        return watch(Poller(checked_id(task), self._look, pace))

    def _look(self, task_id: str, deadline: float | None) -> Flow[Task]:
        if deadline is None:
            return self.get(task_id)
        # No single look may outlast the wait by much.
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
        self, plain: Plain, timeout: Timeout, *, deadline: float | None = None, task_id: str | None = None
    ) -> Flow[httpx.Response]:
        """Send a request; one that names a task to make is an invoke, which must not be sent twice."""
        return self._call(
            Request(lambda: self._built(plain, timeout), repeatable=task_id is None, deadline=deadline, task_id=task_id)
        )

    def _built(self, plain: Plain, timeout: Timeout) -> httpx.Request:
        arguments: dict[str, Any] = {**plain, "url": self._base_url + plain["url"]}
        return self._build(**arguments, timeout=self._timeout if timeout is None else timeout)

    def _task(self, response: httpx.Response) -> Task:
        task = self._decoded(response, Task)
        task._origin = Origin(self._tasks, response, response.content)
        return task
