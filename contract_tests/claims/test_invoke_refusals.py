"""Invokes that are refused."""

from collections.abc import Callable

import pytest

from ..report.violation import not_run
from . import _texts
from ._answers import Answer, ClaimViolation, assert_that, retry_check
from ._assertions import assert_body_refused, assert_unchanged
from ._task_factory import INVOKES, MOST_ATTEMPTS, TITLE_PREFIX, Task, TaskFactory

TEXT: Task = {"text": _texts.PLAIN}
BAD_BODIES: dict[str, tuple[Task, str]] = {
    "no input": ({"input": ...}, "input"),
    "input null": ({"input": None}, "input"),
    "input a string": ({"input": "hello"}, "input"),
    "input a list": ({"input": []}, "input"),
    "text a number": ({"input": {"text": 5}}, "text"),
    "files a string": ({"input": {**TEXT, "files": "a.pdf"}}, "files"),
    "a file a number": ({"input": {**TEXT, "files": [7]}}, "files"),
    "user without email": ({"input": {**TEXT, "user": {"id": "user_1"}}}, "email"),
    "user empty": ({"input": {**TEXT, "user": {}}}, "email"),
    "email null": ({"input": {**TEXT, "user": {"id": "user_1", "email": None}}}, "email"),
    "user a string": ({"input": {**TEXT, "user": "ada"}}, "user"),
    "unknown output_format": ({"output_format": "yaml"}, "output_format"),
    "output_format in capitals": ({"output_format": "JSON"}, "output_format"),
    "output_format empty": ({"output_format": ""}, "output_format"),
    "unknown think_mode": ({"think_mode": "hardest"}, "think_mode"),
    "unknown llm_reasoning_effort": ({"llm_reasoning_effort": "ultra"}, "llm_reasoning_effort"),
    "title a number": ({"title": 5}, "title"),
    "title an object": ({"title": {}}, "title"),
    "payload_extension a list": ({"payload_extension": []}, "payload_extension"),
    "output_schema a string": ({"output_schema": "object"}, "output_schema"),
    "id a number": ({"id": 12}, "id"),
    "parent_execution_id a list": ({"parent_execution_id": ["a"]}, "parent_execution_id"),
    "mcp_servers an object": ({"mcp_servers": {}}, "mcp_servers"),
}


@pytest.mark.claim("INVOKE-5", "WIRE-2")
@pytest.mark.parametrize("operation_id", INVOKES)
@pytest.mark.parametrize("case", BAD_BODIES)
def test_a_body_that_is_not_as_documented_is_a_422(task_factory: TaskFactory, operation_id: str, case: str) -> None:
    """INVOKE-5: no `input`, a `user` without `email`, a value outside an enum, or of another type: 422."""
    fields, name = BAD_BODIES[case]
    answer = task_factory.api.call(operation_id, agent=task_factory.agent, body=task_factory.body(**fields))
    assert_body_refused(answer)
    located = [error["loc"] for error in answer.json["detail"]]
    said = any(name in loc for loc in located) or any(loc[-1] in ("body", "input", "user") for loc in located)
    assert_that(said, f"a loc that names {name} or what lacks it", located, answer, claim="WIRE-2")


@pytest.mark.claim("INVOKE-5", "WIRE-2")
@pytest.mark.parametrize("operation_id", INVOKES)
@pytest.mark.parametrize("content", [b"{", b"", b"[]", b"null", b'"text"', b'{"input": {"text": "a"}', b"\xff\xfe"])
def test_a_body_that_is_no_object_is_a_422(task_factory: TaskFactory, operation_id: str, content: bytes) -> None:
    """INVOKE-5: a body that is not JSON, or no object, has no `input`: 422."""
    assert_body_refused(task_factory.api.call(operation_id, agent=task_factory.agent, content=content))


@pytest.mark.claim("INVOKE-7")
@pytest.mark.parametrize("operation_id", INVOKES)
def test_a_refused_invoke_makes_no_task(task_factory: TaskFactory, operation_id: str) -> None:
    """INVOKE-7: an invoke that is refused leaves no task, and a refused turn leaves its task as it was."""
    task = task_factory.completed()
    thread = task_factory.api.thread(task["id"])
    parent = task_factory.parent()
    for fields in ({"input": ...}, {"output_format": "yaml"}, {"input": {**TEXT, "user": {}}}, {"think_mode": "most"}):
        body = task_factory.body(parent_execution_id=parent, **fields)
        answer = task_factory.api.call(operation_id, agent=task_factory.agent, body=body).assert_status(422)
        shown = task_factory.api.call("get_task", task=body["id"])
        assert_that(shown.status == 404, "404 to get", shown.status, answer, shown)
        turn = task_factory.api.call(
            operation_id, agent=task_factory.agent, body={**body, "id": task["id"]}
        ).assert_status(422)
        after = task_factory.api.call("get_task", task=task["id"])
        assert_unchanged(task, turn, after)
    listed = task_factory.api.call("list_tasks", query={"parent_task_id": parent})
    assert_that(listed.ok()["total"] == 0, "no task in the list", listed.json["items"], answer, listed)
    now = task_factory.api.call("get_task_thread", task=task["id"])
    assert_that(now.messages() == thread, "the thread unchanged", now.json, turn, now)


@pytest.mark.claim("INVOKE-7")
@pytest.mark.parametrize("operation_id", INVOKES)
def test_an_invoke_under_an_unknown_parent_makes_no_task_if_it_is_refused(
    task_factory: TaskFactory, operation_id: str
) -> None:
    """INVOKE-7: an invoke that is refused because its parent does not exist leaves no task."""
    body = task_factory.body(parent_execution_id=task_factory.new_id())
    answer = task_factory.api.call(operation_id, agent=task_factory.agent, body=body)
    if answer.status == 200:
        not_run("needs a server that refuses a parent which does not exist: this one accepts it")
    shown = task_factory.api.call("get_task", task=body["id"])
    assert_that(shown.status == 404, "404 to get", shown.status, answer, shown)


@pytest.mark.claim("INVOKE-7")
@pytest.mark.parametrize("operation_id", INVOKES)
@pytest.mark.parametrize(
    "fields", [{"input": ...}, {"output_format": "yaml"}], ids=["no input", "unknown output_format"]
)
def test_a_refused_invoke_makes_no_task_under_another_id(
    task_factory: TaskFactory, operation_id: str, fields: Task
) -> None:
    """INVOKE-7: an invoke that is refused leaves no task under an id and a title of the server's own either."""
    times = 5

    def count_new_tasks(action: Callable[[], Answer]) -> tuple[int, Answer]:
        before = untitled_tasks(task_factory.api.call("list_tasks", query={"per_page": 50}))
        for _ in range(times):
            action()
        after = task_factory.api.call("list_tasks", query={"per_page": 50})
        return len(untitled_tasks(after) - before), after

    def refused() -> Answer:
        return task_factory.api.call(
            operation_id, agent=task_factory.agent, body=task_factory.body(**fields)
        ).assert_status(422)

    def accepted() -> Answer:
        return task_factory.api.call("list_tasks", query={"per_page": 1}).assert_status(200)

    def check() -> None:
        actual, listed = count_new_tasks(refused)
        assert_that(actual < times, "no new task", f"{actual} tasks after {times} refused invokes, each time", listed)

    # Others may add tasks meanwhile, but hardly one for each refused invoke in every attempt.
    try:
        retry_check(MOST_ATTEMPTS, check)
    except ClaimViolation:
        if count_new_tasks(accepted)[0] >= times:
            not_run("needs an organization to which others add tasks less often")
        raise


def untitled_tasks(listed: Answer) -> set[str]:
    """Return the ids of the tasks on a page that do not have the title of a test's task."""
    return {item["id"] for item in listed.ok()["items"] if not (item["title"] or "").startswith(TITLE_PREFIX)}
