"""Waiting for a task: what ends it, what it shows, and when it gives up."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import pytest

import xpander_tasks
from xpander_mock import XpanderMock
from xpander_tasks import AgentExecutionStatus, Retry
from xpander_tasks._core.effects import Flow, Sleep
from xpander_tasks._core.poll_options import PollOptions
from xpander_tasks._core.polling import Poller

from .conftest import Connect, Serve
from .faults import Act, Got, Until, reply, scripted, task
from .flavours import Flavour

FAST = {"interval": 0.01, "max_interval": 0.02}


def statuses(*names: str) -> Any:
    return scripted(*(reply(task(status=name)) for name in names))


def test_a_task_of_the_mock_is_waited_for(client: Flavour, mock: XpanderMock) -> None:
    """A task that was started is returned when it has finished, and each change was shown once."""
    seen: list[str | None] = []
    started = client.start(mock.agent_id, "hello")
    done = client.wait_for(started, on_change=lambda task: seen.append(task.status), **FAST)
    assert (done.id, done.status, done.result) == (started.id, "completed", "hello")
    assert seen[-1] == "completed"
    assert len(seen) == len(set(seen))


def test_watching_yields_each_change(connect: Connect, serve: Serve) -> None:
    """The iterator has the task as it was first seen, each change, and ends with the last."""
    server = serve(statuses("pending", "pending", "executing", "executing", "completed"))
    seen = [t.status.value for t in connect(server.url).watch("t1", **FAST)]
    assert seen == ["pending", "executing", "completed"]
    assert len(server.got) == 5


@pytest.mark.parametrize("status", [s.value for s in AgentExecutionStatus if s.value not in ("pending", "executing")])
def test_waiting_ends_when_no_longer_pending_or_executing(connect: Connect, serve: Serve, status: str) -> None:
    """Every other status ends the wait, paused included."""
    server = serve(statuses("pending", "executing", status))
    assert connect(server.url).wait_for("t1", **FAST).status == status


@pytest.mark.parametrize("status", ["queued", "running", "archived", None])
def test_an_unknown_status_does_not_end_the_wait(connect: Connect, serve: Serve, status: str | None) -> None:
    """Only the final statuses and paused are known to end a task; a status of tomorrow may mean that it still runs."""
    server = serve(scripted(reply(task(status=status)), reply(task(status="executing")), reply(task())))
    assert connect(server.url).wait_for("t1", **FAST).status == "completed"
    assert len(server.got) == 3


def test_an_unknown_status_with_an_end_time_ends_the_wait_as_a_failure(connect: Connect, serve: Serve) -> None:
    """A task that says when it finished has finished, and not by completing."""
    ended = reply(task(status="cancelled", finished_at="2026-02-07T02:14:00Z"))
    client = connect(serve(scripted(reply(task(status="executing")), ended)).url)
    assert client.wait_for("t1", **FAST).status == "cancelled"
    with pytest.raises(xpander_tasks.TaskFailedError, match="ended as cancelled") as caught:
        client.wait_for("t1", raise_on_failure=True)
    assert caught.value.task.status == "cancelled"


def test_waiting_through_pauses(connect: Connect, serve: Serve) -> None:
    """Told to, the wait goes on until the task has finished."""
    server = serve(statuses("paused", "executing", "paused", "completed"))
    assert connect(server.url).wait_for("t1", wait_while_paused=True, **FAST).status == "completed"


@pytest.mark.parametrize("status", ["failed", "error", "stopped"])
def test_a_task_that_did_not_complete_is_returned_or_raised_as_asked(
    connect: Connect, serve: Serve, status: str
) -> None:
    """A failed task is a task, unless the caller wants an error; the error has the task."""
    server = serve(scripted(reply(task(status=status, result="no luck"))))
    client = connect(server.url)
    assert client.wait_for("t1").status == status
    with pytest.raises(xpander_tasks.TaskFailedError, match=f"ended as {status}: no luck") as caught:
        client.wait_for("t1", raise_on_failure=True)
    assert caught.value.task is not None
    assert caught.value.task.status == status


@pytest.mark.parametrize("status", ["completed", "paused"])
def test_a_task_that_did_not_fail_is_no_error(connect: Connect, serve: Serve, status: str) -> None:
    """Completed is what was wished for, and paused is no failure."""
    server = serve(statuses(status))
    assert connect(server.url).wait_for("t1", raise_on_failure=True).status == status


def test_a_wait_that_times_out_carries_the_last_task(connect: Connect, serve: Serve) -> None:
    """The error says how long it was and what was last seen, and comes at the deadline."""
    server = serve(statuses("executing"))
    begun = time.monotonic()
    with pytest.raises(xpander_tasks.WaitTimeoutError, match=r"not done after 1 s; it was executing") as caught:
        connect(server.url).wait_for("t1", timeout=1, **FAST)
    assert 1 <= time.monotonic() - begun < 15
    assert caught.value.task is not None
    assert (caught.value.task.status, caught.value.task_id) == ("executing", "t1")


@pytest.mark.parametrize(
    "answer", [[Until()], [reply({"detail": "later"}, 503, retry_after="60")]], ids=["silent", "503 for long"]
)
def test_the_deadline_holds_while_the_server_fails(connect: Connect, serve: Serve, answer: list[Act]) -> None:
    """Neither a poll that hangs nor retries outlast the deadline; the failure is the cause of the error."""
    server = serve(scripted(reply(task(status="executing")), answer))
    begun = time.monotonic()
    with pytest.raises(xpander_tasks.WaitTimeoutError) as caught:
        connect(server.url, timeout=30, retry=Retry()).wait_for("t1", timeout=1, **FAST)
    assert time.monotonic() - begun < 15
    assert caught.value.task is not None
    assert isinstance(caught.value.__cause__, xpander_tasks.TasksError)


def test_a_task_deleted_while_waited_for(connect: Connect, serve: Serve) -> None:
    """A deleted task is a 404 at the next poll."""
    server = serve(scripted(reply(task(status="executing")), reply({"detail": "Task not found"}, 404)))
    with pytest.raises(xpander_tasks.NotFoundError, match="Task not found"):
        connect(server.url).wait_for("t1", timeout=5, **FAST)


def test_a_short_failure_while_waiting_goes_unnoticed(connect: Connect, serve: Serve) -> None:
    """Polls are reads, and are retried like any other."""
    bad = reply({"detail": "later"}, 503)
    server = serve(scripted(reply(task(status="executing")), bad, bad, reply(task())))
    assert connect(server.url).wait_for("t1", **FAST).status == "completed"


def test_an_unknown_task_is_not_waited_for(client: Flavour) -> None:
    """What does not exist is a 404 at once."""
    with pytest.raises(xpander_tasks.NotFoundError):
        client.wait_for("no-such-task", timeout=5)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"interval": 0}, "interval"),
        ({"interval": float("nan")}, "interval"),
        ({"interval": "1"}, "interval"),
        ({"interval": 2, "max_interval": 1}, "max_interval"),
        ({"timeout": -1}, "timeout"),
        ({"timeout": float("nan")}, "timeout"),
    ],
)
def test_poll_options_out_of_range_are_a_usage_error(client: Flavour, options: dict[str, Any], told: str) -> None:
    """Numbers that could only spin or never end are refused before anything is sent."""
    with pytest.raises(xpander_tasks.UsageError, match=f"expected {told} in seconds"):
        client.wait_for("t1", **options)


def test_an_interval_longer_than_the_default_cap_is_its_own_cap() -> None:
    """With `interval=15`, `max_interval` need not be given."""
    assert PollOptions(interval=15).longest == 15
    assert PollOptions(interval=1).longest == 10


def test_the_interval_grows_to_its_cap_and_starts_anew_after_a_change() -> None:
    """Polls become rarer while nothing happens, never rarer than asked, and never in step with other callers."""
    shown = iter(["pending"] * 12 + ["executing"] * 3 + ["completed"])

    def get(task_id: str, deadline: float | None) -> Flow[Any]:
        yield from ()
        return xpander_tasks.Task.from_dict(task(status=next(shown)))

    def slept(poller: Poller) -> Iterable[float]:
        while not poller.done:
            for step in poller.change():
                assert isinstance(step, Sleep)
                yield step.seconds

    pauses = list(slept(Poller("t1", get, PollOptions(interval=1.0, max_interval=8.0), max_outage=60)))
    expected = [1.0, 1.5, 2.25, 3.375, 5.0625, 7.59375, *[8.0] * 6, 1.0, 1.5, 2.25]
    assert len(pauses) == len(expected)
    for pause, middle in zip(pauses, expected, strict=True):
        assert 0.75 * middle <= pause <= 1.25 * middle
    assert len({round(pause / middle, 6) for pause, middle in zip(pauses, expected, strict=True)}) > 5


def test_the_id_of_what_is_waited_for_may_come_from_anything_that_has_one(connect: Connect, serve: Serve) -> None:
    """A task, an item of a list and an id are waited for alike."""
    item = {name: value for name, value in task().items() if name != "input"}

    def answer(got: Got) -> Iterable[Act]:
        page = {"items": [item], "total": 1, "page": 1, "per_page": 50, "total_pages": 1}
        return [reply(page if got.path == "/v1/tasks" else task())]

    client = connect(serve(answer).url)
    (listed,) = client.list()
    loaded = client.load(listed)
    assert [client.wait_for(each).id for each in ("t1", listed, loaded)] == ["t1"] * 3
