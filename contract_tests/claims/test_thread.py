"""Conversations."""

from collections.abc import Callable

import pytest

from contract_tests.claims import _texts
from contract_tests.claims._scope import PUBLIC_SCOPES, Item, Scope
from contract_tests.claims._tasks import INVOKES, Workshop, together, varied
from contract_tests.claims.api import Answer, require
from contract_tests.failure import not_run

SPOKEN = ("user", "assistant")
MOST_THREADS = 30
Message = dict[str, object]


@pytest.mark.claim("THREAD-1")
@pytest.mark.parametrize(("operation_id", "kind"), varied("invoke_agent", _texts.ALL))
def test_a_thread_begins_with_the_input_and_ends_with_the_result(shop: Workshop, operation_id: str, kind: str) -> None:
    """THREAD-1: the first message is the user's input, the last of a completed task the assistant's result."""
    text = _texts.ALL[kind]
    task = shop.completed(operation_id, input={"text": text})
    answer = shop.api.call("get_task_thread", task=task["id"])
    first, last = _ends(answer)
    require(first == ("user", text), "the user's input first", first, answer)
    require(last == ("assistant", task["result"]), "the assistant's result last", last, answer)
    in_order(answer.json, answer)


@pytest.mark.claim("THREAD-1")
def test_an_input_of_files_alone_begins_its_thread_as_well(shop: Workshop) -> None:
    """THREAD-1: the first message is the user's input, if it has no text too."""
    body = shop.body(input={"files": ["https://example.com/report.pdf"]})
    answer = shop.api.call("invoke_agent", agent=shop.agent, body=body)
    if answer.status != 200:
        not_run("needs an agent that takes files without a text")
    thread = shop.api.call("get_task_thread", task=body["id"])
    roles = [message["role"] for message in thread.messages()]
    require(roles[:1] == ["user"], "the user's input first", roles, answer, thread)


@pytest.mark.claim("THREAD-1")
def test_the_thread_of_a_stopped_task_begins_with_its_input(shop: Workshop) -> None:
    """THREAD-1: the first message is the user's input, of a task that was stopped at work too."""
    task = shop.executing()
    if task is None:
        not_run("needs tasks that stay executing long enough to be seen")
    shop.api.call("stop_task", task=task["id"]).expect(200)
    answer = shop.api.call("get_task_thread", task=task["id"])
    said = [(message["role"], message["content"]) for message in answer.messages()]
    require(said[:1] == [("user", task["input"]["text"])], "the user's input first", said, answer)


@pytest.mark.claim("THREAD-1")
def test_a_json_result_ends_its_thread_as_well(shop: Workshop) -> None:
    """THREAD-1: the last message of a completed task is the assistant's result, whatever its format."""
    task = shop.completed(output_format="json")
    answer = shop.api.call("get_task_thread", task=task["id"])
    require(_ends(answer)[1] == ("assistant", task["result"]), "the assistant's result last", _ends(answer), answer)


@pytest.mark.claim("THREAD-1")
@pytest.mark.parametrize("scope", PUBLIC_SCOPES, indirect=True)
def test_older_threads_begin_with_an_input_and_end_with_the_result(scope: Scope) -> None:
    """THREAD-1: the first message is the user's, the last of a completed task the assistant's result."""

    def check(item: Item, thread: Answer, full: Answer) -> None:
        if not thread.json:
            return  # a task from before threads were kept; of our own tasks we know better
        in_order(thread.json, thread)
        task = scope.api.call("get_task", task=item["id"])
        first, last = _ends(thread)
        require(first[0] == "user", "the user's input first", first, thread)
        unchanged = scope.api.call("get_task_thread", task=item["id"]).json == thread.json
        if unchanged and task.status == 200 and task.json["status"] == "completed":
            require(last == ("assistant", task.json["result"]), "the assistant's result last", last, task, thread)

    _each_thread(scope, check)


@pytest.mark.claim("THREAD-2")
@pytest.mark.parametrize("scope", ["own-list_tasks", *PUBLIC_SCOPES], indirect=True)
def test_a_thread_holds_user_and_assistant_messages_only(scope: Scope) -> None:
    """THREAD-2: only `user` and `assistant` messages."""

    def check(item: Item, thread: Answer, full: Answer) -> None:
        roles = {message["role"] for message in thread.json}
        require(roles <= set(SPOKEN), "user and assistant alone", sorted(roles), thread)

    _each_thread(scope, check)


@pytest.mark.claim("THREAD-2")
def test_a_thread_holds_messages_of_the_task_itself_only(shop: Workshop) -> None:
    """THREAD-2: only messages of the root task, none of its sub-tasks."""
    root = shop.completed()
    children = together(lambda _: shop.completed(parent_execution_id=root["id"]), range(2))
    answer = shop.api.call("get_task_thread", task=root["id"])
    said = [message["content"] for message in answer.messages() if message["role"] == "user"]
    require(said == [root["input"]["text"]], "the root task's own input alone", said, answer)
    ids = {message["id"] for message in answer.json}
    for child in children:
        theirs = shop.api.call("get_task_thread", task=child["id"])
        shared = ids & {message["id"] for message in theirs.messages()}
        require(not shared, "no message of a sub-task", sorted(shared), theirs, answer)
        said = [message["content"] for message in theirs.json if message["role"] == "user"]
        require(said == [child["input"]["text"]], "the sub-task's own input alone", said, theirs)


@pytest.mark.claim("THREAD-3")
@pytest.mark.parametrize("scope", ["own-list_tasks", *PUBLIC_SCOPES], indirect=True)
def test_the_root_of_the_full_thread_holds_the_thread(scope: Scope) -> None:
    """THREAD-3: the full thread's `root` holds the thread's messages, in order."""

    def check(item: Item, thread: Answer, full: Answer) -> None:
        holds(full.json["root"], thread.json, thread, full)

    _each_thread(scope, check)


@pytest.mark.claim("THREAD-3")
@pytest.mark.parametrize("scope", PUBLIC_SCOPES, indirect=True)
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
            continue  # deleted by others; GET-1 judges whether listed tasks open
        found += 1
        require(item["id"] in full.json, f"a key {item['id']}", sorted(full.json), full)
        holds(full.json[item["id"]], thread.json, thread, full)
    if not found:
        not_run(f"needs sub-tasks: {scope.name} have none whose parent can be opened")


@pytest.mark.claim("THREAD-3", "THREAD-4")
@pytest.mark.parametrize("operation_id", INVOKES)
def test_each_sub_task_has_its_key_with_its_own_messages(shop: Workshop, operation_id: str) -> None:
    """THREAD-3, THREAD-4: each sub-task has its key, which holds its own messages; nothing else has one."""
    root = shop.api.get(shop.parent())
    children = together(lambda _: shop.completed(operation_id, parent_execution_id=root["id"]), range(3))
    grandchild = shop.completed(parent_execution_id=children[0]["id"])
    continued = shop.completed(id=children[1]["id"], parent_execution_id=root["id"])
    stranger = shop.completed()
    full = shop.api.call("get_task_thread_full", task=root["id"])
    keys = set(shop.asked_for(full.ok().keys() - {"root"}))
    for child in children:
        require(child["id"] in keys, f"a key {child['id']}", sorted(keys), full)
    allowed = {grandchild["id"], *(child["id"] for child in children)}
    require(keys <= allowed, f"keys of sub-tasks alone, not {stranger['id']}", sorted(keys - allowed), full)
    for key in keys:
        thread = shop.api.call("get_task_thread", task=key)
        holds(full.json[key], thread.messages(), thread, full)
        said = [message["content"] for message in thread.json if message["role"] == "user"]
        shown = [message["content"] for message in full.json[key] if message["role"] == "user"]
        require(shown == said, "what that sub-task was asked", shown, thread, full, claim="THREAD-4")
    asked = [message["content"] for message in full.json[continued["id"]] if message["role"] == "user"]
    require(asked[-1:] == [continued["input"]["text"]], "its latest turn too", asked, full, claim="THREAD-4")
    own = shop.api.thread(root["id"])
    holds(full.json["root"], own, full)
    said = [message["content"] for message in own if message["role"] == "user"]
    shown = [message["content"] for message in full.json["root"] if message["role"] == "user"]
    require(shown == said, "under root what the task itself was asked", shown, full)


@pytest.mark.claim("THREAD-3")
def test_a_task_without_sub_tasks_has_its_messages_under_root_alone(shop: Workshop) -> None:
    """THREAD-3: the full thread of a task that delegated nothing is its own messages under `root`."""
    task = shop.completed()
    full = shop.api.call("get_task_thread_full", task=task["id"])
    holds(full.ok()["root"], shop.api.thread(task["id"]), full)
    if not task.get("sub_executions"):  # an agent may delegate of its own accord
        require(full.json.keys() == {"root"}, "root alone", sorted(full.json), full)


def holds(messages: list[Message], wanted: list[Message], *answers: Answer) -> None:
    """Judge that a list of messages holds all those of another, in their order."""
    __tracebackhide__ = True
    rest = iter(messages)
    for message in wanted:
        there = any(
            (m["id"], m["role"], m["content"]) == (message["id"], message["role"], message["content"]) for m in rest
        )
        require(there, f"{message} in its place", [m["id"] for m in messages], *answers)
    in_order(messages, *answers)


def in_order(messages: list[Message], *answers: Answer) -> None:
    """Judge that messages come in the order they were said, each once."""
    __tracebackhide__ = True
    times = [message["created_at"] for message in messages]
    require(times == sorted(times, key=lambda time: float(str(time))), "oldest first", times, *answers)
    ids = [message["id"] for message in messages]
    require(len(set(map(str, ids))) == len(ids), "each message once", ids, *answers)


def _ends(answer: Answer) -> tuple[tuple[str, str | None], tuple[str, str | None]]:
    __tracebackhide__ = True
    messages = answer.messages()
    require(bool(messages), "at least the user's input", messages, answer)
    first, last = messages[0], messages[-1]
    return (first["role"], first["content"]), (last["role"], last["content"])


def _each_thread(scope: Scope, check: Callable[[Item, Answer, Answer], None]) -> None:
    __tracebackhide__ = True
    items = scope.snapshot().items[:: max(1, len(scope.snapshot().items) // MOST_THREADS)]
    judged = 0
    for item, thread in zip(
        items, together(lambda item: scope.api.call("get_task_thread", task=item["id"]), items), strict=True
    ):
        full = scope.api.call("get_task_thread_full", task=item["id"])
        again = scope.api.call("get_task_thread", task=item["id"])
        # Others may delete or continue a task between two requests.
        if thread.status == full.status == 200 and thread.json == again.json:
            judged += 1
            check(item, thread, full)
    if not judged:
        not_run(f"needs threads: {scope.name} have none that hold still")
