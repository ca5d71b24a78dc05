"""Conversations."""

from collections.abc import Callable

import pytest

from ..report.violation import not_run
from . import _texts
from ._answers import Answer, assert_that
from ._scope import EXISTING_SCOPES, Item, Scope
from ._task_factory import INVOKES, TaskFactory, invoke_cases, run_concurrently

SPOKEN = ("user", "assistant")
MOST_THREADS = 30
Message = dict[str, object]


@pytest.mark.claim("THREAD-1")
@pytest.mark.parametrize(("operation_id", "kind"), invoke_cases("invoke_agent", _texts.ALL))
def test_a_thread_begins_with_the_input_and_ends_with_the_result(
    task_factory: TaskFactory, operation_id: str, kind: str
) -> None:
    """THREAD-1: the first message is the user's input, the last of a completed task the assistant's result."""
    text = _texts.ALL[kind]
    task = task_factory.completed(operation_id, input={"text": text})
    answer = task_factory.api.call("get_task_thread", task=task["id"])
    first, last = _ends(answer)
    assert_that(first == ("user", text), "the user's input first", first, answer)
    assert_that(last == ("assistant", task["result"]), "the assistant's result last", last, answer)
    assert_in_order(answer.json, answer)


@pytest.mark.claim("THREAD-1")
def test_an_input_of_files_alone_begins_its_thread_as_well(task_factory: TaskFactory) -> None:
    """THREAD-1: the first message is the user's input, even if it has no text."""
    body = task_factory.body(input={"files": ["https://example.com/report.pdf"]})
    answer = task_factory.api.call("invoke_agent", agent=task_factory.agent, body=body)
    if answer.status != 200:
        not_run("needs an agent that takes files without a text")
    thread = task_factory.api.call("get_task_thread", task=body["id"])
    roles = [message["role"] for message in thread.messages()]
    assert_that(roles[:1] == ["user"], "the user's input first", roles, answer, thread)


@pytest.mark.claim("THREAD-1")
def test_the_thread_of_a_stopped_task_begins_with_its_input(task_factory: TaskFactory) -> None:
    """THREAD-1: the first message is the user's input, even if the task was stopped while executing."""
    task = task_factory.start_until()
    if task is None:
        not_run("needs tasks that stay executing long enough to be seen")
    task_factory.api.call("stop_task", task=task["id"]).assert_status(200)
    answer = task_factory.api.call("get_task_thread", task=task["id"])
    said = [(message["role"], message["content"]) for message in answer.messages()]
    assert_that(said[:1] == [("user", task["input"]["text"])], "the user's input first", said, answer)


@pytest.mark.claim("THREAD-1")
def test_a_json_result_ends_its_thread_as_well(task_factory: TaskFactory) -> None:
    """THREAD-1: the last message of a completed task is the assistant's result, whatever its format."""
    task = task_factory.completed(output_format="json")
    answer = task_factory.api.call("get_task_thread", task=task["id"])
    assert_that(_ends(answer)[1] == ("assistant", task["result"]), "the assistant's result last", _ends(answer), answer)


@pytest.mark.claim("THREAD-1")
@pytest.mark.parametrize("scope", EXISTING_SCOPES, indirect=True)
def test_older_threads_begin_with_an_input_and_end_with_the_result(scope: Scope) -> None:
    """THREAD-1: the first message is the user's, the last of a completed task the assistant's result."""

    def check(item: Item, thread: Answer, full: Answer) -> None:
        if not thread.json:
            return  # an old task may have no thread; the threads of the run's own tasks are checked elsewhere
        assert_in_order(thread.json, thread)
        task = scope.api.call("get_task", task=item["id"])
        first, last = _ends(thread)
        assert_that(first[0] == "user", "the user's input first", first, thread)
        unchanged = scope.api.call("get_task_thread", task=item["id"]).json == thread.json
        if unchanged and task.status == 200 and task.json["status"] == "completed":
            assert_that(last == ("assistant", task.json["result"]), "the assistant's result last", last, task, thread)

    _each_thread(scope, check)


@pytest.mark.claim("THREAD-1")
def test_the_times_of_messages_are_in_order_over_several_turns(task_factory: TaskFactory) -> None:
    """THREAD-1: messages are in the order they were said, by their `created_at` too, over several turns."""
    task = task_factory.completed()
    task_factory.completed(id=task["id"])
    for operation_id in ("get_task_thread", "get_task_thread_full"):
        answer = task_factory.api.call(operation_id, task=task["id"])
        answer.ok()
        messages = answer.json if operation_id == "get_task_thread" else answer.json["root"]
        times = [message["created_at"] for message in messages if message.get("created_at") is not None]
        assert_that(times == sorted(times), "created_at in order", times, answer)


@pytest.mark.claim("THREAD-2")
@pytest.mark.parametrize("scope", ["seeded-list_tasks", *EXISTING_SCOPES], indirect=True)
def test_a_thread_holds_user_and_assistant_messages_only(scope: Scope) -> None:
    """THREAD-2: only `user` and `assistant` messages."""

    def check(item: Item, thread: Answer, full: Answer) -> None:
        roles = {message["role"] for message in thread.json}
        assert_that(roles <= set(SPOKEN), "user and assistant alone", sorted(roles), thread)

    _each_thread(scope, check)


@pytest.mark.claim("THREAD-2")
def test_a_thread_holds_messages_of_the_task_itself_only(task_factory: TaskFactory) -> None:
    """THREAD-2: only messages of the root task, none of its sub-tasks."""
    root = task_factory.completed()
    children = run_concurrently(lambda _: task_factory.completed(parent_execution_id=root["id"]), range(2))
    answer = task_factory.api.call("get_task_thread", task=root["id"])
    said = [message["content"] for message in answer.messages() if message["role"] == "user"]
    assert_that(said == [root["input"]["text"]], "the root task's own input alone", said, answer)
    ids = {message["id"] for message in answer.json}
    for child in children:
        theirs = task_factory.api.call("get_task_thread", task=child["id"])
        shared = ids & {message["id"] for message in theirs.messages()}
        assert_that(not shared, "no message of a sub-task", sorted(shared), theirs, answer)
        said = [message["content"] for message in theirs.json if message["role"] == "user"]
        assert_that(said == [child["input"]["text"]], "the sub-task's own input alone", said, theirs)


@pytest.mark.claim("THREAD-3")
@pytest.mark.parametrize("scope", ["seeded-list_tasks", *EXISTING_SCOPES], indirect=True)
def test_the_root_of_the_full_thread_holds_the_thread(scope: Scope) -> None:
    """THREAD-3: the full thread's `root` holds the thread's messages, in order."""

    def check(item: Item, thread: Answer, full: Answer) -> None:
        assert_contains_messages(full.json["root"], thread.json, thread, full)

    _each_thread(scope, check)


@pytest.mark.claim("THREAD-3")
@pytest.mark.parametrize("scope", EXISTING_SCOPES, indirect=True)
def test_each_older_sub_task_has_its_key(scope: Scope) -> None:
    """THREAD-3: each sub-task has its key in the full thread of its parent."""
    found = 0
    for item in scope.snapshot().items:
        parent = item.get("parent_task_id")
        if not parent or found == 12:
            continue
        thread = scope.api.call("get_task_thread", task=item["id"])
        full = scope.api.call("get_task_thread_full", task=parent)
        if not thread.status == full.status == scope.api.call("get_task", task=item["id"]).status == 200:
            continue  # deleted by others; GET-1 checks whether listed tasks open
        found += 1
        assert_that(item["id"] in full.json, f"a key {item['id']}", sorted(full.json), full)
        assert_contains_messages(full.json[item["id"]], thread.json, thread, full)
    if not found:
        not_run(f"needs sub-tasks: {scope.name} have none whose parent can be opened")


@pytest.mark.claim("THREAD-3", "THREAD-4")
@pytest.mark.parametrize("operation_id", INVOKES)
def test_each_sub_task_has_its_key_with_its_own_messages(task_factory: TaskFactory, operation_id: str) -> None:
    """THREAD-3, THREAD-4: each sub-task has its key, which holds its own messages; nothing else has one."""
    root = task_factory.api.get(task_factory.parent())
    children = run_concurrently(
        lambda _: task_factory.completed(operation_id, parent_execution_id=root["id"]), range(3)
    )
    grandchild = task_factory.completed(parent_execution_id=children[0]["id"])
    continued = task_factory.completed(id=children[1]["id"], parent_execution_id=root["id"])
    stranger = task_factory.completed()
    full = task_factory.api.call("get_task_thread_full", task=root["id"])
    keys = set(task_factory.without_delegated(full.ok().keys() - {"root"}))
    for child in children:
        assert_that(child["id"] in keys, f"a key {child['id']}", sorted(keys), full)
    allowed = {grandchild["id"], *(child["id"] for child in children)}
    assert_that(keys <= allowed, f"keys of sub-tasks alone, not {stranger['id']}", sorted(keys - allowed), full)
    for key in keys:
        thread = task_factory.api.call("get_task_thread", task=key)
        assert_contains_messages(full.json[key], thread.messages(), thread, full)
        said = [message["content"] for message in thread.json if message["role"] == "user"]
        shown = [message["content"] for message in full.json[key] if message["role"] == "user"]
        assert_that(shown == said, "what that sub-task was asked", shown, thread, full, claim="THREAD-4")
    asked = [message["content"] for message in full.json[continued["id"]] if message["role"] == "user"]
    assert_that(asked[-1:] == [continued["input"]["text"]], "its latest turn too", asked, full, claim="THREAD-4")
    own = task_factory.api.thread(root["id"])
    assert_contains_messages(full.json["root"], own, full)
    said = [message["content"] for message in own if message["role"] == "user"]
    shown = [message["content"] for message in full.json["root"] if message["role"] == "user"]
    assert_that(shown == said, "under root what the task itself was asked", shown, full)


@pytest.mark.claim("THREAD-3")
def test_a_sub_task_named_root_does_not_take_the_place_of_the_task(task_factory: TaskFactory) -> None:
    """THREAD-3: `root` holds the thread's messages even when a sub-task has this id."""
    if task_factory.api.call("get_task", task="root").status != 404:
        not_run("needs an organization without a task whose id is root")
    task = task_factory.completed()
    task_factory.completed(id="root", parent_execution_id=task["id"])
    full = task_factory.api.call("get_task_thread_full", task=task["id"])
    assert_contains_messages(full.ok()["root"], task_factory.api.thread(task["id"]), full)


@pytest.mark.claim("THREAD-3")
def test_a_task_without_sub_tasks_has_its_messages_under_root_alone(task_factory: TaskFactory) -> None:
    """THREAD-3: the full thread of a task that delegated nothing is its own messages under `root`."""
    task = task_factory.completed()
    full = task_factory.api.call("get_task_thread_full", task=task["id"])
    assert_contains_messages(full.ok()["root"], task_factory.api.thread(task["id"]), full)
    if not task.get("sub_executions"):  # an agent may delegate on its own
        assert_that(full.json.keys() == {"root"}, "root alone", sorted(full.json), full)


def assert_contains_messages(messages: list[Message], wanted: list[Message], *answers: Answer) -> None:
    """Check that a list of messages contains all messages of another, in the same order."""
    __tracebackhide__ = True
    rest = iter(messages)
    for message in wanted:
        there = any(
            (m["id"], m["role"], m["content"]) == (message["id"], message["role"], message["content"]) for m in rest
        )
        assert_that(there, f"{message} in its place", [m["id"] for m in messages], *answers)
    assert_in_order(messages, *answers)


def assert_in_order(messages: list[Message], *answers: Answer) -> None:
    """Check that messages are in order of time, and that each occurs once."""
    __tracebackhide__ = True
    times = [message["created_at"] for message in messages]
    assert_that(times == sorted(times, key=lambda time: float(str(time))), "oldest first", times, *answers)
    ids = [message["id"] for message in messages]
    assert_that(len(set(map(str, ids))) == len(ids), "each message once", ids, *answers)


def _ends(answer: Answer) -> tuple[tuple[str, str | None], tuple[str, str | None]]:
    __tracebackhide__ = True
    messages = answer.messages()
    assert_that(bool(messages), "at least the user's input", messages, answer)
    first, last = messages[0], messages[-1]
    return (first["role"], first["content"]), (last["role"], last["content"])


def _each_thread(scope: Scope, check: Callable[[Item, Answer, Answer], None]) -> None:
    __tracebackhide__ = True
    items = scope.snapshot().items[:: max(1, len(scope.snapshot().items) // MOST_THREADS)]
    checked = 0
    for item, thread in zip(
        items, run_concurrently(lambda item: scope.api.call("get_task_thread", task=item["id"]), items), strict=True
    ):
        full = scope.api.call("get_task_thread_full", task=item["id"])
        again = scope.api.call("get_task_thread", task=item["id"])
        # Other callers may delete or continue a task between two requests.
        if thread.status == full.status == 200 and thread.json == again.json:
            checked += 1
            check(item, thread, full)
    if not checked:
        not_run(f"needs threads: {scope.name} have none that stay unchanged")
