"""Stopping."""

import time

import pytest

from contract_tests.claims._tasks import FINAL, RUNNING, STATUSES, TRIES, Task, Workshop
from contract_tests.claims._universe import Universe
from contract_tests.claims.api import Answer, Query, require
from contract_tests.failure import not_run


@pytest.mark.claim("STOP-1")
@pytest.mark.parametrize("status", RUNNING)
@pytest.mark.parametrize("kind", ["task", "sub-task"])
def test_a_task_that_runs_becomes_stopped(shop: Workshop, status: str, kind: str) -> None:
    """STOP-1: a task that runs becomes `stopped`, with `is_manually_stopped` true; the answer is the updated task."""
    above = {"parent_execution_id": shop.start()["id"]} if kind == "sub-task" else {}
    task, answer = stopped(shop, status, **above)
    _is_stopped(answer.ok(), answer)
    require(answer.json["id"] == task["id"], f"task {task['id']}", answer.json["id"], answer)
    for name in ("agent_id", "organization_id", "input", "created_at", "title"):
        require(answer.json.get(name) == task.get(name), f"{name} as before", answer.json.get(name), answer)
    shown = shop.api.call("get_task", task=task["id"])
    _is_stopped(shown.ok(), shown)
    for name in ("result", "finished_at", "started_at", "source", "parent_execution", "payload_extension"):
        came = answer.json.get(name)
        require(came == shown.json.get(name), f"{name} {shown.json.get(name)!r} as get shows it", came, shown, answer)


@pytest.mark.claim("STOP-1")
@pytest.mark.parametrize("kind", ["new task", "further turn"])
def test_a_stopped_task_does_not_go_on(shop: Workshop, kind: str) -> None:
    """STOP-1: a task that was stopped stays so when the time that it would have taken has passed."""
    known = {"id": shop.completed()["id"]} if kind == "further turn" else {}
    task, answer = stopped(shop, "pending", **known)
    thread = shop.api.thread(task["id"])
    shop.outlast()
    later = shop.api.call("get_task", task=task["id"])
    _is_stopped(later.ok(), later)
    require(later.json.get("result") == answer.json.get("result"), "the result as when stopped", later.json, later)
    after = shop.api.call("get_task_thread", task=task["id"])
    require(len(after.messages()) <= len(thread) + 1, "no conversation after the stop", after.json, after)


@pytest.mark.claim("STOP-1")
def test_a_paused_task_becomes_stopped(shop: Workshop, universe: Universe) -> None:
    """STOP-1: a paused task is not final, so that it becomes `stopped` like one that runs."""
    paused = [task for task, shown in universe.tasks.items() if shown.get("status") == "paused"]
    if not paused:
        not_run("needs an agent that pauses: none of our tasks did")
    task = shop.finish(shop.start(input=universe.sent[paused[0]]["input"])["id"])
    if task.get("status") != "paused":
        not_run("needs an agent that pauses again when asked the same")
    answer = shop.api.call("stop_task", task=task["id"])
    _is_stopped(answer.ok(), answer)
    shown = shop.api.call("get_task", task=task["id"])
    _is_stopped(shown.ok(), shown)


@pytest.mark.claim("STOP-2")
@pytest.mark.parametrize("status", FINAL)
def test_a_task_in_a_final_state_comes_back_unchanged(shop: Workshop, universe: Universe, status: str) -> None:
    """STOP-2: idempotent: a task already in a final state comes back unchanged, in get and in lists too."""
    chosen = [task for task, shown in universe.tasks.items() if shown.get("status") == status][:2]
    if not chosen:
        not_run(f"needs a task of our own that ends as {status}: none did")
    for task in chosen:
        before, listed = shop.settled(task), _listed(shop, universe.parent, task)
        answer = shop.api.call("stop_task", task=task)
        after = shop.api.call("get_task", task=task)
        require(answer.ok()["id"] == task, f"task {task}", answer.json["id"], answer)
        after.expect(200)
        require(answer.json == before.json, "the task as it was", _differences(before.json, answer.json), answer)
        require(after.json == before.json, "the task as it was", _differences(before.json, after.json), answer, after)
        now = _listed(shop, universe.parent, task)
        require(now == listed, f"the list as it was: {listed}", now, answer)


@pytest.mark.claim("STOP-2")
def test_stopping_twice_is_stopping_once(shop: Workshop) -> None:
    """STOP-2: idempotent: a second stop answers with the task as the first one left it."""
    task, first = stopped(shop, "pending")
    time.sleep(0.01)
    second = shop.api.call("stop_task", task=task["id"])
    require(second.ok() == first.json, "the same task", _differences(first.json, second.json), first, second)


@pytest.mark.claim("META-6")
def test_a_stopped_task_is_found_under_stopped_alone(shop: Workshop) -> None:
    """META-6: a stopped task is found under `status=stopped` and under no other status."""
    parent = shop.parent()
    task, _ = stopped(shop, "pending", parent_execution_id=parent)
    for operation, agent in (("list_tasks", ""), ("list_agent_tasks", task["agent_id"])):
        for status in STATUSES:
            query: Query = {"parent_task_id": parent, "status": status, "per_page": 50}
            answer = shop.api.call(operation, agent=agent, query=query)
            found = [item["status"] for item in answer.ok()["items"] if item["id"] == task["id"]]
            expected = ["stopped"] if status == "stopped" else []
            require(
                found == expected, f"it under stopped alone, shown as such; under {status} {expected}", found, answer
            )


@pytest.mark.claim("META-8")
def test_stopping_a_task_leaves_its_siblings_running(shop: Workshop) -> None:
    """META-8: stopping a task leaves its siblings and its parent as they are."""
    parent = shop.completed()
    sibling, other = shop.start(parent_execution_id=parent["id"]), shop.start()
    _, answer = stopped(shop, "pending", parent_execution_id=parent["id"])
    for task in (sibling["id"], other["id"]):
        ended = shop.api.call("get_task", task=shop.finish(task)["id"])
        came = (ended.ok()["status"], ended.json.get("is_manually_stopped"))
        require(came[0] != "stopped" and not came[1], "a task that goes on", came, answer, ended)
    now = shop.api.call("get_task", task=parent["id"])
    same = {name: now.ok().get(name) for name in ("status", "result", "is_manually_stopped", "title", "input")}
    require(all(parent.get(name) == value for name, value in same.items()), "the parent as it was", same, answer, now)


def stopped(shop: Workshop, wanted: str, **fields: object) -> tuple[Task, Answer]:
    """Start a task and stop it while it has a status; return it as it was, and the answer to the stop."""
    __tracebackhide__ = True
    shop.learn_pace()
    late: list[tuple[float, Answer]] = []
    for _ in range(TRIES):
        began = time.monotonic()
        task = shop.executing(wanted, **fields)
        if task is None:
            not_run(f"needs tasks that stay {wanted} long enough to be seen: {TRIES} did not")
        answer = shop.api.call("stop_task", task=task["id"])
        status = answer.ok()["status"]
        if status == "stopped":
            return task, answer
        require(status in FINAL, "status stopped", f"status {status}", answer)
        late.append((time.monotonic() - began, answer))
    # They may have ended just before the stop arrived, unless no task can be that quick.
    quickest, answer = max(late, key=lambda one: one[0])
    require(
        quickest >= shop.pace / 2, "status stopped", f"another one after {quickest:.2f} s, too early to end", answer
    )
    not_run(f"needs tasks that take longer: {TRIES} ended before they could be stopped")


def _is_stopped(task: Task, answer: Answer) -> None:
    __tracebackhide__ = True
    came = (task.get("status"), task.get("is_manually_stopped"))
    require(came == ("stopped", True), "status stopped, is_manually_stopped true", came, answer)


def _listed(shop: Workshop, parent: str, task: str) -> Task | None:
    for page in range(1, 5):
        query: Query = {"parent_task_id": parent, "per_page": 50, "page": page}
        items: list[Task] = shop.api.call("list_tasks", query=query).ok()["items"]
        for item in items:
            if item["id"] == task:
                return item
        if len(items) < 50:
            break
    return None


def _differences(before: Task, after: Task) -> dict[str, tuple[object, object]]:
    names = before.keys() | after.keys()
    return {name: (before.get(name), after.get(name)) for name in sorted(names) if before.get(name) != after.get(name)}
