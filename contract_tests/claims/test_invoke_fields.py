"""Invokes: the fields that a caller sends come back."""

import pytest

from . import _texts
from ._answers import Answer, assert_that
from ._task_factory import INVOKES, Task, TaskFactory, invoke_cases

EXTENSION = {
    "order": 17,
    "ranks": [3, 1, 2],
    "price": 12.5,
    "note": _texts.UNICODE,
    "nothing": None,
    "flag": False,
    "nested": {"list": [3, 1, "two", {"three": [3, 2]}], "empty": {}, "none": []},
    "Mixed Case": "",
}
SOURCES = {"json": "SDK-Web", "markdown": "api", "text": "web hook", "voice": "dashboard"}


@pytest.mark.claim("INVOKE-4")
@pytest.mark.parametrize(("operation_id", "output_format"), invoke_cases("invoke_agent_async", SOURCES))
def test_what_was_sent_comes_back(task_factory: TaskFactory, operation_id: str, output_format: str) -> None:
    """INVOKE-4: `title`, `source`, `output_format`, `payload_extension`, parent and triggering agent come back."""
    parent = task_factory.parent()
    sent = {
        "title": f"Contract test: {_texts.UNICODE} {_texts.SPACES}",
        "source": SOURCES[output_format],
        "output_format": output_format,
        "payload_extension": {} if output_format == "text" else EXTENSION,
        "parent_execution_id": parent,
        "triggering_agent_id": task_factory.agent,
    }
    task, answer = task_factory.call(operation_id, task_factory.body(**sent))
    assert_echoed(task, sent, answer)
    shown = task_factory.api.call("get_task", task=task["id"])
    assert_echoed(shown.ok(), sent, answer, shown)
    task_factory.wait_until_done(task["id"])
    ended = task_factory.api.call("get_task", task=task["id"])
    assert_echoed(ended.ok(), sent, answer, ended)
    listed = task_factory.api.call(
        "list_tasks", query={"parent_task_id": parent, "triggering_agent_id": task_factory.agent}
    )
    actual = [(item["title"], item["parent_task_id"], item["triggering_agent_id"]) for item in listed.ok()["items"]]
    assert_that(actual == [(sent["title"], parent, task_factory.agent)], "the same in the list", actual, answer, listed)


@pytest.mark.claim("INVOKE-4")
@pytest.mark.parametrize("operation_id", INVOKES)
def test_what_a_further_turn_has_sent_comes_back(task_factory: TaskFactory, operation_id: str) -> None:
    """INVOKE-4: `title`, `output_format` and `payload_extension` of a further turn come back as that turn sent them."""
    task = task_factory.completed(payload_extension={"turn": 1}, output_format="text")["id"]
    sent = {"title": "Contract test, further turn", "output_format": "markdown", "payload_extension": EXTENSION}
    turn, answer = task_factory.call(operation_id, task_factory.body(id=task, **sent))
    assert_echoed(turn, sent, answer)
    task_factory.wait_until_done(task)
    shown = task_factory.api.call("get_task", task=task)
    assert_echoed(shown.ok(), sent, answer, shown)


@pytest.mark.claim("INVOKE-4")
@pytest.mark.parametrize("operation_id", INVOKES)
def test_an_empty_source_comes_back_empty(task_factory: TaskFactory, operation_id: str) -> None:
    """INVOKE-4: `source` comes back as sent, an empty one too."""
    task, answer = task_factory.call(operation_id, task_factory.body(source=""))
    assert_echoed(task, {"source": ""}, answer)
    shown = task_factory.api.call("get_task", task=task["id"])
    assert_echoed(shown.ok(), {"source": ""}, answer, shown)


@pytest.mark.claim("INVOKE-4")
def test_a_turn_that_waits_is_answered_with_what_it_sent(task_factory: TaskFactory) -> None:
    """INVOKE-4: an async invoke of a task that still runs is answered with its own title and input."""
    first = task_factory.start(title="Contract test, first turn")
    sent = {"title": "Contract test, turn that waits"}
    body = task_factory.body(id=first["id"], input={"text": "Please answer the turn that waits."}, **sent)
    turn, answer = task_factory.call("invoke_agent_async", body)
    assert_echoed(turn, sent, answer)
    text = turn["input"].get("text")
    assert_that(text == body["input"]["text"], f"text {body['input']['text']!r}", text, answer)


@pytest.mark.claim("INVOKE-4")
@pytest.mark.parametrize("operation_id", INVOKES)
def test_a_triggering_agent_comes_back_without_a_parent(task_factory: TaskFactory, operation_id: str) -> None:
    """INVOKE-4: the triggering agent of a task without a parent comes back too, in get and in the list."""
    sent = {"triggering_agent_id": task_factory.agent}
    task, answer = task_factory.call(operation_id, task_factory.body(**sent))
    shown = task_factory.api.call("get_task", task=task["id"])
    for actual in (task, shown.ok()):
        assert_echoed(actual, sent, answer, shown)
    query = {**sent, "from_date": task["created_at"], "to_date": task["created_at"], "per_page": 50}
    listed = task_factory.api.call("list_tasks", query=query)
    ids = [item["id"] for item in listed.ok()["items"]]
    assert_that(task["id"] in ids, f"{task['id']} among what {task_factory.agent} has triggered", ids, answer, listed)


@pytest.mark.claim("INVOKE-4")
@pytest.mark.parametrize(("operation_id", "kind"), invoke_cases("invoke_agent_async", _texts.ALL))
def test_title_and_input_come_back_to_the_letter(task_factory: TaskFactory, operation_id: str, kind: str) -> None:
    """INVOKE-4: `title` comes back as sent, to the letter; get shows the input as it was sent (GET-6)."""
    user = {"id": "user_1", "email": "ada@example.com", "first_name": "Ada", "additional_attributes": {"a": [1, None]}}
    text = _texts.ALL[kind]
    body = task_factory.body(title=text, input={"text": text, "files": [], "user": user})
    task, answer = task_factory.call(operation_id, body)
    shown = task_factory.api.call("get_task", task=task["id"])
    for actual in (task, shown.ok()):
        assert_that(actual.get("title") == text, f"title {text!r}", actual.get("title"), answer, shown)
        assert_that(actual["input"].get("text") == text, f"text {text!r}", actual["input"].get("text"), answer, shown)
        person = actual["input"].get("user") or {}
        same = {name: person.get(name) for name in user}
        assert_that(same == user, f"user {user}", person, answer, shown)


def assert_echoed(task: Task, sent: Task, *answers: Answer) -> None:
    """Check that a task shows what was sent."""
    __tracebackhide__ = True
    for name, value in sent.items():
        shown = "parent_execution" if name == "parent_execution_id" else name
        assert_that(task.get(shown) == value, f"{shown} {value!r}", task.get(shown), *answers)
