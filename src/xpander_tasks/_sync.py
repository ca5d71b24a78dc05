"""The methods of `Tasks` that block. Each has an awaited twin in `_async`; the rules of both are the flows."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Unpack

from xpander_tasks._connection import Connection
from xpander_tasks._iterators import TaskIterator, TaskStream
from xpander_tasks._pace import Pace

if TYPE_CHECKING:
    from xpander_tasks._invocation import Input, InvokeOptions, TaskOrId
    from xpander_tasks._models import FullThread, Task, TasksListItem, TasksPage
    from xpander_tasks._operations import Filters, Items, Messages, Timeout


class SyncTasks(Connection):
    """The blocking half of `Tasks`."""

    def list(
        self,
        agent_id: str | None = None,
        filters: Filters | None = None,
        *,
        concurrency: int = 4,
        timeout: Timeout = None,
    ) -> Items:
        """Return all tasks of an agent, or of the organization, newest first.

        `pages` says what is promised while tasks come and go.

        Arguments:
            agent_id: The agent; None for the whole organization.
            filters: `user_id`, `parent_task_id`, `triggering_agent_id`, `status`, `internal_status`; without an
                agent also `agent_id`, and `from_date` and `to_date` (datetimes with an offset, or ISO 8601).
            concurrency: Pages to read at the same time, after the first.
            timeout: Seconds for each page, in place of the configured ones.

        Raises:
            MisuseError: A filter is unknown, or a date has no offset.
            NotFoundError: There is no such agent.
            TasksError: Anything else; `_errors` draws the tree.
        """
        return [
            item
            for page in self.pages(agent_id, filters, concurrency=concurrency, timeout=timeout)
            for item in page.items
        ]

    def list_user_tasks(
        self, user_id: str, filters: Filters | None = None, *, concurrency: int = 4, timeout: Timeout = None
    ) -> Items:
        """Return all tasks of a user, across all agents; otherwise like `list` of the organization."""
        operations, shell = self._ready()
        pages = operations.user_pages(user_id, filters, concurrency=concurrency, timeout=timeout)
        return [item for page in shell.iterate(pages) for item in page.items]

    def iterate(
        self,
        agent_id: str | None = None,
        filters: Filters | None = None,
        *,
        concurrency: int = 1,
        per_page: int = 50,
        timeout: Timeout = None,
    ) -> TaskIterator:
        """Return the tasks one by one, reading pages as they are needed; otherwise like `pages`."""
        return TaskIterator(self.pages(agent_id, filters, concurrency=concurrency, per_page=per_page, timeout=timeout))

    def pages(
        self,
        agent_id: str | None = None,
        filters: Filters | None = None,
        *,
        concurrency: int = 1,
        per_page: int = 50,
        timeout: Timeout = None,
    ) -> Generator[TasksPage, None, None]:
        """Return the pages one by one, with the next ones being read meanwhile.

        While others add and delete tasks, this is promised: no task comes twice (unless 10,000 arrive between two
        pages). Of the organization, none is missed that existed at the start and still does: pages after the first
        are bounded by `to_date`, so that arrivals do not shift them, and where `total` shows that tasks vanished, the
        pages that others moved to are read again. Not promised: of an agent, whose list has no dates, or with pages
        of fewer than ten, arrivals and deletions between two pages can cancel out in `total` and hide a task; a task
        that enters or leaves the filter meanwhile may come or not, and so may a new one.

        Arguments:
            agent_id: As for `list`.
            filters: As for `list`.
            concurrency: Pages to read ahead at the same time; 0 reads each when it is asked for.
            per_page: Tasks on a page, 1 to 50.
            timeout: As for `list`.

        Raises:
            TasksError: As `list` does; what the API refuses, when the page is reached.
        """
        operations, shell = self._ready()
        pages = operations.pages(agent_id, filters, concurrency=concurrency, per_page=per_page, timeout=timeout)
        return shell.iterate(pages)

    def get(self, task_id: str, *, timeout: Timeout = None) -> Task:
        """Return a task in full.

        Raises:
            NotFoundError: There is no such task.
            TasksError: Anything else.
        """
        operations, shell = self._ready()
        return shell.run(operations.get(task_id, timeout))

    def stop(self, task: TaskOrId, *, timeout: Timeout = None) -> Task:
        """Stop a task and return it; one that is done comes back unchanged."""
        operations, shell = self._ready()
        return shell.run(operations.stop(task, timeout))

    def delete(self, task: TaskOrId, *, timeout: Timeout = None) -> None:
        """Delete a task and its sub-tasks; one that runs is cancelled first."""
        operations, shell = self._ready()
        return shell.run(operations.delete(task, timeout))

    def thread(self, task: TaskOrId, *, timeout: Timeout = None) -> Messages:
        """Return what the user and the assistant said, oldest first."""
        operations, shell = self._ready()
        return shell.run(operations.thread(task, timeout))

    def full_thread(self, task: TaskOrId, *, timeout: Timeout = None) -> FullThread:
        """Return all messages of a task, and those of its sub-tasks by their ids."""
        operations, shell = self._ready()
        return shell.run(operations.full_thread(task, timeout))

    def invoke(self, agent_id: str, input: Input, *, timeout: Timeout = None, **options: Unpack[InvokeOptions]) -> Task:
        """Run an agent and return the finished task.

        An invoke is sent again only if no connection was made. After any other failure the error's `task_id` names
        the task that may be running all the same.

        Arguments:
            agent_id: The agent.
            input: Text, or a `TaskInput` with files and user.
            timeout: Seconds as everywhere; by default the answer may take ten minutes.
            options: The other fields of `InvokeRequest`, and the agent's `version`. The `id` of an earlier task
                continues its conversation.

        Raises:
            MisuseError: An option is unknown.
            NoAnswerError: No answer came; `task_id` helps to find out what became of it.
            TasksError: Anything else.
        """
        operations, shell = self._ready()
        return shell.run(operations.invoke(agent_id, input, options, timeout))

    def start(self, agent_id: str, input: Input, *, timeout: Timeout = None, **options: Unpack[InvokeOptions]) -> Task:
        """Run an agent in the background and return its task at once; otherwise like `invoke`."""
        operations, shell = self._ready()
        return shell.run(operations.start(agent_id, input, options, timeout))

    def stream(
        self, agent_id: str, input: Input, *, timeout: Timeout = None, **options: Unpack[InvokeOptions]
    ) -> TaskStream:
        """Run an agent and return its events as they arrive; otherwise like `invoke`.

        If the connection is lost, an event `connection_lost` says so and the task is polled until it is done.
        """
        operations, shell = self._ready()
        return TaskStream(shell.iterate(operations.stream(agent_id, input, options, timeout)))

    def reply(
        self,
        task: Task | TasksListItem,
        input: Input,
        *,
        timeout: Timeout = None,
        **options: Unpack[InvokeOptions],
    ) -> Task:
        """Continue a task's conversation with a next turn and return it finished; otherwise like `invoke`."""
        return self.invoke(task.agent_id, input, timeout=timeout, **(options | {"id": task.id}))

    def wait_for(
        self,
        task: TaskOrId,
        *,
        timeout: float | None = None,
        interval: float = 0.5,
        max_interval: float = 10.0,
        through_pauses: bool = False,
        on_change: Callable[[Task], object] | None = None,
        raise_on_failure: bool = False,
    ) -> Task:
        """Return a task when it is no longer pending or executing.

        Arguments:
            task: The task or its id.
            timeout: Seconds to wait in all; None waits as long as it takes.
            interval: Seconds before the second look, and after each change; grows by half each time, with jitter.
            max_interval: Seconds at which it stops growing.
            through_pauses: Whether to wait on when the task is paused, until it has finished.
            on_change: Called with the task at the first look and whenever it has changed.
            raise_on_failure: Whether a task that failed, ended in error or was stopped is an error.

        Raises:
            WaitTimeoutError: It was not done in time; `task` is the last that was seen.
            TaskFailedError: It did not complete, and `raise_on_failure` is set; `task` is that task.
            NotFoundError: It does not exist, or was deleted meanwhile.
        """
        operations, shell = self._ready()
        pace = Pace(timeout, interval, max_interval, through_pauses)
        return shell.run(operations.wait(task, pace, on_change, raise_on_failure))

    def watch(
        self,
        task: TaskOrId,
        *,
        timeout: float | None = None,
        interval: float = 0.5,
        max_interval: float = 10.0,
        through_pauses: bool = False,
    ) -> Generator[Task, None, None]:
        """Return the task as it is now and each time it has changed, last when it is done; like `wait_for`."""
        operations, shell = self._ready()
        pace = Pace(timeout, interval, max_interval, through_pauses)
        return shell.iterate(operations.watch(task, pace))
