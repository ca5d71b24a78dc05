"""The public types, pinned: this file is type-checked and never run."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, assert_type

from xpander_tasks import (
    AgentExecutionStatus,
    AsyncResultIterator,
    AsyncTaskIterator,
    AsyncTaskStream,
    Configuration,
    FullThread,
    Message,
    ModuleException,
    OutputFormat,
    RateLimitedError,
    ResultIterator,
    Task,
    TaskEvent,
    TaskFailedError,
    TaskFilters,
    TaskInput,
    TaskIterator,
    Tasks,
    TasksListItem,
    TasksPage,
    TaskStream,
    User,
    WaitTimeoutError,
)


@dataclass
class Answer:
    name: str


def blocking(tasks: Tasks) -> None:
    assert_type(tasks.list(), list[TasksListItem])
    assert_type(tasks.list("a1", {"status": "failed"}, concurrency=2, timeout=3), list[TasksListItem])
    assert_type(tasks.list_user_tasks(user_id="u1"), list[TasksListItem])
    assert_type(tasks.iterate(), TaskIterator)
    assert_type(next(tasks.iterate()), TasksListItem)
    assert_type(tasks.pages(), ResultIterator[TasksPage])
    assert_type(tasks.list()[0].load(), Task)
    task = tasks.get("t1")
    assert_type(task, Task)
    assert_type(tasks.invoke("a1", "hello", output_format="json", title="x"), Task)
    assert_type(tasks.start("a1", TaskInput(text="hello"), user=User(email="ada@example.com")), Task)
    assert_type(tasks.reply(task, "more"), Task)
    assert_type(tasks.stop(task), Task)
    assert_type(tasks.thread(task), list[Message])
    assert_type(tasks.full_thread(task), FullThread)
    assert_type(tasks.wait_for(task, timeout=5, on_change=print), Task)
    assert_type(tasks.watch("t1"), ResultIterator[Task])
    assert_type(task.parsed(), Any)
    assert_type(task.parsed(Answer), Answer)
    assert_type(task.parsed(dict[str, int]), dict[str, int])
    assert_type(task.extra, dict[str, Any])
    with tasks.stream("a1", "hello") as stream:
        assert_type(stream, TaskStream)
        for event in stream:
            assert_type(event, TaskEvent)
            assert_type(event.text, str)
            assert_type(event.task, Task | None)
        assert_type(stream.text, str)
        assert_type(stream.result(), Task)


async def awaited(tasks: Tasks) -> None:
    assert_type(await tasks.alist("a1"), list[TasksListItem])
    assert_type(await tasks.alist_user_tasks("u1"), list[TasksListItem])
    assert_type(tasks.aiterate(), AsyncTaskIterator)
    assert_type(tasks.apages(), AsyncResultIterator[TasksPage])
    async for item in tasks.aiterate():
        assert_type(item, TasksListItem)
        assert_type(await item.aload(), Task)
    assert_type(await tasks.aget("t1"), Task)
    assert_type(await tasks.ainvoke("a1", "hello", version="draft"), Task)
    assert_type(await tasks.await_for("t1", raise_on_failure=True), Task)
    async with tasks.astream("a1", "hello") as stream:
        assert_type(stream, AsyncTaskStream)
        assert_type(await stream.result(), Task)


async def samples_of_the_sdk(tasks: Tasks) -> None:
    """The samples of the provider's documents type-check."""
    assert_type(
        await tasks.alist(agent_id="a1", filters={"status": AgentExecutionStatus.Failed.value}), list[TasksListItem]
    )
    assert_type(await tasks.alist(agent_id="a1", filters={"user_id": "user_42"}), list[TasksListItem])
    assert_type(await tasks.alist_user_tasks(user_id="user_42"), list[TasksListItem])


def fields_of_answers(tasks: Tasks) -> None:
    """Optional fields are None when they are absent, so that no `UNSET` gets into a user's annotations."""
    item = tasks.list()[0]
    title: str | None = item.title
    created_at: datetime | None = item.created_at
    print(title, created_at)
    task = item.load()
    result: str | None = task.result
    assert_type(task.status, AgentExecutionStatus)
    print(result, task.status.value)


def filters(tasks: Tasks, status: str) -> None:
    chosen: TaskFilters = {"status": AgentExecutionStatus.FAILED, "from_date": datetime.now(UTC)}
    tasks.list(filters=chosen)
    tasks.list(filters={"status": status, "to_date": "2026-02-01T00:00:00Z"})
    tasks.list(filters=TaskFilters(user_id="u1"))


def invoke_options(tasks: Tasks) -> None:
    tasks.invoke("a1", "hello", output_format=OutputFormat.JSON, think_mode="harder", llm_reasoning_effort="low")
    tasks.invoke("a1", "hello", id=None, title=None)


def errors(tasks: Tasks) -> None:
    try:
        tasks.get("t1")
    except RateLimitedError as error:
        assert_type(error.retry_after, float | None)
    except WaitTimeoutError as error:
        assert_type(error.task, Task | None)
    except TaskFailedError as error:
        assert_type(error.task, Task)
    except ModuleException as error:
        assert_type(error.status_code, int)
        assert_type(error.description, str)


def wrong(tasks: Tasks) -> None:
    """What a type checker refuses."""
    tasks.invoke("a1", "hello", colour="red")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    tasks.invoke("a1", "hello", output_format="xml")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    tasks.list(filters={"colour": "red"})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    tasks.get(7)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Configuration("key")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
