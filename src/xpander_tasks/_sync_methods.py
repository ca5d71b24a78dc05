"""The blocking methods of `Tasks`. What they do is decided by the flows of `_core`, as for their awaited twins."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Unpack

from xpander_tasks._lazy_module import LazyModule
from xpander_tasks._run.clients import SyncClient
from xpander_tasks._run.iterators import ResultIterator, TaskIterator
from xpander_tasks._run.streams import TaskStream
from xpander_tasks._whole_organization import WHOLE_ORGANIZATION, WholeOrganization

if TYPE_CHECKING:
    from xpander_tasks import models, options
    from xpander_tasks._core import invocation, poll_options
    from xpander_tasks._core.operations import Operations
else:
    models, options = LazyModule("xpander_tasks.models"), LazyModule("xpander_tasks.options")
    invocation = LazyModule("xpander_tasks._core.invocation")
    poll_options = LazyModule("xpander_tasks._core.poll_options")


class SyncMethods(ABC):
    """The blocking methods of `Tasks`."""

    _sync: SyncClient

    @abstractmethod
    def _sync_operations(self) -> Operations: ...

    def list(
        self,
        agent_id: str | WholeOrganization = WHOLE_ORGANIZATION,
        filters: options.TaskFilters | None = None,
        *,
        concurrency: int = 4,
        timeout: options.Timeout = None,
    ) -> models.TaskItems:
        """Return all tasks of an agent, or of the organization, newest first.

        `pages` tells what is promised while tasks come and go.

        Args:
            agent_id: The agent; if it is left out, the whole organization. None is refused.
            filters: The values that tasks must have; see `TaskFilters`.
            concurrency: Pages to read at the same time, after the first.
            timeout: Seconds for each page, in place of the configured ones.

        Raises:
            UsageError: A filter is unknown, or a date has no offset.
            NotFoundError: There is no such agent.
            TasksError: A request failed in another way; `errors` draws the tree.
        """
        pages = self.pages(agent_id, filters, concurrency=concurrency, timeout=timeout)
        return [item for page in pages for item in page.items]

    def list_user_tasks(
        self,
        user_id: str,
        filters: options.TaskFilters | None = None,
        *,
        concurrency: int = 4,
        timeout: options.Timeout = None,
    ) -> models.TaskItems:
        """Return all tasks of a user, across all agents, newest first.

        Args:
            user_id: The user.
            filters: The values that tasks must have, other than the user; see `TaskFilters`.
            concurrency: Pages to read at the same time, after the first.
            timeout: Seconds for each page, in place of the configured ones.

        Raises:
            UsageError: A filter is unknown, or a date has no offset.
            TasksError: A request failed; `errors` draws the tree.
        """
        flow = self._sync_operations().user_pages(user_id, filters, concurrency=concurrency, timeout=timeout)
        return [item for page in self._sync.iterate(flow, ResultIterator) for item in page.items]

    def iterate(
        self,
        agent_id: str | WholeOrganization = WHOLE_ORGANIZATION,
        filters: options.TaskFilters | None = None,
        *,
        concurrency: int = 1,
        per_page: int = 50,
        timeout: options.Timeout = None,
    ) -> TaskIterator:
        """Return the tasks of an agent, or of the organization, one by one.

        `pages` tells what is promised while tasks come and go. Pages are read as they are needed.

        Args:
            agent_id: The agent; if it is left out, the whole organization. None is refused.
            filters: The values that tasks must have; see `TaskFilters`.
            concurrency: Pages to read ahead at the same time; 0 reads each when it is asked for.
            per_page: Tasks on a page, 1 to 50.
            timeout: Seconds for each page, in place of the configured ones.

        Raises:
            UsageError: A filter is unknown, or an argument is out of range.
            TasksError: A request failed; raised by the iteration when it reaches that page.
        """
        flow = self._sync_operations().pages(
            agent_id, filters, concurrency=concurrency, per_page=per_page, timeout=timeout
        )
        return self._sync.iterate(flow, TaskIterator)

    def pages(
        self,
        agent_id: str | WholeOrganization = WHOLE_ORGANIZATION,
        filters: options.TaskFilters | None = None,
        *,
        concurrency: int = 1,
        per_page: int = 50,
        timeout: options.Timeout = None,
    ) -> ResultIterator[models.TasksPage]:
        """Return the pages of a list one by one, reading the next ones ahead.

        While others add and delete tasks, this is promised: no task comes twice (unless 10,000 arrive between two
        pages). Of the organization, none is missed that existed at the start and still does: pages after the first
        are bounded by `to_date`, so that arrivals do not shift them, and where `total` shows that tasks were deleted,
        the pages that others moved to are read again. Not promised: of an agent, whose list has no dates, or with
        pages of fewer than ten, arrivals and deletions between two pages can cancel out in `total` and hide a task; a
        task that enters or leaves the filter meanwhile may come or not, and so may a new one.

        Args:
            agent_id: The agent; if it is left out, the whole organization. None is refused.
            filters: The values that tasks must have; see `TaskFilters`.
            concurrency: Pages to read ahead at the same time; 0 reads each when it is asked for.
            per_page: Tasks on a page, 1 to 50.
            timeout: Seconds for each page, in place of the configured ones.

        Raises:
            UsageError: A filter is unknown, or an argument is out of range.
            TasksError: A request failed; raised by the iteration when it reaches that page.
        """
        flow = self._sync_operations().pages(
            agent_id, filters, concurrency=concurrency, per_page=per_page, timeout=timeout
        )
        return self._sync.iterate(flow, ResultIterator)

    def get(self, task_id: str, *, timeout: options.Timeout = None) -> models.Task:
        """Return a task in full.

        Args:
            task_id: Id of the task.
            timeout: Seconds for the request, in place of the configured ones.

        Raises:
            NotFoundError: There is no such task.
            TasksError: The request failed in another way.
        """
        return self._sync.run(self._sync_operations().get(task_id, timeout))

    def stop(self, task: models.TaskOrId, *, timeout: options.Timeout = None) -> models.Task:
        """Stop a task and return it; one that is done comes back unchanged.

        Args:
            task: The task or its id.
            timeout: Seconds for the request, in place of the configured ones.

        Raises:
            NotFoundError: There is no such task.
            TasksError: The request failed in another way.
        """
        return self._sync.run(self._sync_operations().stop(task, timeout))

    def delete(self, task: models.TaskOrId, *, timeout: options.Timeout = None) -> None:
        """Delete a task and its sub-tasks; one that runs is cancelled first.

        Args:
            task: The task or its id.
            timeout: Seconds for the request, in place of the configured ones.

        Raises:
            NotFoundError: There is no such task.
            TasksError: The request failed in another way.
        """
        return self._sync.run(self._sync_operations().delete(task, timeout))

    def thread(self, task: models.TaskOrId, *, timeout: options.Timeout = None) -> models.Messages:
        """Return the messages of the user and the assistant, oldest first.

        Args:
            task: The task or its id.
            timeout: Seconds for the request, in place of the configured ones.

        Raises:
            NotFoundError: There is no such task.
            TasksError: The request failed in another way.
        """
        return self._sync.run(self._sync_operations().thread(task, timeout))

    def full_thread(self, task: models.TaskOrId, *, timeout: options.Timeout = None) -> models.FullThread:
        """Return all messages of a task, and those of its sub-tasks by their ids.

        Args:
            task: The task or its id.
            timeout: Seconds for the request, in place of the configured ones.

        Raises:
            NotFoundError: There is no such task.
            TasksError: The request failed in another way.
        """
        return self._sync.run(self._sync_operations().full_thread(task, timeout))

    def invoke(
        self,
        agent_id: str,
        input: models.Input,
        *,
        timeout: options.Timeout = None,
        **invoke_options: Unpack[options.InvokeOptions],
    ) -> models.Task:
        """Run an agent and return the finished task.

        An invoke is sent again only if no connection was made. After any other failure the error's `task_id` names
        the task that may be running all the same.

        Args:
            agent_id: The agent.
            input: Text, or a `TaskInput` with files and user.
            timeout: Seconds for each of connecting, sending and the next part of the answer. By default the answer
                may take ten minutes.
            invoke_options: The other fields of `InvokeRequest`, and the agent's `version`. The `id` of an earlier
                task continues its conversation.

        Raises:
            UsageError: An option is unknown.
            TransportError: No answer came; look up the error's `task_id` to see whether the task runs.
            TasksError: The request failed in another way.
        """
        return self._sync.run(self._sync_operations().invoke(agent_id, input, invoke_options, timeout))

    def start(
        self,
        agent_id: str,
        input: models.Input,
        *,
        timeout: options.Timeout = None,
        **invoke_options: Unpack[options.InvokeOptions],
    ) -> models.Task:
        """Run an agent in the background and return its task at once.

        An invoke is sent again only if no connection was made. After any other failure the error's `task_id` names
        the task that may be running all the same.

        Args:
            agent_id: The agent.
            input: Text, or a `TaskInput` with files and user.
            timeout: Seconds for the request, in place of the configured ones.
            invoke_options: The other fields of `InvokeRequest`, and the agent's `version`. The `id` of an earlier
                task continues its conversation.

        Raises:
            UsageError: An option is unknown.
            TransportError: No answer came; look up the error's `task_id` to see whether the task runs.
            TasksError: The request failed in another way.
        """
        return self._sync.run(self._sync_operations().start(agent_id, input, invoke_options, timeout))

    def stream(
        self,
        agent_id: str,
        input: models.Input,
        *,
        timeout: options.Timeout = None,
        max_time: float | None = None,
        **invoke_options: Unpack[options.InvokeOptions],
    ) -> TaskStream:
        """Run an agent and return its events as they arrive.

        The invoke is sent when the first event is asked for. If the connection is lost, an event `connection_lost`
        says so and the task is polled until it is done.

        Args:
            agent_id: The agent.
            input: Text, or a `TaskInput` with files and user.
            timeout: Seconds for each of connecting, sending and the next event. By default the next event may take
                ten minutes.
            max_time: Seconds from the first event asked for within which the task must finish; None for no limit.
            invoke_options: The other fields of `InvokeRequest`, and the agent's `version`. The `id` of an earlier
                task continues its conversation.

        Raises:
            UsageError: An option is unknown.
            LostConnectionError: The connection broke, and it is unknown whether the agent runs; raised by the
                iteration.
            WaitTimeoutError: The task was not done within `max_time`; raised by the iteration.
            TasksError: A request failed in another way; raised by the iteration.
        """
        flow = self._sync_operations().stream(agent_id, input, invoke_options, timeout, max_time)
        return self._sync.iterate(flow, TaskStream)

    def reply(
        self,
        task: models.Task | models.TasksListItem,
        input: models.Input,
        *,
        timeout: options.Timeout = None,
        **invoke_options: Unpack[options.InvokeOptions],
    ) -> models.Task:
        """Continue a task's conversation with a next turn and return the finished task.

        Args:
            task: The task.
            input: Text, or a `TaskInput` with files and user.
            timeout: Seconds for each of connecting, sending and the next part of the answer. By default the answer
                may take ten minutes.
            invoke_options: The other fields of `InvokeRequest` than `id`, and the agent's `version`.

        Raises:
            UsageError: An option is unknown.
            TransportError: No answer came; look up the task to see whether this turn runs.
            TasksError: The request failed in another way.
        """
        chosen = invoke_options | {"id": invocation.checked_task(task).id}
        return self.invoke(task.agent_id, input, timeout=timeout, **chosen)

    def wait_for(
        self,
        task: models.TaskOrId,
        *,
        timeout: float | None = None,
        interval: float = 0.5,
        max_interval: float | None = None,
        wait_while_paused: bool = False,
        on_change: Callable[[models.Task], object] | None = None,
        raise_on_failure: bool = False,
    ) -> models.Task:
        """Wait until a task is no longer pending or executing, and return it.

        Args:
            task: The task or its id.
            timeout: Seconds to wait in all; None waits as long as it takes.
            interval: Seconds before the second poll, and after each change; grows by half each time, with jitter.
            max_interval: Seconds at which it stops growing; None for 10, or `interval` if that is longer.
            wait_while_paused: Whether to go on waiting while the task is paused.
            on_change: Called with the task at the first poll and whenever it has changed.
            raise_on_failure: Whether a task that failed, ended in error or was stopped raises an error.

        Raises:
            WaitTimeoutError: The task was not done in time; the error's `task` is the task as last seen.
            TaskFailedError: The task did not complete, and `raise_on_failure` is set; the error has the task.
            NotFoundError: The task does not exist, or was deleted meanwhile.
            TasksError: A request failed in another way.
        """
        chosen = poll_options.PollOptions(timeout, interval, max_interval, wait_while_paused)
        return self._sync.run(self._sync_operations().wait(task, chosen, on_change, raise_on_failure))

    def watch(
        self,
        task: models.TaskOrId,
        *,
        timeout: float | None = None,
        interval: float = 0.5,
        max_interval: float | None = None,
        wait_while_paused: bool = False,
    ) -> ResultIterator[models.Task]:
        """Return a task as it is now and each time it has changed, the last time when it is done.

        Args:
            task: The task or its id.
            timeout: Seconds to watch in all; None watches as long as it takes.
            interval: Seconds before the second poll, and after each change; grows by half each time, with jitter.
            max_interval: Seconds at which it stops growing; None for 10, or `interval` if that is longer.
            wait_while_paused: Whether to go on while the task is paused.

        Raises:
            WaitTimeoutError: The task was not done in time; raised by the iteration.
            NotFoundError: The task does not exist, or was deleted meanwhile; raised by the iteration.
            TasksError: A request failed in another way; raised by the iteration.
        """
        chosen = poll_options.PollOptions(timeout, interval, max_interval, wait_while_paused)
        return self._sync.iterate(self._sync_operations().watch(task, chosen), ResultIterator)
