"""Deleting."""

import pytest

from contract_tests.claims._tasks import BY_ID, INVOKES, STATUSES, TRIES, Task, Workshop, lasting
from contract_tests.claims._universe import Universe
from contract_tests.claims.api import Answer, require
from contract_tests.failure import not_run


@pytest.mark.claim("DEL-1")
@pytest.mark.parametrize("operation_id", INVOKES)
def test_a_deleted_task_is_gone_everywhere(shop: Workshop, operation_id: str) -> None:
    """DEL-1: 204 with an empty body; afterwards get, stop, delete and threads answer 404, and no list has it."""
    parent = shop.parent()
    kept = shop.start(parent_execution_id=parent)
    task = shop.invoke(operation_id, parent_execution_id=parent, triggering_agent_id=shop.agent)
    task = shop.finish(task["id"])
    answer = delete(shop, task["id"])
    gone(shop, task, parent, answer)
    listed = shop.api.call("list_tasks", query={"parent_task_id": parent})
    came = (listed.ok()["total"], [item["id"] for item in listed.json["items"]])
    require(came == (1, [kept["id"]]), f"its sibling {kept['id']} alone", came, answer, listed)


@pytest.mark.claim("DEL-1")
def test_a_deleted_task_of_its_own_is_gone_everywhere(shop: Workshop) -> None:
    """DEL-1: 204 with an empty body; afterwards get, stop, delete and threads answer 404, and no list has it."""
    task = shop.completed()
    gone(shop, task, None, delete(shop, task["id"]))


@pytest.mark.claim("DEL-1")
@pytest.mark.parametrize("status", [status for status in STATUSES if status not in ("pending", "executing")])
def test_a_task_in_any_state_can_be_deleted(shop: Workshop, universe: Universe, status: str) -> None:
    """DEL-1: delete is a 204 whatever state the task ended in, and it is gone."""
    alike = [task for task, shown in universe.tasks.items() if shown.get("status") == status]
    if not alike:
        not_run(f"needs a task of our own that ends as {status}: none did")
    for _ in range(TRIES):
        task = shop.start(input=universe.sent[alike[0]].get("input"))
        if status == "stopped":
            shop.api.call("stop_task", task=task["id"])
        ended = shop.finish(task["id"])
        if ended.get("status") == status:
            gone(shop, ended, None, delete(shop, task["id"]))
            return
    not_run(f"needs a task that ends as {status} again when asked the same")


@pytest.mark.claim("DEL-1")
def test_a_continued_conversation_is_deleted_whole(shop: Workshop) -> None:
    """DEL-1: after the deletion of a task with several turns, nothing of any turn is left."""
    task = shop.completed()
    shop.completed(id=task["id"])
    gone(shop, task, None, delete(shop, task["id"]))


@pytest.mark.claim("DEL-2")
def test_sub_tasks_go_with_a_deleted_task(shop: Workshop) -> None:
    """DEL-2: its sub-tasks go with it, with theirs, at every depth; others stay."""
    root, stranger = shop.start(), shop.start()
    children = [shop.start(parent_execution_id=root["id"]) for _ in range(2)]
    grandchildren = [shop.start(parent_execution_id=child["id"]) for child in children for _ in range(2)]
    deepest = [shop.start(parent_execution_id=grandchildren[0]["id"]), shop.start(parent_execution_id=stranger["id"])]
    for task in (root, stranger, *children, *grandchildren, *deepest):
        shop.finish(task["id"])
    answer = delete(shop, root["id"])
    gone(shop, root, None, answer)
    for task, parent in [
        *((child, root) for child in children),
        *((child, children[number // 2]) for number, child in enumerate(grandchildren)),
        (deepest[0], grandchildren[0]),
    ]:
        gone(shop, task, parent["id"], answer)
    for task in (stranger, deepest[1]):
        shop.api.call("get_task", task=task["id"]).expect(200)
        shop.api.call("get_task_thread", task=task["id"]).expect(200)


@pytest.mark.claim("DEL-2", "META-8")
def test_deleting_a_sub_task_leaves_its_parent_and_siblings(shop: Workshop) -> None:
    """DEL-2, META-8: only what is below a deleted task goes with it; its parent and siblings are as they were."""
    root = shop.api.get(shop.parent())
    child, sibling = (shop.completed(parent_execution_id=root["id"]) for _ in range(2))
    grandchild = shop.completed(parent_execution_id=child["id"])
    nephew = shop.completed(parent_execution_id=sibling["id"])
    kept = [task["id"] for task in (root, sibling, nephew)]
    threads = {task: shop.api.thread(task) for task in kept}
    before = {task: shop.api.get(task) for task in kept}
    answer = delete(shop, child["id"])
    gone(shop, child, root["id"], answer)
    gone(shop, grandchild, child["id"], answer)
    for task in kept:
        shown = shop.api.call("get_task", task=task)
        came, expected = ({**lasting(one), "sub_executions": None} for one in (shown.ok(), before[task]))
        require(came == expected, "the task as it was", came, answer, shown)
        thread = shop.api.call("get_task_thread", task=task)
        require(thread.messages() == threads[task], "the thread as it was", thread.json, answer, thread)
    full = shop.api.call("get_task_thread_full", task=root["id"])
    came_messages = [full.ok().get(task) for task in (child["id"], grandchild["id"])]
    require(not any(came_messages), "no conversation of a deleted task", came_messages, answer, full, claim="DEL-1")
    listed = shop.api.call("list_tasks", query={"parent_task_id": root["id"]})
    ids = [item["id"] for item in listed.ok()["items"]]
    require(ids == [sibling["id"]], f"{sibling['id']} alone", ids, answer, listed)


@pytest.mark.claim("DEL-3")
@pytest.mark.parametrize("status", ["pending", "executing"])
def test_a_running_task_is_cancelled_and_deleted(shop: Workshop, status: str) -> None:
    """DEL-3: a running task is cancelled and deleted, not refused, and does not come back when it would have ended."""
    parent = shop.start()["id"]
    task = shop.executing(status, parent_execution_id=parent)
    if task is None:
        not_run(f"needs tasks that stay {status} long enough to be seen: {TRIES} did not")
    answer = delete(shop, task["id"])
    gone(shop, task, parent, answer)
    shop.outlast()
    gone(shop, task, parent, answer)


@pytest.mark.claim("DEL-3", "DEL-2")
def test_running_sub_tasks_are_cancelled_with_their_parent(shop: Workshop) -> None:
    """DEL-3, DEL-2: sub-tasks that run are cancelled and deleted with their parent, and do not come back."""
    parent = shop.completed()
    child = shop.start(parent_execution_id=parent["id"])
    grandchild = shop.start(parent_execution_id=child["id"])
    answer = delete(shop, parent["id"])
    for _ in range(2):
        gone(shop, child, parent["id"], answer)
        gone(shop, grandchild, child["id"], answer)
        shop.outlast()


@pytest.mark.claim("DEL-4")
def test_a_deleted_sub_task_is_no_sub_execution_any_more(shop: Workshop) -> None:
    """DEL-4: a deleted sub-task is no longer among its parent's `sub_executions`."""
    parent = shop.parent()
    children = [shop.start(parent_execution_id=parent)["id"] for _ in range(2)]
    answer = delete(shop, children[0])
    shown = shop.api.call("get_task", task=parent)
    came = shown.ok().get("sub_executions")
    require(came == children[1:], f"{children[1:]}", came, answer, shown)


@pytest.mark.claim("DEL-5")
@pytest.mark.parametrize("operation_id", INVOKES)
def test_a_deleted_id_can_be_used_anew(shop: Workshop, operation_id: str) -> None:
    """DEL-5: an invoke that takes a deleted id anew makes a new task, without the old conversation."""
    old = shop.completed()
    child = shop.start(parent_execution_id=old["id"])
    delete(shop, old["id"])
    shop.tick(old)
    body = shop.body(id=old["id"], title="Contract test, a new beginning", input={"text": "Please say hello anew."})
    answer = shop.api.call(operation_id, agent=shop.agent, body=body)
    if answer.status != 200:
        not_run("needs a server that takes the id of a deleted task: this one refuses")
    new = shop.finish(old["id"])
    came = (new["input"].get("text"), new.get("title"))
    require(came == ("Please say hello anew.", body["title"]), "the new input and title", came, answer)
    thread = shop.api.call("get_task_thread", task=old["id"])
    asked = [message["content"] for message in thread.messages() if message["role"] == "user"]
    require(asked == ["Please say hello anew."], "the new turn alone", asked, answer, thread)
    require(new["created_at"] != old["created_at"], f"another created_at than {old['created_at']}", new, answer)
    children = (shop.asked_for(new.get("sub_executions") or []), new.get("parent_execution"))
    require(children == ([], None), f"neither parent nor the old sub-task {child['id']}", children, answer)


def delete(shop: Workshop, task: str) -> Answer:
    """Delete a task, which has to succeed."""
    __tracebackhide__ = True
    return shop.api.call("delete_task", task=task).expect(204)


def gone(shop: Workshop, task: Task, parent: str | None, deleted: Answer) -> None:
    """Judge that nothing shows a task any more."""
    __tracebackhide__ = True
    for operation in BY_ID:
        answer = shop.api.call(operation, task=task["id"])
        require(answer.status == 404, f"404 to {operation} of {task['id']}", answer.status, deleted, answer)
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
            answer = shop.api.call(operation, agent=agent, query={**query, "per_page": 50})
            found = [item for item in answer.ok()["items"] if item["id"] == task["id"]]
            require(not found, f"no list with {task['id']}", found, deleted, answer)
            if query.get("parent_task_id") == task["id"]:
                came = (answer.json["total"], answer.json["items"])
                require(came == (0, []), f"no sub-task of {task['id']}", came, deleted, answer, claim="DEL-2")
