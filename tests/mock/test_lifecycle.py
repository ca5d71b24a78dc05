"""How tasks change with the clock, and how stops and deletions end them."""

from typing import Any

import pytest

from xpander_mock.demo import OTHER_ORGANIZATION
from xpander_mock.rules.errors import Forbidden, NotFound
from xpander_mock.rules.rules import Rules

from .caller import Caller


def test_a_task_goes_from_pending_to_executing_to_completed_by_the_clock(caller: Caller) -> None:
    """GET-4: an invoked task leaves pending, then executing, exactly when its time has come."""
    task_id = caller.invoke()["id"]
    seen = []
    for seconds in (0, 0.9, 0.1, 1.9, 0.1, 1000):
        caller.advance(seconds)
        seen.append(caller.get(task_id)["status"])
    assert seen == ["pending", "pending", "executing", "executing", "completed", "completed"]


def test_instants_are_those_of_the_changes_however_late_they_are_read(caller: Caller) -> None:
    """GET-3: created, started and finished are the instants of the changes, even when read much later."""
    task = caller.invoke()
    caller.advance(1_000)
    late = caller.get(task["id"])
    assert [late["created_at"], late["started_at"], late["finished_at"]] == sorted(
        [late["created_at"], late["started_at"], late["finished_at"]]
    )
    (item,) = caller.page()["items"]
    assert item["updated_at"] == late["finished_at"] > late["started_at"] > item["created_at"]


@pytest.mark.parametrize("seconds", [0, 1.5])
def test_a_task_that_runs_has_neither_result_nor_end(caller: Caller, seconds: float) -> None:
    """GET-3, LIST-8: no `finished_at` and no result while a task is pending or executing for the first time."""
    task_id = caller.invoke()["id"]
    caller.advance(seconds)
    task = caller.get(task_id)
    assert task["finished_at"] is task["result"] is caller.page()["items"][0]["result"] is None
    assert (task["started_at"] is None) == (seconds == 0)


@pytest.mark.parametrize(
    ("text", "status"), [("fail please", "failed"), ("error", "error"), ("pause here", "paused"), ("so", "completed")]
)
def test_an_input_may_ask_for_another_end(caller: Caller, text: str, status: str) -> None:
    """An input that begins with fail, error or pause ends that way; any other is answered."""
    task = caller.run(text)
    assert task["status"] == status
    assert (task["finished_at"] is None) == (status == "paused")
    assert (task["hitl_request"] is None) == (status != "paused")


def test_a_slow_run_takes_the_seconds_it_names(caller: Caller) -> None:
    """`slow 10` executes ten seconds longer."""
    task_id = caller.invoke("slow 10")["id"]
    caller.advance(12.9)
    assert caller.get(task_id)["status"] == "executing"
    caller.advance(0.1)
    assert caller.get(task_id)["status"] == "completed"


@pytest.mark.parametrize("seconds", [0, 1.5])
def test_stop_takes_a_running_task_to_stopped(caller: Caller, seconds: float) -> None:
    """STOP-1: a running task becomes stopped, manually; the answer is the updated task; time changes nothing."""
    task_id = caller.invoke()["id"]
    caller.advance(seconds)
    stopped = caller.stop(task_id)
    assert (stopped["status"], stopped["is_manually_stopped"]) == ("stopped", True)
    caller.advance(100)
    assert caller.get(task_id) == stopped
    assert caller.ids(status="stopped") == [task_id]


def test_stop_takes_a_paused_task_to_stopped(caller: Caller) -> None:
    """Ruling 11: paused is not final."""
    task = caller.run("pause")
    assert caller.stop(task["id"])["status"] == "stopped"


@pytest.mark.parametrize("text", ["hello", "fail", "error", "stop"])
def test_stop_leaves_a_finished_task_as_it_is(caller: Caller, text: str) -> None:
    """STOP-2: a task in a final state comes back unchanged, however often."""
    task = caller.run(text)
    if text == "stop":
        task = caller.stop(caller.invoke()["id"])
        caller.advance(1)
    before = caller.page()
    assert caller.stop(task["id"]) == task
    assert caller.stop(task["id"]) == task
    assert caller.page() == before


def test_delete_takes_the_whole_tree_and_nothing_else(caller: Caller) -> None:
    """DEL-1, DEL-2: a deleted task and everything below it is unknown to every operation and every list."""
    top = caller.run()["id"]
    child = caller.run(parent_execution_id=top)["id"]
    grandchild = caller.invoke(parent_execution_id=child)["id"]
    other = caller.run()["id"]
    caller.delete(top)
    assert caller.ids() == [other]
    for gone in (top, child, grandchild):
        for operation in (caller.get, caller.stop, caller.delete, caller.thread, caller.full_thread):
            with pytest.raises(NotFound):
                operation(gone)


def test_a_running_task_is_deleted_without_refusal(caller: Caller) -> None:
    """DEL-3: a running task is deleted, and does not come back when it would have ended."""
    task_id = caller.invoke()["id"]
    caller.advance(1.5)
    caller.delete(task_id)
    caller.advance(100)
    assert caller.ids() == []


def test_a_deleted_id_may_be_used_again(caller: Caller) -> None:
    """An invoke with the id of a deleted task makes a new one, without the old conversation."""
    caller.run(id="again")
    caller.delete("again")
    task = caller.run("new", id="again")
    assert [message["content"] for message in caller.thread(task["id"])] == ["new", "new"]


def test_a_foreign_task_is_unknown_to_reads_and_forbidden_to_writes(rules: Rules, caller: Caller) -> None:
    """AUTH-2, GET-2, ruling 4: another organization sees and changes nothing."""
    task = caller.run()
    stranger = Caller(rules, OTHER_ORGANIZATION, "e4b7a9d2-6c13-4f58-a2e0-7d95b3c8f146")
    for read in (stranger.get, stranger.thread, stranger.full_thread):
        with pytest.raises(NotFound):
            read(task["id"])
    for write in (stranger.stop, stranger.delete):
        with pytest.raises(Forbidden):
            write(task["id"])
    for request in ({"id": task["id"]}, {"parent_execution_id": task["id"]}):
        with pytest.raises(NotFound):
            stranger.invoke(**request)
    assert stranger.page()["total"] == 0
    assert caller.get(task["id"]) == task


def test_times_stay_in_order_when_the_clock_is_set_back(caller: Caller) -> None:
    """GET-3, LIST-9, THREAD-1: the times of tasks and messages are in order, whatever the clock does."""
    now = caller.rules.clock.now()
    finished = caller.run("one")["id"]
    stopped = caller.invoke("two")["id"]
    caller.advance(1)
    for back in (3_600, 7_200, 86_400):
        caller.rules.clock.freeze(now - back * 1_000_000)
        caller.invoke("again", id=finished)
        caller.invoke("again", id=stopped)
        assert caller.stop(stopped)["status"] == "stopped"
        caller.rules.clock.freeze(now + back * 1_000_000)
        for task_id in (finished, stopped):
            task = caller.get(task_id)
            assert task["status"] in ("completed", "stopped")
            times = [task["created_at"], task["started_at"] or task["created_at"], task["finished_at"]]
            assert times == sorted(times)
            said = [message["created_at"] for message in caller.thread(task_id)]
            assert said == sorted(said)
    for item in caller.page()["items"]:
        assert item["updated_at"] >= item["created_at"]


def test_everything_that_happens_moves_updated_at_forward(caller: Caller) -> None:
    """LIST-9: `updated_at` starts as `created_at` and grows with each change, and only then."""
    task_id = caller.invoke()["id"]
    seen: list[Any] = []
    for change in (0, 1, 2):
        caller.advance(change)
        seen.append(caller.page()["items"][0]["updated_at"])
    caller.advance(50)
    assert caller.page()["items"][0]["updated_at"] == seen[-1]
    caller.invoke(id=task_id)
    seen.append(caller.page()["items"][0]["updated_at"])
    assert seen == sorted(set(seen))
    assert seen[0] == caller.page()["items"][0]["created_at"]
