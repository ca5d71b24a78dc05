"""Invokes: what the three operations answer, and ids."""

import time
from uuid import UUID

import pytest

from ..report.violation import not_run
from ._answers import assert_that
from ._assertions import assert_times_follow
from ._task_factory import FINAL, INVOKES, MOST_ATTEMPTS, RUNNING, Task, TaskFactory, invoke_cases

SHAPES = (
    "{}",
    "{}+plus&more=1%41",
    "{}.v1_~x",
    "{}:step@2",
    "{}-東京",
    "{} with spaces",
    " {} ",
    "{}-Zoe\u0308",
    "{}" + "-long" * 20,
)


@pytest.mark.claim("INVOKE-1")
def test_an_async_invoke_answers_with_a_task_that_has_not_ended(task_factory: TaskFactory) -> None:
    """INVOKE-1: async answers with a task that is pending or executing, and it is listed from then on."""
    parent = task_factory.parent()
    for number in range(3):
        answer = task_factory.api.call(
            "invoke_agent_async", agent=task_factory.agent, body=task_factory.body(parent_execution_id=parent)
        )
        status = answer.ok().get("status")
        assert_that(status in RUNNING, "pending or executing", status, answer)
        assert_times_follow(answer.json, answer)
        task = answer.json["id"]
        for operation, agent in (("list_tasks", ""), ("list_agent_tasks", task_factory.agent)):
            listed = task_factory.api.call(operation, agent=agent, query={"parent_task_id": parent})
            ids = [item["id"] for item in listed.ok()["items"]]
            assert_that(task in ids, f"{task} in the list at once", ids, answer, listed)
            assert_that(listed.json["total"] == number + 1, f"total {number + 1}", listed.json["total"], answer, listed)
        task_factory.api.call("get_task", task=task).assert_status(200)
        task_factory.api.call("get_task_thread", task=task).assert_status(200)


@pytest.mark.claim("INVOKE-1")
def test_an_async_turn_answers_with_a_task_that_has_not_ended(task_factory: TaskFactory) -> None:
    """INVOKE-1: a further turn in the background too answers with a task that is pending or executing."""
    task = task_factory.completed()["id"]
    answer = task_factory.api.call("invoke_agent_async", agent=task_factory.agent, body=task_factory.body(id=task))
    status = answer.ok().get("status")
    assert_that(status in RUNNING, "pending or executing", status, answer)


@pytest.mark.claim("INVOKE-1")
def test_an_async_invoke_of_its_own_is_listed_at_once(task_factory: TaskFactory) -> None:
    """INVOKE-1: a task without parent too is listed from the answer on, at the head of both lists."""
    task = task_factory.start()
    query = {"from_date": task["created_at"], "to_date": task["created_at"], "per_page": 50}
    for operation, agent, asked in (
        ("list_tasks", "", query),
        ("list_tasks", "", {"per_page": 50}),
        ("list_tasks", "", {"per_page": 50, "agent_id": task["agent_id"]}),
        ("list_agent_tasks", task["agent_id"], {"per_page": 50}),
    ):
        listed = task_factory.api.call(operation, agent=agent, query=asked)
        ids = [item["id"] for item in listed.ok()["items"]]
        assert_that(task["id"] in ids, f"{task['id']} in the list at once", ids, listed)


@pytest.mark.claim("INVOKE-1")
def test_an_async_invoke_does_not_wait_for_the_agent(task_factory: TaskFactory) -> None:
    """INVOKE-1: async answers at once, long before the task ends."""
    read, at_once, whole = [], [], []
    for _ in range(MOST_ATTEMPTS):
        began = time.monotonic()
        task = task_factory.start()["id"]
        at_once.append(time.monotonic() - began)
        began = time.monotonic()
        task_factory.api.get(task)
        read.append(time.monotonic() - began)
    for _ in range(2):
        began = time.monotonic()
        task_factory.invoke("invoke_agent")
        whole.append(time.monotonic() - began)
    working = min(whole) - min(read)
    if working < 0.1:
        not_run("needs tasks that take longer than their requests: these end at once")
    waited = min(at_once) - min(read)
    answer = task_factory.api.call("invoke_agent_async", agent=task_factory.agent, body=task_factory.body())
    assert_that(
        waited < working * 0.8, f"an answer well before the {working:.2f} s of a task", f"{waited:.2f} s", answer
    )


@pytest.mark.claim("INVOKE-2")
@pytest.mark.parametrize("kind", ["new task", "further turn", "sub-task"])
def test_a_sync_invoke_answers_with_a_task_in_a_final_state(task_factory: TaskFactory, kind: str) -> None:
    """INVOKE-2: sync answers with a task in a final state, and that is how it stands."""
    fields: Task = {}
    if kind == "further turn":
        fields = {"id": task_factory.completed()["id"]}
    elif kind == "sub-task":
        fields = {"parent_execution_id": task_factory.start()["id"]}
    for _ in range(3):
        answer = task_factory.api.call("invoke_agent", agent=task_factory.agent, body=task_factory.body(**fields))
        status = answer.ok().get("status")
        assert_that(status in FINAL, f"one of {', '.join(FINAL)}", status, answer)
        assert_times_follow(answer.json, answer)
        shown = task_factory.api.call("get_task", task=answer.json["id"])
        assert_that(shown.ok()["status"] == status, f"status {status} in get too", shown.json["status"], answer, shown)
        actual = shown.json.get("result")
        assert_that(actual == answer.json.get("result"), "the same result in get", actual, answer, shown)


@pytest.mark.claim("INVOKE-3")
@pytest.mark.parametrize(("operation_id", "shape"), invoke_cases("invoke_agent_async", SHAPES))
def test_a_callers_id_becomes_the_tasks_id(task_factory: TaskFactory, operation_id: str, shape: str) -> None:
    """INVOKE-3: a caller's `id` comes back as the task's `id`, and opens it."""
    wanted = shape.format(task_factory.new_id())
    task, answer = task_factory.call(operation_id, task_factory.body(id=wanted))
    assert_that(task["id"] == wanted, f"id {wanted!r}", task["id"], answer)
    shown = task_factory.api.call("get_task", task=wanted)
    assert_that(shown.ok()["id"] == wanted, f"id {wanted!r}", shown.json["id"], answer, shown)


@pytest.mark.claim("INVOKE-3")
@pytest.mark.parametrize("operation_id", INVOKES)
def test_without_an_id_the_server_makes_a_uuid(task_factory: TaskFactory, operation_id: str) -> None:
    """INVOKE-3: without an `id`, or with null, the server makes a UUID, each time another one."""
    made = []
    for absent in (..., None, ...):
        task, answer = task_factory.call(operation_id, task_factory.body(id=absent))
        made.append(task["id"])
        try:
            is_uuid = str(UUID(task["id"])) == task["id"].lower()
        except ValueError:
            is_uuid = False
        assert_that(is_uuid, "a UUID as id", task["id"], answer)
        task_factory.api.call("get_task", task=task["id"]).assert_status(200)
    assert_that(len(set(made)) == len(made), "another id each time", made, answer)


@pytest.mark.claim("INVOKE-6")
@pytest.mark.parametrize("operation_id", INVOKES)
def test_a_sub_task_is_listed_under_its_parent(task_factory: TaskFactory, operation_id: str) -> None:
    """INVOKE-6: a sub-task is listed under `parent_task_id` and in the parent's `sub_executions`, at every depth."""
    root, other = task_factory.start()["id"], task_factory.start()["id"]
    children = [task_factory.invoke(operation_id, parent_execution_id=root)["id"] for _ in range(2)]
    grandchild = task_factory.invoke(operation_id, parent_execution_id=children[0])["id"]
    task_factory.invoke(operation_id)
    for parent, expected in ((root, children), (children[0], [grandchild]), (other, []), (grandchild, [])):
        shown = task_factory.api.call("get_task", task=parent)
        actual = task_factory.without_delegated(shown.ok().get("sub_executions") or [])
        assert_that(sorted(actual) == sorted(expected), f"sub_executions {expected}", actual, shown)
        for operation, agent in (("list_tasks", ""), ("list_agent_tasks", task_factory.agent)):
            answer = task_factory.api.call(operation, agent=agent, query={"parent_task_id": parent})
            ids = task_factory.without_delegated(item["id"] for item in answer.ok()["items"])
            assert_that(sorted(ids) == sorted(expected), f"the sub-tasks {expected}", ids, answer)
            owners = [item["parent_task_id"] for item in answer.json["items"]]
            assert_that(set(owners) <= {parent}, f"parent_task_id {parent}", owners, answer)
    task_factory.wait_until_done(root)
    ended = task_factory.api.call("get_task", task=root)
    actual = task_factory.without_delegated(ended.ok().get("sub_executions") or [])
    assert_that(sorted(actual) == sorted(children), "the same when it has ended", actual, ended)


@pytest.mark.claim("INVOKE-6")
@pytest.mark.parametrize("action", ["turn", "stop"])
def test_a_parent_that_is_continued_or_stopped_keeps_its_sub_tasks(task_factory: TaskFactory, action: str) -> None:
    """INVOKE-6: a sub-task stays listed under its parent when that is continued or stopped."""
    parent = task_factory.start()["id"] if action == "stop" else task_factory.completed()["id"]
    child = task_factory.start(parent_execution_id=parent)["id"]
    if action == "stop":
        task_factory.api.call("stop_task", task=parent).assert_status(200)
    else:
        task_factory.completed(id=parent)
    shown = task_factory.api.call("get_task", task=parent)
    actual = shown.ok().get("sub_executions") or []
    assert_that(child in actual, f"{child} in sub_executions", actual, shown)
    listed = task_factory.api.call("list_tasks", query={"parent_task_id": parent})
    ids = [item["id"] for item in listed.ok()["items"]]
    assert_that(child in ids, f"{child} under {parent}", ids, listed)
    opened = task_factory.api.call("get_task", task=child)
    above = opened.ok().get("parent_execution")
    assert_that(above == parent, f"parent_execution {parent}", above, opened)


@pytest.mark.claim("INVOKE-8")
@pytest.mark.parametrize("operation_id", INVOKES)
def test_get_shows_what_the_invoke_answered(task_factory: TaskFactory, operation_id: str) -> None:
    """INVOKE-8: what an invoke answers is what get shows of the task from then on."""
    task, answer = task_factory.call(operation_id, task_factory.body())
    shown = task_factory.api.call("get_task", task=task["id"])
    fixed = ("id", "agent_id", "organization_id", "input", "created_at", "title", "source", "parent_execution")
    actual = {name: shown.ok().get(name) for name in fixed}
    expected = {name: task.get(name) for name in fixed}
    assert_that(actual == expected, f"{expected}", actual, answer, shown)
    assert_that(task["agent_id"] == task_factory.agent, f"agent_id {task_factory.agent}", task["agent_id"], answer)
    if operation_id != "invoke_agent_async":
        for name in ("status", "result", "finished_at", "started_at"):
            assert_that(shown.json.get(name) == task.get(name), f"{name} {task.get(name)}", shown.json.get(name), shown)
