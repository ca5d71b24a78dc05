"""Stopping."""

import time

import pytest

from ..report.violation import not_run
from ._answers import Answer, assert_that
from ._assertions import assert_times_follow
from ._seeded_tasks import SeededTasks
from ._task_factory import FINAL, MOST_ATTEMPTS, RUNNING, STATUSES, Task, TaskFactory
from .api import Query


@pytest.mark.claim("STOP-1")
@pytest.mark.parametrize("status", RUNNING)
@pytest.mark.parametrize("kind", ["task", "sub-task"])
def test_a_task_that_runs_becomes_stopped(task_factory: TaskFactory, status: str, kind: str) -> None:
    """STOP-1: a task that runs becomes `stopped`, with `is_manually_stopped` true; the answer is the updated task."""
    above = {"parent_execution_id": task_factory.start()["id"]} if kind == "sub-task" else {}
    task, answer = start_and_stop(task_factory, status, **above)
    assert_stopped(answer.ok(), answer)
    assert_that(answer.json["id"] == task["id"], f"task {task['id']}", answer.json["id"], answer)
    for name in ("agent_id", "organization_id", "input", "created_at", "title"):
        assert_that(answer.json.get(name) == task.get(name), f"{name} as before", answer.json.get(name), answer)
    shown = task_factory.api.call("get_task", task=task["id"])
    assert_stopped(shown.ok(), shown)
    for name in ("result", "finished_at", "started_at", "source", "parent_execution", "payload_extension"):
        actual = answer.json.get(name)
        assert_that(
            actual == shown.json.get(name), f"{name} {shown.json.get(name)!r} as get shows it", actual, shown, answer
        )


@pytest.mark.claim("GET-3")
@pytest.mark.parametrize("status", RUNNING)
def test_times_follow_each_other_when_a_task_is_stopped(task_factory: TaskFactory, status: str) -> None:
    """GET-3: the times of a stopped task are in order, in the answer to the stop and in get."""
    task, answer = start_and_stop(task_factory, status)
    assert_times_follow(answer.ok(), answer)
    shown = task_factory.api.call("get_task", task=task["id"])
    assert_times_follow(shown.ok(), shown)


@pytest.mark.claim("STOP-1")
@pytest.mark.parametrize("kind", ["new task", "further turn"])
def test_a_stopped_task_does_not_go_on(task_factory: TaskFactory, kind: str) -> None:
    """STOP-1: a task that was stopped stays so when the time that it would have taken has passed."""
    known = {"id": task_factory.completed()["id"]} if kind == "further turn" else {}
    task, answer = start_and_stop(task_factory, "pending", **known)
    thread = task_factory.api.thread(task["id"])
    task_factory.wait_past_end()
    later = task_factory.api.call("get_task", task=task["id"])
    assert_stopped(later.ok(), later)
    assert_that(later.json.get("result") == answer.json.get("result"), "the result as when stopped", later.json, later)
    after = task_factory.api.call("get_task_thread", task=task["id"])
    assert_that(len(after.messages()) <= len(thread) + 1, "no conversation after the stop", after.json, after)


@pytest.mark.claim("STOP-1")
def test_a_paused_task_becomes_stopped(task_factory: TaskFactory, seeded_tasks: SeededTasks) -> None:
    """STOP-1: a paused task is not final, so that it becomes `stopped` like one that runs."""
    paused = [task for task, shown in seeded_tasks.tasks.items() if shown.get("status") == "paused"]
    if not paused:
        not_run("needs an agent that pauses: none of our tasks did")
    task = task_factory.wait_until_done(task_factory.start(input=seeded_tasks.sent[paused[0]]["input"])["id"])
    if task.get("status") != "paused":
        not_run("needs an agent that pauses again when asked the same")
    answer = task_factory.api.call("stop_task", task=task["id"])
    assert_stopped(answer.ok(), answer)
    shown = task_factory.api.call("get_task", task=task["id"])
    assert_stopped(shown.ok(), shown)


@pytest.mark.claim("STOP-2")
@pytest.mark.parametrize("status", FINAL)
def test_a_task_in_a_final_state_comes_back_unchanged(
    task_factory: TaskFactory, seeded_tasks: SeededTasks, status: str
) -> None:
    """STOP-2: idempotent: a task already in a final state comes back unchanged, in get and in lists too."""
    chosen = [task for task, shown in seeded_tasks.tasks.items() if shown.get("status") == status][:2]
    if not chosen:
        not_run(f"needs one of the run's tasks to end as {status}: none did")
    for task in chosen:
        before, listed = task_factory.get_stable(task), _listed(task_factory, seeded_tasks.parent, task)
        answer = task_factory.api.call("stop_task", task=task)
        after = task_factory.api.call("get_task", task=task)
        assert_that(answer.ok()["id"] == task, f"task {task}", answer.json["id"], answer)
        after.assert_status(200)
        assert_that(answer.json == before.json, "the task unchanged", _differences(before.json, answer.json), answer)
        assert_that(
            after.json == before.json, "the task unchanged", _differences(before.json, after.json), answer, after
        )
        now = _listed(task_factory, seeded_tasks.parent, task)
        assert_that(now == listed, f"the list as it was: {listed}", now, answer)


@pytest.mark.claim("STOP-2")
def test_stopping_twice_is_stopping_once(task_factory: TaskFactory) -> None:
    """STOP-2: idempotent: a second stop answers with the task as the first one left it."""
    task, first = start_and_stop(task_factory, "pending")
    time.sleep(0.01)
    second = task_factory.api.call("stop_task", task=task["id"])
    assert_that(second.ok() == first.json, "the same task", _differences(first.json, second.json), first, second)


@pytest.mark.claim("META-6")
def test_a_stopped_task_is_found_under_stopped_alone(task_factory: TaskFactory) -> None:
    """META-6: a stopped task is found under `status=stopped` and under no other status."""
    parent = task_factory.parent()
    task, _ = start_and_stop(task_factory, "pending", parent_execution_id=parent)
    for operation, agent in (("list_tasks", ""), ("list_agent_tasks", task["agent_id"])):
        for status in STATUSES:
            query: Query = {"parent_task_id": parent, "status": status, "per_page": 50}
            answer = task_factory.api.call(operation, agent=agent, query=query)
            found = [item["status"] for item in answer.ok()["items"] if item["id"] == task["id"]]
            expected = ["stopped"] if status == "stopped" else []
            assert_that(found == expected, f"the task under stopped alone; under {status} {expected}", found, answer)


@pytest.mark.claim("META-8")
def test_stopping_a_task_leaves_its_siblings_running(task_factory: TaskFactory) -> None:
    """META-8: stopping a task leaves its siblings and its parent as they are."""
    parent = task_factory.completed()
    sibling, other = task_factory.start(parent_execution_id=parent["id"]), task_factory.start()
    _, answer = start_and_stop(task_factory, "pending", parent_execution_id=parent["id"])
    for task in (sibling["id"], other["id"]):
        ended = task_factory.api.call("get_task", task=task_factory.wait_until_done(task)["id"])
        actual = (ended.ok()["status"], ended.json.get("is_manually_stopped"))
        assert_that(actual[0] != "stopped" and not actual[1], "a task that keeps running", actual, answer, ended)
    now = task_factory.api.call("get_task", task=parent["id"])
    same = {name: now.ok().get(name) for name in ("status", "result", "is_manually_stopped", "title", "input")}
    assert_that(
        all(parent.get(name) == value for name, value in same.items()), "the parent unchanged", same, answer, now
    )


def start_and_stop(task_factory: TaskFactory, wanted: str, **fields: object) -> tuple[Task, Answer]:
    """Start a task and stop it while it has a status.

    Args:
        task_factory: Creates the task.
        wanted: The status in which to stop it.
        fields: Further fields of the invoke.

    Returns:
        The task before the stop, and the answer to the stop.
    """
    __tracebackhide__ = True
    task_factory.measure_task_seconds()
    late: list[tuple[float, Answer]] = []
    for _ in range(MOST_ATTEMPTS):
        began = time.monotonic()
        task = task_factory.start_until(wanted, **fields)
        if task is None:
            not_run(f"needs tasks that stay {wanted} long enough to be seen: {MOST_ATTEMPTS} did not")
        answer = task_factory.api.call("stop_task", task=task["id"])
        status = answer.ok()["status"]
        if status == "stopped":
            return task, answer
        assert_that(status in FINAL, "status stopped", f"status {status}", answer)
        late.append((time.monotonic() - began, answer))
    # The tasks may have ended just before the stop arrived, unless no task can be that quick.
    quickest, answer = max(late, key=lambda one: one[0])
    assert_that(
        quickest >= task_factory.task_seconds / 2,
        "status stopped",
        f"another one after {quickest:.2f} s, too early to end",
        answer,
    )
    not_run(f"needs tasks that take longer: {MOST_ATTEMPTS} ended before they could be stopped")


def assert_stopped(task: Task, answer: Answer) -> None:
    __tracebackhide__ = True
    actual = (task.get("status"), task.get("is_manually_stopped"))
    assert_that(actual == ("stopped", True), "status stopped, is_manually_stopped true", actual, answer)


def _listed(task_factory: TaskFactory, parent: str, task: str) -> Task | None:
    for page in range(1, 5):
        query: Query = {"parent_task_id": parent, "per_page": 50, "page": page}
        items: list[Task] = task_factory.api.call("list_tasks", query=query).ok()["items"]
        for item in items:
            if item["id"] == task:
                return item
        if len(items) < 50:
            break
    return None


def _differences(before: Task, after: Task) -> dict[str, tuple[object, object]]:
    names = before.keys() | after.keys()
    return {name: (before.get(name), after.get(name)) for name in sorted(names) if before.get(name) != after.get(name)}
