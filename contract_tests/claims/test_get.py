"""Getting a task, and ids that nobody knows."""

import time
from collections.abc import Callable
from uuid import uuid4

import pytest

from contract_tests.claims import _schema
from contract_tests.claims._scope import Scope
from contract_tests.claims._tasks import BY_ID, FINAL, INVOKES, RUNNING, Task, Workshop, as_it_was, together
from contract_tests.claims._universe import Universe
from contract_tests.claims.api import Answer, Api, repeatedly, require
from contract_tests.claims.test_items import times_follow
from contract_tests.failure import not_run
from contract_tests.target import Target

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
    api.call(operation_id, task=task).expect(404)


@pytest.mark.claim("GET-2", "ID-1")
@pytest.mark.parametrize("operation_id", ["get_task", "get_task_thread", "get_task_thread_full"])
def test_an_id_that_nearly_exists_is_unknown(scope: Scope, operation_id: str) -> None:
    """GET-2, ID-1: an unknown id is a 404, however much it looks like one that exists."""
    known = [item["id"] for item in scope.snapshot().items]
    for task in known[:2]:
        for other in (f"{task}.x", task[: len(task) // 2], f"{task} ", f"{task[:-1]}%", f"{task[:-1]}_"):
            if other and other not in known:
                scope.api.call(operation_id, task=other).expect(404)
    scope.api.call(operation_id, task=str(uuid4())).expect(404)


@pytest.mark.claim("ID-2")
@pytest.mark.parametrize(("case", "other_case"), [(str, str.swapcase), (str.lower, str.upper), (str.upper, str.lower)])
def test_ids_that_differ_in_case_are_different_tasks(
    shop: Workshop, case: Callable[[str], str], other_case: Callable[[str], str]
) -> None:
    """ID-2: ids that differ only in case are different tasks."""
    one = shop.completed(id=case(shop.new_id()))
    other = other_case(one["id"])
    for operation in BY_ID:
        answer = shop.api.call(operation, task=other)
        require(answer.status == 404, f"404 to {operation} of another spelling", answer.status, answer)
    new = shop.completed(id=other)
    answer = shop.api.call("get_task", task=one["id"])
    as_it_was(one, answer)
    require(new["id"] == other and new["input"] != one["input"], "a task of its own", new, answer)


@pytest.mark.claim("GET-4")
@pytest.mark.parametrize("operation_id", INVOKES)
def test_a_task_leaves_pending_and_executing_and_stays_ended(shop: Workshop, operation_id: str) -> None:
    """GET-4: polled, a task leaves pending and executing; a finished one never goes back without a new invoke."""
    task = shop.finish(shop.invoke(operation_id)["id"])
    if task["status"] not in FINAL:
        not_run("needs an agent that ends without help")
    for pause in (0, 0.02, 0.05, 0.1):
        time.sleep(pause)
        again = shop.api.call("get_task", task=task["id"])
        came = (again.ok()["status"], again.json.get("result"), again.json.get("finished_at"))
        expected = (task["status"], task.get("result"), task.get("finished_at"))
        require(came == expected, f"{expected} for good", came, again)


@pytest.mark.claim("GET-4")
def test_our_tasks_that_ended_stay_as_they_ended(shop: Workshop, universe: Universe, target: Target) -> None:
    """GET-4: a finished task never goes back without a new invoke, neither at once nor some seconds later."""
    fresh = shop.finish(shop.start()["id"])
    ended = {task: shown for task, shown in universe.tasks.items() if shown["status"] in FINAL}
    if fresh["status"] in FINAL:
        ended[fresh["id"]] = fresh
    until = time.monotonic() + SECONDS_OF_WATCH[target.profile]
    while True:
        answers = together(lambda task: shop.api.call("get_task", task=task), ended)
        for (_, shown), answer in zip(ended.items(), answers, strict=True):
            came = (answer.ok()["status"], answer.json.get("result"))
            require(came == (shown["status"], shown.get("result")), f"{shown['status']} for good", came, answer)
        if time.monotonic() > until:
            return
        time.sleep(0.6)


@pytest.mark.claim("GET-3")
@pytest.mark.parametrize("operation_id", INVOKES)
def test_times_follow_each_other_while_a_task_runs(shop: Workshop, operation_id: str) -> None:
    """GET-3: `created_at` ≤ `started_at` ≤ `finished_at`, and no `finished_at` while it runs, in later turns too."""
    # Several tasks, as a time that loses its fraction is too early in most of them only.
    tasks = [shop.new_id() for _ in range(3)]
    for task in [*tasks, *tasks]:
        shown, answer = shop.call(operation_id, shop.body(id=task))
        times_follow(shown, answer)
        deadline = time.monotonic() + shop.patience
        while shown.get("status") in RUNNING and time.monotonic() < deadline:
            time.sleep(0.01 if shop.pace < 1 else 0.3)
            answer = shop.api.call("get_task", task=task)
            shown = answer.ok()
            times_follow(shown, answer)
        times_follow(shop.finish(task), answer)


@pytest.mark.claim("GET-5")
@pytest.mark.parametrize("operation_id", INVOKES)
@pytest.mark.parametrize("schema", [None, PERSON, REPORT], ids=["no schema", "strings", "all types"])
def test_a_json_result_parses_and_conforms(shop: Workshop, operation_id: str, schema: Task | None) -> None:
    """GET-5: asked for `output_format` json, a `result` parses as JSON, and conforms to `output_schema` if given."""
    fields: Task = {"output_format": "json"} | ({"output_schema": schema} if schema else {})
    task = shop.completed(operation_id, input={"text": "Please describe a person, as JSON."}, **fields)
    answer = shop.api.call("get_task", task=task["id"])
    conforms(answer.ok()["result"], schema, answer)
    listed = shop.api.call("list_tasks", query={"from_date": task["created_at"], "to_date": task["created_at"]})
    for item in listed.ok()["items"]:
        if item["id"] == task["id"]:
            conforms(item["result"], schema, listed)


@pytest.mark.claim("GET-5")
def test_a_later_turn_can_ask_for_json(shop: Workshop) -> None:
    """GET-5, GET-6: the latest turn's format is that of the latest result."""
    task = shop.completed()
    later = shop.completed(id=task["id"], output_format="json", output_schema=PERSON)
    answer = shop.api.call("get_task", task=task["id"])
    require(answer.ok().get("output_format") == "json", "output_format json", later.get("output_format"), answer)
    conforms(answer.json["result"], PERSON, answer)


def conforms(result: str | None, schema: Task | None, answer: Answer) -> None:
    """Judge a result that has to be JSON."""
    __tracebackhide__ = True
    fault = _schema.json_fault(result, schema)
    require(fault is None, "a result that is JSON as asked for", fault, answer)


@pytest.mark.claim("META-7")
def test_reading_a_task_in_every_way_leaves_it_as_it_was(shop: Workshop) -> None:
    """META-7: a task that has ended looks the same in lists, threads and get after each of them was read."""

    def read(task: Task, parent: str) -> list[Answer]:
        query = {"parent_task_id": parent}
        return [
            shop.api.call("list_tasks", query=query).expect(200),
            shop.api.call("list_agent_tasks", agent=task["agent_id"], query=query).expect(200),
            *(shop.api.call(name, task=task["id"]).expect(200) for name in READING),
        ]

    def judge() -> None:
        parent = shop.parent()
        # A sync invoke has ended when it answers, so that nothing was read yet.
        task = shop.invoke("invoke_agent", parent_execution_id=parent)
        if task.get("status") not in FINAL:
            not_run("needs an agent that ends without help")
        before, after = read(task, parent), read(task, parent)
        for first, again in zip(before, after, strict=True):
            require(again.json == first.json, f"as before: {first.json}", again.json, first, again)

    # What a server still counts after a task's end does not fall between two readings of one task after the other.
    repeatedly(3, judge)
