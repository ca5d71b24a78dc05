"""Continued conversations."""

import pytest

from ..report.violation import not_run
from ._answers import Answer, assert_that, retry_check
from ._instants import parse
from ._seeded_tasks import SeededTasks
from ._task_factory import INVOKES, Task, TaskFactory, stable_fields
from .api import Query


@pytest.mark.claim("TURN-1")
@pytest.mark.parametrize("operation_id", INVOKES)
def test_a_turn_makes_no_new_task_among_sub_tasks(task_factory: TaskFactory, operation_id: str) -> None:
    """TURN-1: an invoke that reuses an `id` updates that record: no new task in any list, `total` unchanged."""
    parent = task_factory.parent()
    others = [task_factory.start(parent_execution_id=parent)["id"] for _ in range(2)]
    task = task_factory.completed(parent_execution_id=parent)
    for other in others:
        task_factory.wait_until_done(other)
    for _ in range(2):
        body = task_factory.body(id=task["id"], parent_execution_id=parent)
        answered, answer = task_factory.call(operation_id, body)
        assert_that(answered["id"] == task["id"], f"task {task['id']}", answered["id"], answer)
        for _ in range(2):  # while the turn runs, and when it has ended
            for operation, agent in (("list_tasks", ""), ("list_agent_tasks", task["agent_id"])):
                query: Query = {"parent_task_id": parent, "per_page": 50}
                listed = task_factory.api.call(operation, agent=agent, query=query)
                actual = (listed.ok()["total"], sorted(item["id"] for item in listed.json["items"]))
                assert_that(
                    actual == (3, sorted([*others, task["id"]])), f"still {3} sub-tasks", actual, answer, listed
                )
            task_factory.wait_until_done(task["id"])
    shown = task_factory.api.call("get_task", task=parent)
    children = shown.ok().get("sub_executions")
    assert_that(sorted(children or []) == sorted([*others, task["id"]]), "each sub-task once", children, shown)


@pytest.mark.claim("TURN-1")
@pytest.mark.parametrize("operation_id", INVOKES)
def test_a_turn_makes_no_new_task_in_the_whole_list(task_factory: TaskFactory, operation_id: str) -> None:
    """TURN-1: an invoke that reuses an `id` updates that record: no list has a new task, under any id."""
    task = task_factory.completed()
    title = f"Contract test, second turn of {task['id']}"
    _, answer = task_factory.call(operation_id, task_factory.body(id=task["id"], title=title))
    task_factory.wait_until_done(task["id"])
    for operation, agent in (("list_tasks", ""), ("list_agent_tasks", task["agent_id"])):
        titled: list[str] = []
        seen: list[str] = []
        for page in range(1, 9):
            query: dict[str, str | int] = {"per_page": 50, "page": page}
            if operation == "list_tasks":
                query["from_date"] = task["created_at"]
            items = task_factory.api.call(operation, agent=agent, query=query).ok()["items"]
            titled += [item["id"] for item in items if item.get("title") == title]
            seen += [item["id"] for item in items]
            # Others may add tasks, so that a task may appear on two pages, but not under two ids.
            if task["id"] in seen or len(items) < 50:
                break
        assert_that(set(titled) == {task["id"]}, f"{task['id']} alone with the new title", titled, answer)
    created = task["created_at"]
    at = task_factory.api.call("list_tasks", query={"from_date": created, "to_date": created, "per_page": 50})
    count = [item["id"] for item in at.ok()["items"]].count(task["id"])
    assert_that(count == 1, "it once at its old created_at", count, answer, at)


@pytest.mark.claim("TURN-1")
@pytest.mark.parametrize("status", ["stopped", "failed", "error"])
def test_a_turn_after_one_that_did_not_complete_makes_no_new_task(
    task_factory: TaskFactory, seeded_tasks: SeededTasks, status: str
) -> None:
    """TURN-1: an invoke that reuses the `id` of a task that was stopped, or that failed, updates that record too."""
    alike = [seeded_tasks.sent[task] for task, shown in seeded_tasks.tasks.items() if shown.get("status") == status]
    if not alike:
        not_run(f"needs one of the run's tasks to end as {status}: none did")
    parent = task_factory.parent()
    task = task_factory.start(parent_execution_id=parent, input=alike[0]["input"])["id"]
    if status == "stopped":
        task_factory.api.call("stop_task", task=task)
    if task_factory.wait_until_done(task).get("status") != status:
        not_run(f"needs an agent that ends as {status} again when asked the same")
    answered, answer = task_factory.call("invoke_agent_async", task_factory.body(id=task, parent_execution_id=parent))
    assert_that(answered["id"] == task, f"task {task}", answered["id"], answer)
    task_factory.wait_until_done(task)
    for operation, agent in (("list_tasks", ""), ("list_agent_tasks", answered["agent_id"])):
        listed = task_factory.api.call(operation, agent=agent, query={"parent_task_id": parent, "per_page": 50})
        actual = [item["id"] for item in listed.ok()["items"]]
        assert_that(actual == [task], f"{task} alone", actual, answer, listed)


@pytest.mark.claim("TURN-2", "GET-6")
@pytest.mark.parametrize(("first", "operation_id"), list(zip(INVOKES, (*INVOKES[1:], INVOKES[0]), strict=True)))
def test_title_result_and_updated_at_are_the_latest_turns(
    task_factory: TaskFactory, first: str, operation_id: str
) -> None:
    """TURN-2, GET-6: afterwards input, `title`, `result`, `updated_at` are the latest turn's; `created_at` stays."""
    parent = task_factory.parent()
    task = task_factory.completed(first, parent_execution_id=parent)
    for number in (2, 3):
        before = _item(task_factory, parent, task["id"])
        task_factory.wait_for_clock(before)
        text, title = f"Please name a number, in turn {number}.", f"Contract test, turn {number}"
        turn = {"id": task["id"], "title": title, "input": {"text": text}, "parent_execution_id": parent}
        answered, answer = task_factory.call(operation_id, task_factory.body(**turn))
        shown = task_factory.api.call("get_task", task=task_factory.wait_until_done(task["id"])["id"])
        assert_that(shown.ok()["input"].get("text") == text, f"input {text!r}", shown.json["input"], answer, shown)
        assert_that(shown.json.get("title") == title, f"title {title!r}", shown.json.get("title"), answer, shown)
        same = parse(shown.json["created_at"]) == parse(task["created_at"])
        assert_that(same, f"created_at {task['created_at']}", shown.json["created_at"], answer, shown)
        item = _item(task_factory, parent, task["id"])
        actual = (item["title"], item.get("result"), item["created_at"])
        expected = (title, shown.json.get("result"), before["created_at"])
        assert_that(actual == expected, f"{expected} in the list", actual, answer)
        if item.get("updated_at"):
            later = parse(item["updated_at"]) > parse(before["updated_at"])
            assert_that(later, f"updated_at after {before['updated_at']}", item["updated_at"], answer)
        thread = task_factory.api.call("get_task_thread", task=task["id"])
        if shown.json.get("status") == "completed":
            if operation_id != "invoke_agent_async":
                result = shown.json["result"]
                assert_that(
                    answered["result"] == result, f"the turn's result {answered['result']!r}", result, answer, shown
                )
            last = thread.messages()[-1]["content"]
            assert_that(
                last == shown.json["result"], "the latest answer as result", shown.json["result"], thread, shown
            )


@pytest.mark.claim("TURN-2")
def test_every_list_shows_the_latest_turn(task_factory: TaskFactory) -> None:
    """TURN-2: `title` and `result` are the latest turn's in both lists, and under the status that it ended in."""
    parent = task_factory.parent()
    task = task_factory.completed(parent_execution_id=parent)
    later = task_factory.completed(id=task["id"], title="Contract test, latest", parent_execution_id=parent)
    for operation, agent in (("list_tasks", ""), ("list_agent_tasks", task["agent_id"])):
        for extra in ({}, {"status": "completed"}):
            query = {"parent_task_id": parent, **extra}
            answer = task_factory.api.call(operation, agent=agent, query=query)
            items = [item for item in answer.ok()["items"] if item["id"] == task["id"]]
            actual = [(item["title"], item["result"]) for item in items]
            assert_that(actual == [("Contract test, latest", later["result"])], "the latest turn", actual, answer)


@pytest.mark.claim("TURN-3")
@pytest.mark.parametrize("operation_id", INVOKES)
def test_the_thread_gains_each_turn_after_the_old_ones(task_factory: TaskFactory, operation_id: str) -> None:
    """TURN-3: the thread gains the new turn after the old ones, which stay as they were."""
    task = task_factory.completed(operation_id)
    before = task_factory.api.call("get_task_thread", task=task["id"])
    for number in (2, 3, 4):
        text = f"Please answer this, which is turn {number}."
        ended = task_factory.completed(operation_id, id=task["id"], input={"text": text})
        after = task_factory.api.call("get_task_thread", task=task["id"])
        old, new = before.messages(), after.messages()
        assert_that(new[: len(old)] == old, "the old messages as they were", new[: len(old)], before, after)
        added = [(message["role"], message["content"]) for message in new[len(old) :]]
        assert_that(added[:1] == [("user", text)], f"then the new input {text!r}", added, before, after)
        assert_that(added[-1] == ("assistant", ended["result"]), "then the new result", added, before, after)
        asked = [content for role, content in added if role == "user"]
        assert_that(asked == [text], "the new input once", asked, before, after)
        before = after
    full = task_factory.api.call("get_task_thread_full", task=task["id"])
    shown = [message["id"] for message in full.ok()["root"]]
    missing = [message["id"] for message in before.json if message["id"] not in shown]
    assert_that(not missing, "all turns in the full thread", missing, before, full)


@pytest.mark.claim("META-8")
def test_a_turn_leaves_other_tasks_alone(task_factory: TaskFactory) -> None:
    """META-8: continuing a task leaves its siblings and its parent as they are."""
    parent = task_factory.api.get(task_factory.parent())
    task, sibling = (task_factory.completed(parent_execution_id=parent["id"]) for _ in range(2))
    before = {other: _with_null_fields(task_factory, other) for other in (parent["id"], sibling["id"])}

    def check() -> None:
        listed = _item(task_factory, parent["id"], sibling["id"])
        task_factory.completed(id=task["id"], parent_execution_id=parent["id"])
        now = _item(task_factory, parent["id"], sibling["id"])
        assert_that(now == listed, f"the sibling listed as before: {listed}", now)

    # The sibling's own end may be recorded late once, but not in both attempts.
    retry_check(2, check)
    for other, expected in before.items():
        actual = _with_null_fields(task_factory, other)
        answer = task_factory.api.call("get_task", task=other)
        assert_that(actual == expected, f"as before: {expected}", actual, answer)


@pytest.mark.claim("GET-4", "TURN-2")
def test_a_turn_runs_and_ends_like_a_new_task(task_factory: TaskFactory) -> None:
    """GET-4, GET-3: a new invoke makes a finished task pending or executing, without `finished_at`, until it ends."""
    task = task_factory.completed()
    answered, answer = task_factory.call("invoke_agent_async", task_factory.body(id=task["id"]))
    actual = (answered["status"], answered.get("finished_at"))
    assert_that(
        actual in (("pending", None), ("executing", None)), "pending or executing, not finished", actual, answer
    )
    shown = task_factory.wait_until_done(task["id"])
    if shown.get("finished_at") and task.get("finished_at"):
        later = parse(shown["finished_at"]) >= parse(task["finished_at"])
        assert_that(later, f"finished_at after {task['finished_at']}", shown["finished_at"], answer)


def _item(task_factory: TaskFactory, parent: str, task: str) -> Task:
    __tracebackhide__ = True
    answer: Answer = task_factory.api.call("list_tasks", query={"parent_task_id": parent, "per_page": 50})
    found: list[Task] = [item for item in answer.ok()["items"] if item["id"] == task]
    assert_that(len(found) == 1, f"{task} once", [item["id"] for item in answer.json["items"]], answer)
    return found[0]


def _with_null_fields(task_factory: TaskFactory, task: str) -> tuple[Task, list[Task]]:
    __tracebackhide__ = True
    return stable_fields(task_factory.api.get(task)), task_factory.api.thread(task)
