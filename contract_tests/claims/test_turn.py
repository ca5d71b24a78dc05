"""Continued conversations."""

import pytest

from contract_tests.claims._instants import parse
from contract_tests.claims._tasks import INVOKES, Task, Workshop, lasting
from contract_tests.claims._universe import Universe
from contract_tests.claims.api import Answer, Query, repeatedly, require
from contract_tests.failure import not_run


@pytest.mark.claim("TURN-1")
@pytest.mark.parametrize("operation_id", INVOKES)
def test_a_turn_makes_no_new_task_among_sub_tasks(shop: Workshop, operation_id: str) -> None:
    """TURN-1: an invoke that reuses an `id` updates that record: no new task in any list, `total` unchanged."""
    parent = shop.parent()
    others = [shop.start(parent_execution_id=parent)["id"] for _ in range(2)]
    task = shop.completed(parent_execution_id=parent)
    for other in others:
        shop.finish(other)
    for _ in range(2):
        body = shop.body(id=task["id"], parent_execution_id=parent)
        answered, answer = shop.call(operation_id, body)
        require(answered["id"] == task["id"], f"task {task['id']}", answered["id"], answer)
        for _ in range(2):  # while the turn runs, and when it has ended
            for operation, agent in (("list_tasks", ""), ("list_agent_tasks", task["agent_id"])):
                query: Query = {"parent_task_id": parent, "per_page": 50}
                listed = shop.api.call(operation, agent=agent, query=query)
                came = (listed.ok()["total"], sorted(item["id"] for item in listed.json["items"]))
                require(came == (3, sorted([*others, task["id"]])), f"still {3} sub-tasks", came, answer, listed)
            shop.finish(task["id"])
    shown = shop.api.call("get_task", task=parent)
    children = shown.ok().get("sub_executions")
    require(sorted(children or []) == sorted([*others, task["id"]]), "each sub-task once", children, shown)


@pytest.mark.claim("TURN-1")
@pytest.mark.parametrize("operation_id", INVOKES)
def test_a_turn_makes_no_new_task_in_the_whole_list(shop: Workshop, operation_id: str) -> None:
    """TURN-1: an invoke that reuses an `id` updates that record: no list has a new task, under any id."""
    task = shop.completed()
    title = f"Contract test, second turn of {task['id']}"
    _, answer = shop.call(operation_id, shop.body(id=task["id"], title=title))
    shop.finish(task["id"])
    for operation, agent in (("list_tasks", ""), ("list_agent_tasks", task["agent_id"])):
        titled: list[str] = []
        seen: list[str] = []
        for page in range(1, 9):
            query: dict[str, str | int] = {"per_page": 50, "page": page}
            if operation == "list_tasks":
                query["from_date"] = task["created_at"]
            items = shop.api.call(operation, agent=agent, query=query).ok()["items"]
            titled += [item["id"] for item in items if item.get("title") == title]
            seen += [item["id"] for item in items]
            # Others may add tasks at the head, so that ours may be found on two pages, but not under two ids.
            if task["id"] in seen or len(items) < 50:
                break
        require(set(titled) == {task["id"]}, f"{task['id']} alone with the new title", titled, answer)
    created = task["created_at"]
    at = shop.api.call("list_tasks", query={"from_date": created, "to_date": created, "per_page": 50})
    count = [item["id"] for item in at.ok()["items"]].count(task["id"])
    require(count == 1, "it once at its old created_at", count, answer, at)


@pytest.mark.claim("TURN-1")
@pytest.mark.parametrize("status", ["stopped", "failed", "error"])
def test_a_turn_after_one_that_did_not_complete_makes_no_new_task(
    shop: Workshop, universe: Universe, status: str
) -> None:
    """TURN-1: an invoke that reuses the `id` of a task that was stopped, or that failed, updates that record too."""
    alike = [universe.sent[task] for task, shown in universe.tasks.items() if shown.get("status") == status]
    if not alike:
        not_run(f"needs a task of our own that ends as {status}: none did")
    parent = shop.parent()
    task = shop.start(parent_execution_id=parent, input=alike[0]["input"])["id"]
    if status == "stopped":
        shop.api.call("stop_task", task=task)
    if shop.finish(task).get("status") != status:
        not_run(f"needs an agent that ends as {status} again when asked the same")
    answered, answer = shop.call("invoke_agent_async", shop.body(id=task, parent_execution_id=parent))
    require(answered["id"] == task, f"task {task}", answered["id"], answer)
    shop.finish(task)
    for operation, agent in (("list_tasks", ""), ("list_agent_tasks", answered["agent_id"])):
        listed = shop.api.call(operation, agent=agent, query={"parent_task_id": parent, "per_page": 50})
        came = [item["id"] for item in listed.ok()["items"]]
        require(came == [task], f"{task} alone", came, answer, listed)


@pytest.mark.claim("TURN-2", "GET-6")
@pytest.mark.parametrize(("first", "operation_id"), list(zip(INVOKES, (*INVOKES[1:], INVOKES[0]), strict=True)))
def test_title_result_and_updated_at_are_the_latest_turns(shop: Workshop, first: str, operation_id: str) -> None:
    """TURN-2, GET-6: afterwards input, `title`, `result`, `updated_at` are the latest turn's; `created_at` stays."""
    parent = shop.parent()
    task = shop.completed(first, parent_execution_id=parent)
    for number in (2, 3):
        before = _item(shop, parent, task["id"])
        shop.tick(before)
        text, title = f"Please name a number, in turn {number}.", f"Contract test, turn {number}"
        turn = {"id": task["id"], "title": title, "input": {"text": text}, "parent_execution_id": parent}
        answered, answer = shop.call(operation_id, shop.body(**turn))
        shown = shop.api.call("get_task", task=shop.finish(task["id"])["id"])
        require(shown.ok()["input"].get("text") == text, f"input {text!r}", shown.json["input"], answer, shown)
        require(shown.json.get("title") == title, f"title {title!r}", shown.json.get("title"), answer, shown)
        same = parse(shown.json["created_at"]) == parse(task["created_at"])
        require(same, f"created_at {task['created_at']}", shown.json["created_at"], answer, shown)
        item = _item(shop, parent, task["id"])
        came = (item["title"], item.get("result"), item["created_at"])
        expected = (title, shown.json.get("result"), before["created_at"])
        require(came == expected, f"{expected} in the list", came, answer)
        if item.get("updated_at"):
            later = parse(item["updated_at"]) > parse(before["updated_at"])
            require(later, f"updated_at after {before['updated_at']}", item["updated_at"], answer)
        thread = shop.api.call("get_task_thread", task=task["id"])
        if shown.json.get("status") == "completed":
            if operation_id != "invoke_agent_async":
                result = shown.json["result"]
                require(
                    answered["result"] == result, f"the turn's result {answered['result']!r}", result, answer, shown
                )
            last = thread.messages()[-1]["content"]
            require(last == shown.json["result"], "the latest answer as result", shown.json["result"], thread, shown)


@pytest.mark.claim("TURN-2")
def test_every_list_shows_the_latest_turn(shop: Workshop) -> None:
    """TURN-2: `title` and `result` are the latest turn's in both lists, and under the status that it ended in."""
    parent = shop.parent()
    task = shop.completed(parent_execution_id=parent)
    later = shop.completed(id=task["id"], title="Contract test, latest", parent_execution_id=parent)
    for operation, agent in (("list_tasks", ""), ("list_agent_tasks", task["agent_id"])):
        for extra in ({}, {"status": "completed"}):
            query = {"parent_task_id": parent, **extra}
            answer = shop.api.call(operation, agent=agent, query=query)
            items = [item for item in answer.ok()["items"] if item["id"] == task["id"]]
            came = [(item["title"], item["result"]) for item in items]
            require(came == [("Contract test, latest", later["result"])], "the latest turn", came, answer)


@pytest.mark.claim("TURN-3")
@pytest.mark.parametrize("operation_id", INVOKES)
def test_the_thread_gains_each_turn_after_the_old_ones(shop: Workshop, operation_id: str) -> None:
    """TURN-3: the thread gains the new turn after the old ones, which stay as they were."""
    task = shop.completed(operation_id)
    before = shop.api.call("get_task_thread", task=task["id"])
    for number in (2, 3, 4):
        text = f"Please answer this, which is turn {number}."
        ended = shop.completed(operation_id, id=task["id"], input={"text": text})
        after = shop.api.call("get_task_thread", task=task["id"])
        old, new = before.messages(), after.messages()
        require(new[: len(old)] == old, "the old messages as they were", new[: len(old)], before, after)
        added = [(message["role"], message["content"]) for message in new[len(old) :]]
        require(added[:1] == [("user", text)], f"then the new input {text!r}", added, before, after)
        require(added[-1] == ("assistant", ended["result"]), "then the new result", added, before, after)
        asked = [content for role, content in added if role == "user"]
        require(asked == [text], "the new input once", asked, before, after)
        before = after
    full = shop.api.call("get_task_thread_full", task=task["id"])
    shown = [message["id"] for message in full.ok()["root"]]
    missing = [message["id"] for message in before.json if message["id"] not in shown]
    require(not missing, "all turns in the full thread", missing, before, full)


@pytest.mark.claim("META-8")
def test_a_turn_leaves_other_tasks_alone(shop: Workshop) -> None:
    """META-8: continuing a task leaves its siblings and its parent as they are."""
    parent = shop.api.get(shop.parent())
    task, sibling = (shop.completed(parent_execution_id=parent["id"]) for _ in range(2))
    before = {other: _whole(shop, other) for other in (parent["id"], sibling["id"])}

    def judge() -> None:
        listed = _item(shop, parent["id"], sibling["id"])
        shop.completed(id=task["id"], parent_execution_id=parent["id"])
        now = _item(shop, parent["id"], sibling["id"])
        require(now == listed, f"the sibling listed as before: {listed}", now)

    # The end of the sibling itself may have been written late, but not twice.
    repeatedly(2, judge)
    for other, expected in before.items():
        came = _whole(shop, other)
        answer = shop.api.call("get_task", task=other)
        require(came == expected, f"as before: {expected}", came, answer)


@pytest.mark.claim("GET-4", "TURN-2")
def test_a_turn_runs_and_ends_like_a_new_task(shop: Workshop) -> None:
    """GET-4, GET-3: a new invoke makes a finished task pending or executing, without `finished_at`, until it ends."""
    task = shop.completed()
    answered, answer = shop.call("invoke_agent_async", shop.body(id=task["id"]))
    came = (answered["status"], answered.get("finished_at"))
    require(came in (("pending", None), ("executing", None)), "pending or executing, not finished", came, answer)
    shown = shop.finish(task["id"])
    if shown.get("finished_at") and task.get("finished_at"):
        later = parse(shown["finished_at"]) >= parse(task["finished_at"])
        require(later, f"finished_at after {task['finished_at']}", shown["finished_at"], answer)


def _item(shop: Workshop, parent: str, task: str) -> Task:
    __tracebackhide__ = True
    answer: Answer = shop.api.call("list_tasks", query={"parent_task_id": parent, "per_page": 50})
    found: list[Task] = [item for item in answer.ok()["items"] if item["id"] == task]
    require(len(found) == 1, f"{task} once", [item["id"] for item in answer.json["items"]], answer)
    return found[0]


def _whole(shop: Workshop, task: str) -> tuple[Task, list[Task]]:
    __tracebackhide__ = True
    return lasting(shop.api.get(task)), shop.api.thread(task)
