"""The generated client against the mock on a socket: a task's whole life, in both flavours."""

from __future__ import annotations

import asyncio
import datetime
import uuid
from collections.abc import Iterator

import pytest
from xpander_api_client import AuthenticatedClient, errors
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
    HTTPValidationError,
    InvokeRequest,
    Task,
    TaskInput,
)

from xpander_mock import DEMO_API_KEY, DEMO_BEARER_TOKEN, XpanderMock


@pytest.fixture(scope="module")
def mock() -> Iterator[XpanderMock]:
    with XpanderMock() as mock:
        yield mock


@pytest.fixture
def client(mock: XpanderMock) -> Iterator[AuthenticatedClient]:
    with AuthenticatedClient(mock.url, api_key=DEMO_API_KEY) as client:
        yield client


def agent_of(client: AuthenticatedClient) -> str:
    return (list_tasks.sync(client=client)).items[0].agent_id


def test_a_task_from_invoke_to_delete(client: AuthenticatedClient) -> None:
    """Invoked, listed, opened, read, stopped and deleted, each by its own operation."""
    agent = agent_of(client)
    chosen = str(uuid.uuid4())
    body = InvokeRequest(input=TaskInput(text="Where?"), id=chosen, title="A question")
    task = invoke_agent.sync(agent, client=client, body=body)
    assert (task.id, task.status, task.title) == (chosen, AgentExecutionStatus.COMPLETED, "A question")
    assert (get_task.sync(task.id, client=client)) == task
    later = task.created_at + datetime.timedelta(seconds=1)
    page = list_tasks.sync(client=client, from_date=task.created_at, to_date=later)
    assert task.id in {item.id for item in page.items}
    assert task.id in {item.id for item in (list_agent_tasks.sync(agent, client=client)).items}
    thread = get_task_thread.sync(task.id, client=client)
    assert [message.role for message in thread] == ["user", "assistant"]
    assert (thread[0].content, thread[1].content) == ("Where?", task.result)
    full = get_task_thread_full.sync(task.id, client=client)
    assert {message.id for message in thread} <= {message.id for message in full.root}
    assert (stop_task.sync(task.id, client=client)) == task
    delete_task.sync(task.id, client=client)
    with pytest.raises(errors.ErrorResponse, match="get_task answered 404"):
        get_task.sync(task.id, client=client)


def test_the_same_asynchronously(mock: XpanderMock) -> None:
    """A task in the background is there at once, and is stopped and deleted."""

    async def check() -> None:
        async with AuthenticatedClient(mock.url, token=DEMO_BEARER_TOKEN) as client:
            page = await list_tasks.asyncio(client=client, per_page=1)
            agent = page.items[0].agent_id
            body = InvokeRequest(input=TaskInput(text="Later."))
            task = await invoke_agent_async.asyncio(agent, client=client, body=body)
            assert task.status in (AgentExecutionStatus.PENDING, AgentExecutionStatus.EXECUTING)
            stopped = await stop_task.asyncio(task.id, client=client)
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
    collected = invoke_agent_stream.sync(agent, client=client, body=body)

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
        assert (get_task.sync(finished.id, client=client)).result == finished.result


def test_documented_errors_are_raised_with_their_parsed_body(client: AuthenticatedClient, mock: XpanderMock) -> None:
    """Wrong credentials, an unknown id and a wrong parameter raise the errors that the contract documents."""
    with AuthenticatedClient(mock.url, api_key="wrong") as nobody, pytest.raises(errors.ErrorResponse) as caught:
        list_tasks.sync(client=nobody)
    assert (caught.value.status_code, type(caught.value.parsed)) == (401, ErrorDetail)
    with pytest.raises(errors.ErrorResponse) as caught:
        list_tasks.sync(client=client, per_page=51)
    assert isinstance(caught.value.parsed, HTTPValidationError)
    assert caught.value.parsed.detail is not None
    assert caught.value.parsed.detail[0].loc == ["query", "per_page"]
