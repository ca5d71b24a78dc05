"""The generated client against the mock on a socket: a task's whole life, in both flavours."""

from __future__ import annotations

import asyncio
import datetime
import uuid
from collections.abc import Iterator
from typing import TypeVar

import pytest
from xpander_api_client import AuthenticatedClient, Client
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
from xpander_api_client.models import (
    AgentExecutionStatus,
    ErrorDetail,
    FullThread,
    HTTPValidationError,
    InvokeRequest,
    Task,
    TaskInput,
    TasksPage,
)

from xpander_mock import DEMO_API_KEY, DEMO_BEARER_TOKEN, XpanderMock

T = TypeVar("T")


@pytest.fixture(scope="module")
def mock() -> Iterator[XpanderMock]:
    with XpanderMock() as mock:
        yield mock


@pytest.fixture
def client(mock: XpanderMock) -> Iterator[AuthenticatedClient]:
    with AuthenticatedClient(mock.url, api_key=DEMO_API_KEY) as client:
        yield client


def one(result: object, kind: type[T]) -> T:
    """The result, which must be of that type."""
    assert isinstance(result, kind)
    return result


def agent_of(client: Client) -> str:
    return one(list_tasks.sync(client=client), TasksPage).items[0].agent_id


def test_a_task_from_invoke_to_delete(client: AuthenticatedClient) -> None:
    """Invoked, listed, opened, read, stopped and deleted, each by its own operation."""
    agent = agent_of(client)
    chosen = str(uuid.uuid4())
    body = InvokeRequest(input=TaskInput(text="Where?"), id=chosen, title="A question")
    task = one(invoke_agent.sync(agent, client=client, body=body), Task)
    assert (task.id, task.status, task.title) == (chosen, AgentExecutionStatus.COMPLETED, "A question")
    assert one(get_task.sync(task.id, client=client), Task) == task
    later = task.created_at + datetime.timedelta(seconds=1)
    page = one(list_tasks.sync(client=client, from_date=task.created_at, to_date=later), TasksPage)
    assert task.id in {item.id for item in page.items}
    assert task.id in {item.id for item in one(list_agent_tasks.sync(agent, client=client), TasksPage).items}
    thread = one(get_task_thread.sync(task.id, client=client), list)
    assert [message.role for message in thread] == ["user", "assistant"]
    assert (thread[0].content, thread[1].content) == ("Where?", task.result)
    full = one(get_task_thread_full.sync(task.id, client=client), FullThread)
    assert {message.id for message in thread} <= {message.id for message in full.root}
    assert one(stop_task.sync(task.id, client=client), Task) == task
    assert delete_task.sync(task.id, client=client) is None
    assert isinstance(get_task.sync(task.id, client=client), ErrorDetail)


def test_the_same_asynchronously(mock: XpanderMock) -> None:
    """A task in the background is there at once, and is stopped and deleted."""

    async def check() -> None:
        async with AuthenticatedClient(mock.url, token=DEMO_BEARER_TOKEN) as client:
            page = one(await list_tasks.asyncio(client=client, per_page=1), TasksPage)
            agent = page.items[0].agent_id
            body = InvokeRequest(input=TaskInput(text="Later."))
            task = one(await invoke_agent_async.asyncio(agent, client=client, body=body), Task)
            assert task.status in (AgentExecutionStatus.PENDING, AgentExecutionStatus.EXECUTING)
            stopped = one(await stop_task.asyncio(task.id, client=client), Task)
            assert stopped.status in (AgentExecutionStatus.STOPPED, AgentExecutionStatus.COMPLETED)
            gone = await delete_task.asyncio_detailed(task.id, client=client)
            assert (gone.status_code, gone.parsed) == (204, None)

    asyncio.run(check())


def test_a_stream_in_all_its_forms(client: AuthenticatedClient, mock: XpanderMock) -> None:
    """The events as they arrive, sync and async, and all at once; the chunks joined are the result."""
    agent = agent_of(client)
    body = InvokeRequest(input=TaskInput(text="Tell me."))
    with invoke_agent_stream.stream(agent, client=client, body=body) as arriving:
        events = list(arriving)
    collected = one(invoke_agent_stream.sync(agent, client=client, body=body), list)

    async def check() -> None:
        async with (
            AuthenticatedClient(mock.url, api_key=DEMO_API_KEY) as client,
            invoke_agent_stream.astream(agent, client=client, body=body) as arriving,
        ):
            assert [event.type async for event in arriving][-1] == "task_finished"

    asyncio.run(check())
    for each in (events, collected):
        finished = Task.from_dict(each[-1].data)
        assert "".join(event.data for event in each if event.type == "chunk") == finished.result
        assert one(get_task.sync(finished.id, client=client), Task).result == finished.result


def test_documented_errors_come_back_parsed(client: AuthenticatedClient, mock: XpanderMock) -> None:
    """Wrong credentials, an unknown id and a wrong parameter are the bodies that the contract documents."""
    with Client(mock.url) as nobody:
        assert isinstance(list_tasks.sync(client=nobody), ErrorDetail)
    assert isinstance(get_task.sync("unknown", client=client), ErrorDetail)
    refused = one(list_tasks.sync(client=client, per_page=51), HTTPValidationError)
    assert isinstance(refused.detail, list)
    assert refused.detail[0].loc == ["query", "per_page"]
