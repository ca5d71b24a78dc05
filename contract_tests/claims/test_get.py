"""Get Task, and unknown ids."""

import time
from collections.abc import Callable
from uuid import uuid4

import pytest

from ..contract import validation
from ..report.violation import not_run
from ..run.target import Target
from ._answers import Answer, assert_that, retry_check
from ._assertions import assert_times_follow, assert_unchanged
from ._scope import Scope
from ._seeded_tasks import SeededTasks
from ._task_factory import BY_ID, FINAL, INVOKES, RUNNING, Task, TaskFactory, run_concurrently
from .api import Api

UNKNOWN = (
    "00000000-0000-4000-8000-000000000000",
    "no-such-task",
    "0",
    "-1",
    "null",
    "tasks",
    "%",
    "*",
    "' OR '1'='1",
    "東京 🚀",
    "x" * 300,
)
READING = ("get_task_thread", "get_task_thread_full", "get_task")
SECONDS_OF_WATCH = {"quick": 1.0, "default": 4.2, "deep": 20.0}
PERSON: Task = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "notes": {"type": "string"}},
    "required": ["name", "notes"],
}
REPORT: Task = {
    "type": "object",
    "properties": {
        "title": {"type": "string"},
        "count": {"type": "integer"},
        "share": {"type": "number"},
        "final": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "author": {"type": "object", "properties": {"email": {"type": "string"}}, "required": ["email"]},
    },
    "required": ["title", "count", "share", "final", "tags", "author"],
    "additionalProperties": False,
}


@pytest.mark.claim("GET-2", "ID-1")
@pytest.mark.parametrize("operation_id", BY_ID)
@pytest.mark.parametrize("task", UNKNOWN)
def test_an_unknown_id_is_a_404_and_never_a_422(api: Api, target: Target, operation_id: str, task: str) -> None:
    """GET-2, ID-1: an unknown id is a 404; ids are opaque, so that none is malformed."""
    if operation_id in ("stop_task", "delete_task") and not target.writes:
        not_run("needs CONTRACT_WRITES")
    api.call(operation_id, task=task).assert_status(404)


@pytest.mark.claim("GET-2", "ID-1")
@pytest.mark.parametrize("operation_id", ["get_task", "get_task_thread", "get_task_thread_full"])
def test_an_id_that_nearly_exists_is_unknown(scope: Scope, operation_id: str) -> None:
    """GET-2, ID-1: an unknown id is a 404, however much it looks like one that exists."""
    known = [item["id"] for item in scope.snapshot().items]
    for task in known[:2]:
        for other in (f"{task}.x", task[: len(task) // 2], f"{task} ", f"{task[:-1]}%", f"{task[:-1]}_"):
            if other and other not in known:
                scope.api.call(operation_id, task=other).assert_status(404)
    scope.api.call(operation_id, task=str(uuid4())).assert_status(404)


@pytest.mark.claim("ID-2")
@pytest.mark.parametrize(("case", "other_case"), [(str, str.swapcase), (str.lower, str.upper), (str.upper, str.lower)])
def test_ids_that_differ_in_case_are_different_tasks(
    task_factory: TaskFactory, case: Callable[[str], str], other_case: Callable[[str], str]
) -> None:
    """ID-2: ids that differ only in case are different tasks."""
    one = task_factory.completed(id=case(task_factory.new_id()))
    other = other_case(one["id"])
    for operation in BY_ID:
        answer = task_factory.api.call(operation, task=other)
        assert_that(answer.status == 404, f"404 to {operation} of another spelling", answer.status, answer)
    new = task_factory.completed(id=other)
    answer = task_factory.api.call("get_task", task=one["id"])
    assert_unchanged(one, answer)
    assert_that(new["id"] == other and new["input"] != one["input"], "another task than the first", new, answer)


@pytest.mark.claim("GET-4")
@pytest.mark.parametrize("operation_id", INVOKES)
def test_a_task_leaves_pending_and_executing_and_stays_ended(task_factory: TaskFactory, operation_id: str) -> None:
    """GET-4: polled, a task leaves pending and executing; a finished one never goes back without a new invoke."""
    task = task_factory.wait_until_done(task_factory.invoke(operation_id)["id"])
    if task["status"] not in FINAL:
        not_run("needs an agent that ends without help")
    for pause in (0, 0.02, 0.05, 0.1):
        time.sleep(pause)
        again = task_factory.api.call("get_task", task=task["id"])
        actual = (again.ok()["status"], again.json.get("result"), again.json.get("finished_at"))
        expected = (task["status"], task.get("result"), task.get("finished_at"))
        assert_that(actual == expected, f"{expected} for good", actual, again)


@pytest.mark.claim("GET-4")
def test_our_tasks_that_ended_stay_as_they_ended(
    task_factory: TaskFactory, seeded_tasks: SeededTasks, target: Target
) -> None:
    """GET-4: a finished task never goes back without a new invoke, neither at once nor some seconds later."""
    fresh = task_factory.wait_until_done(task_factory.start()["id"])
    ended = {task: shown for task, shown in seeded_tasks.tasks.items() if shown["status"] in FINAL}
    if fresh["status"] in FINAL:
        ended[fresh["id"]] = fresh
    until = time.monotonic() + SECONDS_OF_WATCH[target.profile]
    while True:
        answers = run_concurrently(lambda task: task_factory.api.call("get_task", task=task), ended)
        for (_, shown), answer in zip(ended.items(), answers, strict=True):
            actual = (answer.ok()["status"], answer.json.get("result"))
            assert_that(actual == (shown["status"], shown.get("result")), f"{shown['status']} for good", actual, answer)
        if time.monotonic() > until:
            return
        time.sleep(0.6)


@pytest.mark.claim("GET-3")
@pytest.mark.parametrize("operation_id", INVOKES)
def test_times_follow_each_other_while_a_task_runs(task_factory: TaskFactory, operation_id: str) -> None:
    """GET-3: `created_at` ≤ `started_at` ≤ `finished_at`, and no `finished_at` while it runs, in later turns too."""
    # Several tasks, because a time that lost its fraction is too early in most of them, but not in all.
    tasks = [task_factory.new_id() for _ in range(3)]
    for task in [*tasks, *tasks]:
        shown, answer = task_factory.call(operation_id, task_factory.body(id=task))
        assert_times_follow(shown, answer)
        deadline = time.monotonic() + task_factory.patience
        while shown.get("status") in RUNNING and time.monotonic() < deadline:
            time.sleep(0.01 if task_factory.task_seconds < 1 else 0.3)
            answer = task_factory.api.call("get_task", task=task)
            shown = answer.ok()
            assert_times_follow(shown, answer)
        assert_times_follow(task_factory.wait_until_done(task), answer)


@pytest.mark.claim("GET-5")
@pytest.mark.parametrize("operation_id", INVOKES)
@pytest.mark.parametrize("schema", [None, PERSON, REPORT], ids=["no schema", "strings", "all types"])
def test_a_json_result_parses_and_conforms(task_factory: TaskFactory, operation_id: str, schema: Task | None) -> None:
    """GET-5: asked for `output_format` json, a `result` parses as JSON, and conforms to `output_schema` if given."""
    fields: Task = {"output_format": "json"} | ({"output_schema": schema} if schema else {})
    task = task_factory.completed(operation_id, input={"text": "Please describe a person, as JSON."}, **fields)
    answer = task_factory.api.call("get_task", task=task["id"])
    assert_conforms(answer.ok()["result"], schema, answer)
    listed = task_factory.api.call("list_tasks", query={"from_date": task["created_at"], "to_date": task["created_at"]})
    for item in listed.ok()["items"]:
        if item["id"] == task["id"]:
            assert_conforms(item["result"], schema, listed)


@pytest.mark.claim("GET-5")
def test_a_later_turn_can_ask_for_json(task_factory: TaskFactory) -> None:
    """GET-5, GET-6: the latest turn's format is that of the latest result."""
    task = task_factory.completed()
    later = task_factory.completed(id=task["id"], output_format="json", output_schema=PERSON)
    answer = task_factory.api.call("get_task", task=task["id"])
    assert_that(answer.ok().get("output_format") == "json", "output_format json", later.get("output_format"), answer)
    assert_conforms(answer.json["result"], PERSON, answer)


def assert_conforms(result: str | None, schema: Task | None, answer: Answer) -> None:
    """Check that a result is JSON that conforms to the schema, if one was asked for."""
    __tracebackhide__ = True
    violation = validation.json_violation(result, schema)
    assert_that(violation is None, "a result that is JSON as asked for", violation, answer)


@pytest.mark.claim("META-7")
def test_reading_a_task_in_every_way_leaves_it_as_it_was(task_factory: TaskFactory) -> None:
    """META-7: a task that has ended looks the same in lists, threads and get after each of them was read."""

    def read(task: Task, parent: str) -> list[Answer]:
        query = {"parent_task_id": parent}
        return [
            task_factory.api.call("list_tasks", query=query).assert_status(200),
            task_factory.api.call("list_agent_tasks", agent=task["agent_id"], query=query).assert_status(200),
            *(task_factory.api.call(name, task=task["id"]).assert_status(200) for name in READING),
        ]

    def check() -> None:
        parent = task_factory.parent()
        # A sync invoke answers when the task has ended, so that nothing was read before.
        task = task_factory.invoke("invoke_agent", parent_execution_id=parent)
        if task.get("status") not in FINAL:
            not_run("needs an agent that ends without help")
        before, after = read(task, parent), read(task, parent)
        for first, again in zip(before, after, strict=True):
            assert_that(again.json == first.json, f"as before: {first.json}", again.json, first, again)

    # A server may update counts after a task's end, but hardly between two reads in three attempts in a row.
    retry_check(3, check)
