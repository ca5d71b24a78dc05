"""Deleting."""

import pytest

from ..report.violation import not_run
from ._answers import Answer, assert_that
from ._seeded_tasks import SeededTasks
from ._task_factory import BY_ID, INVOKES, MOST_ATTEMPTS, STATUSES, Task, TaskFactory, stable_fields


@pytest.mark.claim("DEL-1")
@pytest.mark.parametrize("operation_id", INVOKES)
def test_a_deleted_task_is_gone_everywhere(task_factory: TaskFactory, operation_id: str) -> None:
    """DEL-1: 204 with an empty body; afterwards get, stop, delete and threads answer 404, and no list has it."""
    parent = task_factory.parent()
    kept = task_factory.start(parent_execution_id=parent)
    task = task_factory.invoke(operation_id, parent_execution_id=parent, triggering_agent_id=task_factory.agent)
    task = task_factory.wait_until_done(task["id"])
    answer = delete(task_factory, task["id"])
    assert_gone(task_factory, task, parent, answer)
    listed = task_factory.api.call("list_tasks", query={"parent_task_id": parent})
    actual = (listed.ok()["total"], [item["id"] for item in listed.json["items"]])
    assert_that(actual == (1, [kept["id"]]), f"its sibling {kept['id']} alone", actual, answer, listed)


@pytest.mark.claim("DEL-1")
def test_a_deleted_task_of_its_own_is_gone_everywhere(task_factory: TaskFactory) -> None:
    """DEL-1: 204 with an empty body; afterwards get, stop, delete and threads answer 404, and no list has it."""
    task = task_factory.completed()
    assert_gone(task_factory, task, None, delete(task_factory, task["id"]))


@pytest.mark.claim("DEL-1")
@pytest.mark.parametrize("status", [status for status in STATUSES if status not in ("pending", "executing")])
def test_a_task_in_any_state_can_be_deleted(task_factory: TaskFactory, seeded_tasks: SeededTasks, status: str) -> None:
    """DEL-1: delete is a 204 whatever state the task ended in, and it is gone."""
    alike = [task for task, shown in seeded_tasks.tasks.items() if shown.get("status") == status]
    if not alike:
        not_run(f"needs one of the run's tasks to end as {status}: none did")
    for _ in range(MOST_ATTEMPTS):
        task = task_factory.start(input=seeded_tasks.sent[alike[0]].get("input"))
        if status == "stopped":
            task_factory.api.call("stop_task", task=task["id"])
        ended = task_factory.wait_until_done(task["id"])
        if ended.get("status") == status:
            assert_gone(task_factory, ended, None, delete(task_factory, task["id"]))
            return
    not_run(f"needs a task that ends as {status} again when asked the same")


@pytest.mark.claim("DEL-1")
def test_a_continued_conversation_is_deleted_whole(task_factory: TaskFactory) -> None:
    """DEL-1: after the deletion of a task with several turns, nothing of any turn is left."""
    task = task_factory.completed()
    task_factory.completed(id=task["id"])
    assert_gone(task_factory, task, None, delete(task_factory, task["id"]))


@pytest.mark.claim("DEL-2")
def test_sub_tasks_go_with_a_deleted_task(task_factory: TaskFactory) -> None:
    """DEL-2: its sub-tasks go with it, with theirs, at every depth; others stay."""
    root, stranger = task_factory.start(), task_factory.start()
    children = [task_factory.start(parent_execution_id=root["id"]) for _ in range(2)]
    grandchildren = [task_factory.start(parent_execution_id=child["id"]) for child in children for _ in range(2)]
    deepest = [
        task_factory.start(parent_execution_id=grandchildren[0]["id"]),
        task_factory.start(parent_execution_id=stranger["id"]),
    ]
    for task in (root, stranger, *children, *grandchildren, *deepest):
        task_factory.wait_until_done(task["id"])
    answer = delete(task_factory, root["id"])
    assert_gone(task_factory, root, None, answer)
    for task, parent in [
        *((child, root) for child in children),
        *((child, children[number // 2]) for number, child in enumerate(grandchildren)),
        (deepest[0], grandchildren[0]),
    ]:
        assert_gone(task_factory, task, parent["id"], answer)
    for task in (stranger, deepest[1]):
        task_factory.api.call("get_task", task=task["id"]).assert_status(200)
        task_factory.api.call("get_task_thread", task=task["id"]).assert_status(200)


@pytest.mark.claim("DEL-2", "META-8")
def test_deleting_a_sub_task_leaves_its_parent_and_siblings(task_factory: TaskFactory) -> None:
    """DEL-2, META-8: only what is below a deleted task goes with it; its parent and siblings are as they were."""
    root = task_factory.api.get(task_factory.parent())
    child, sibling = (task_factory.completed(parent_execution_id=root["id"]) for _ in range(2))
    grandchild = task_factory.completed(parent_execution_id=child["id"])
    nephew = task_factory.completed(parent_execution_id=sibling["id"])
    kept = [task["id"] for task in (root, sibling, nephew)]
    threads = {task: task_factory.api.thread(task) for task in kept}
    before = {task: task_factory.api.get(task) for task in kept}
    answer = delete(task_factory, child["id"])
    assert_gone(task_factory, child, root["id"], answer)
    assert_gone(task_factory, grandchild, child["id"], answer)
    for task in kept:
        shown = task_factory.api.call("get_task", task=task)
        actual, expected = ({**stable_fields(one), "sub_executions": None} for one in (shown.ok(), before[task]))
        assert_that(actual == expected, "the task unchanged", actual, answer, shown)
        thread = task_factory.api.call("get_task_thread", task=task)
        assert_that(thread.messages() == threads[task], "the thread unchanged", thread.json, answer, thread)
    full = task_factory.api.call("get_task_thread_full", task=root["id"])
    came_messages = [full.ok().get(task) for task in (child["id"], grandchild["id"])]
    assert_that(not any(came_messages), "no conversation of a deleted task", came_messages, answer, full, claim="DEL-1")
    listed = task_factory.api.call("list_tasks", query={"parent_task_id": root["id"]})
    ids = [item["id"] for item in listed.ok()["items"]]
    assert_that(ids == [sibling["id"]], f"{sibling['id']} alone", ids, answer, listed)


@pytest.mark.claim("DEL-3")
@pytest.mark.parametrize("status", ["pending", "executing"])
def test_a_running_task_is_cancelled_and_deleted(task_factory: TaskFactory, status: str) -> None:
    """DEL-3: a running task is cancelled and deleted, not refused, and does not come back when it would have ended."""
    parent = task_factory.start()["id"]
    task = task_factory.start_until(status, parent_execution_id=parent)
    if task is None:
        not_run(f"needs tasks that stay {status} long enough to be seen: {MOST_ATTEMPTS} did not")
    answer = delete(task_factory, task["id"])
    assert_gone(task_factory, task, parent, answer)
    task_factory.wait_past_end()
    assert_gone(task_factory, task, parent, answer)


@pytest.mark.claim("DEL-3", "DEL-2")
def test_running_sub_tasks_are_cancelled_with_their_parent(task_factory: TaskFactory) -> None:
    """DEL-3, DEL-2: sub-tasks that run are cancelled and deleted with their parent, and do not come back."""
    parent = task_factory.completed()
    child = task_factory.start(parent_execution_id=parent["id"])
    grandchild = task_factory.start(parent_execution_id=child["id"])
    answer = delete(task_factory, parent["id"])
    for _ in range(2):
        assert_gone(task_factory, child, parent["id"], answer)
        assert_gone(task_factory, grandchild, child["id"], answer)
        task_factory.wait_past_end()


@pytest.mark.claim("DEL-4")
def test_a_deleted_sub_task_is_no_sub_execution_any_more(task_factory: TaskFactory) -> None:
    """DEL-4: a deleted sub-task is no longer among its parent's `sub_executions`."""
    parent = task_factory.parent()
    children = [task_factory.start(parent_execution_id=parent)["id"] for _ in range(2)]
    answer = delete(task_factory, children[0])
    shown = task_factory.api.call("get_task", task=parent)
    actual = shown.ok().get("sub_executions")
    assert_that(actual == children[1:], f"{children[1:]}", actual, answer, shown)


@pytest.mark.claim("DEL-5")
@pytest.mark.parametrize("operation_id", INVOKES)
def test_a_deleted_id_can_be_used_anew(task_factory: TaskFactory, operation_id: str) -> None:
    """DEL-5: an invoke that takes a deleted id anew makes a new task, without the old conversation."""
    old = task_factory.completed()
    child = task_factory.start(parent_execution_id=old["id"])
    delete(task_factory, old["id"])
    task_factory.wait_for_clock(old)
    body = task_factory.body(
        id=old["id"], title="Contract test, a new beginning", input={"text": "Please say hello anew."}
    )
    answer = task_factory.api.call(operation_id, agent=task_factory.agent, body=body)
    if answer.status != 200:
        not_run("needs a server that takes the id of a deleted task: this one refuses")
    new = task_factory.wait_until_done(old["id"])
    actual = (new["input"].get("text"), new.get("title"))
    assert_that(actual == ("Please say hello anew.", body["title"]), "the new input and title", actual, answer)
    thread = task_factory.api.call("get_task_thread", task=old["id"])
    asked = [message["content"] for message in thread.messages() if message["role"] == "user"]
    assert_that(asked == ["Please say hello anew."], "the new turn alone", asked, answer, thread)
    assert_that(new["created_at"] != old["created_at"], f"another created_at than {old['created_at']}", new, answer)
    children = (task_factory.without_delegated(new.get("sub_executions") or []), new.get("parent_execution"))
    assert_that(children == ([], None), f"neither parent nor the old sub-task {child['id']}", children, answer)


def delete(task_factory: TaskFactory, task: str) -> Answer:
    """Delete a task; the answer must be a 204."""
    __tracebackhide__ = True
    return task_factory.api.call("delete_task", task=task).assert_status(204)


def assert_gone(task_factory: TaskFactory, task: Task, parent: str | None, deleted: Answer) -> None:
    """Check that no operation and no list shows a task any more."""
    __tracebackhide__ = True
    for operation in BY_ID:
        answer = task_factory.api.call(operation, task=task["id"])
        assert_that(answer.status == 404, f"404 to {operation} of {task['id']}", answer.status, deleted, answer)
    created = task["created_at"]
    queries: list[dict[str, str]] = [{}, {"parent_task_id": task["id"]}]
    queries += [{"parent_task_id": parent}] if parent else []
    caller = task.get("triggering_agent_id")
    queries += [{"triggering_agent_id": caller}] if caller else []
    queries += [{**query, "status": task["status"]} for query in queries]
    organizations: list[dict[str, str]] = [*queries, {"from_date": created, "to_date": created}, {"from_date": created}]
    organizations += [{"agent_id": task["agent_id"], **query} for query in queries]
    for operation, agent, asked in (
        ("list_tasks", "", organizations),
        ("list_agent_tasks", task["agent_id"], queries),
    ):
        for query in asked:
            answer = task_factory.api.call(operation, agent=agent, query={**query, "per_page": 50})
            found = [item for item in answer.ok()["items"] if item["id"] == task["id"]]
            assert_that(not found, f"no list with {task['id']}", found, deleted, answer)
            if query.get("parent_task_id") == task["id"]:
                actual = (answer.json["total"], answer.json["items"])
                assert_that(actual == (0, []), f"no sub-task of {task['id']}", actual, deleted, answer, claim="DEL-2")
