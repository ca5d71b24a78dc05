"""Invoking."""

import time
from collections.abc import Callable
from uuid import UUID

import pytest

from contract_tests.claims import _texts
from contract_tests.claims._tasks import FINAL, INVOKES, OUR_TITLE, RUNNING, TRIES, Task, Workshop, as_it_was, varied
from contract_tests.claims._validation import refuses_body
from contract_tests.claims.api import Answer, Broken, repeatedly, require
from contract_tests.claims.test_items import times_follow
from contract_tests.failure import not_run

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
SHAPES = (
    "{}",
    "{}+plus&more=1%41",
    "{}.v1_~x",
    "{}:step@2",
    "{}-東京",
    "{} with spaces",
    " {} ",
    "{}-Zoe\u0308",
    "{}" + "-long" * 20,
)
SOURCES = {"json": "SDK-Web", "markdown": "api", "text": "web hook", "voice": "dashboard"}
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


@pytest.mark.claim("INVOKE-1")
def test_an_async_invoke_answers_with_a_task_that_has_not_ended(shop: Workshop) -> None:
    """INVOKE-1: async answers with a task that is pending or executing, and it is listed from then on."""
    parent = shop.parent()
    for number in range(3):
        answer = shop.api.call("invoke_agent_async", agent=shop.agent, body=shop.body(parent_execution_id=parent))
        status = answer.ok().get("status")
        require(status in RUNNING, "pending or executing", status, answer)
        times_follow(answer.json, answer)
        task = answer.json["id"]
        for operation, agent in (("list_tasks", ""), ("list_agent_tasks", shop.agent)):
            listed = shop.api.call(operation, agent=agent, query={"parent_task_id": parent})
            ids = [item["id"] for item in listed.ok()["items"]]
            require(task in ids, f"{task} in the list at once", ids, answer, listed)
            require(listed.json["total"] == number + 1, f"total {number + 1}", listed.json["total"], answer, listed)
        shop.api.call("get_task", task=task).expect(200)
        shop.api.call("get_task_thread", task=task).expect(200)


@pytest.mark.claim("INVOKE-1")
def test_an_async_turn_answers_with_a_task_that_has_not_ended(shop: Workshop) -> None:
    """INVOKE-1: a further turn in the background too answers with a task that is pending or executing."""
    task = shop.completed()["id"]
    answer = shop.api.call("invoke_agent_async", agent=shop.agent, body=shop.body(id=task))
    status = answer.ok().get("status")
    require(status in RUNNING, "pending or executing", status, answer)


@pytest.mark.claim("INVOKE-1")
def test_an_async_invoke_of_its_own_is_listed_at_once(shop: Workshop) -> None:
    """INVOKE-1: a task without parent too is listed from the answer on, at the head of both lists."""
    task = shop.start()
    query = {"from_date": task["created_at"], "to_date": task["created_at"], "per_page": 50}
    for operation, agent, asked in (
        ("list_tasks", "", query),
        ("list_tasks", "", {"per_page": 50}),
        ("list_tasks", "", {"per_page": 50, "agent_id": task["agent_id"]}),
        ("list_agent_tasks", task["agent_id"], {"per_page": 50}),
    ):
        listed = shop.api.call(operation, agent=agent, query=asked)
        ids = [item["id"] for item in listed.ok()["items"]]
        require(task["id"] in ids, f"{task['id']} in the list at once", ids, listed)


@pytest.mark.claim("INVOKE-1")
def test_an_async_invoke_does_not_wait_for_the_agent(shop: Workshop) -> None:
    """INVOKE-1: async answers at once, long before the task ends."""
    read, at_once, whole = [], [], []
    for _ in range(TRIES):
        began = time.monotonic()
        task = shop.start()["id"]
        at_once.append(time.monotonic() - began)
        began = time.monotonic()
        shop.api.get(task)
        read.append(time.monotonic() - began)
    for _ in range(2):
        began = time.monotonic()
        shop.invoke("invoke_agent")
        whole.append(time.monotonic() - began)
    working = min(whole) - min(read)
    if working < 0.1:
        not_run("needs tasks that take longer than their requests: these end at once")
    waited = min(at_once) - min(read)
    answer = shop.api.call("invoke_agent_async", agent=shop.agent, body=shop.body())
    require(waited < working * 0.8, f"an answer well before the {working:.2f} s of a task", f"{waited:.2f} s", answer)


@pytest.mark.claim("INVOKE-2")
@pytest.mark.parametrize("kind", ["new task", "further turn", "sub-task"])
def test_a_sync_invoke_answers_with_a_task_in_a_final_state(shop: Workshop, kind: str) -> None:
    """INVOKE-2: sync answers with a task in a final state, and that is how it stands."""
    fields: Task = {}
    if kind == "further turn":
        fields = {"id": shop.completed()["id"]}
    elif kind == "sub-task":
        fields = {"parent_execution_id": shop.start()["id"]}
    for _ in range(3):
        answer = shop.api.call("invoke_agent", agent=shop.agent, body=shop.body(**fields))
        status = answer.ok().get("status")
        require(status in FINAL, f"one of {', '.join(FINAL)}", status, answer)
        times_follow(answer.json, answer)
        shown = shop.api.call("get_task", task=answer.json["id"])
        require(shown.ok()["status"] == status, f"status {status} in get too", shown.json["status"], answer, shown)
        came = shown.json.get("result")
        require(came == answer.json.get("result"), "the same result in get", came, answer, shown)


@pytest.mark.claim("INVOKE-3")
@pytest.mark.parametrize(("operation_id", "shape"), varied("invoke_agent_async", SHAPES))
def test_a_callers_id_becomes_the_tasks_id(shop: Workshop, operation_id: str, shape: str) -> None:
    """INVOKE-3: a caller's `id` comes back as the task's `id`, and opens it."""
    wanted = shape.format(shop.new_id())
    task, answer = shop.call(operation_id, shop.body(id=wanted))
    require(task["id"] == wanted, f"id {wanted!r}", task["id"], answer)
    shown = shop.api.call("get_task", task=wanted)
    require(shown.ok()["id"] == wanted, f"id {wanted!r}", shown.json["id"], answer, shown)


@pytest.mark.claim("INVOKE-3")
@pytest.mark.parametrize("operation_id", INVOKES)
def test_without_an_id_the_server_makes_a_uuid(shop: Workshop, operation_id: str) -> None:
    """INVOKE-3: without an `id`, or with null, the server makes a UUID, each time another one."""
    made = []
    for absent in (..., None, ...):
        task, answer = shop.call(operation_id, shop.body(id=absent))
        made.append(task["id"])
        try:
            is_uuid = str(UUID(task["id"])) == task["id"].lower()
        except ValueError:
            is_uuid = False
        require(is_uuid, "a UUID as id", task["id"], answer)
        shop.api.call("get_task", task=task["id"]).expect(200)
    require(len(set(made)) == len(made), "another id each time", made, answer)


@pytest.mark.claim("INVOKE-4")
@pytest.mark.parametrize(("operation_id", "output_format"), varied("invoke_agent_async", SOURCES))
def test_what_was_sent_comes_back(shop: Workshop, operation_id: str, output_format: str) -> None:
    """INVOKE-4: `title`, `source`, `output_format`, `payload_extension`, parent and triggering agent come back."""
    parent = shop.parent()
    sent = {
        "title": f"Contract test: {_texts.UNICODE} {_texts.SPACES}",
        "source": SOURCES[output_format],
        "output_format": output_format,
        "payload_extension": {} if output_format == "text" else EXTENSION,
        "parent_execution_id": parent,
        "triggering_agent_id": shop.agent,
    }
    task, answer = shop.call(operation_id, shop.body(**sent))
    comes_back(task, sent, answer)
    shown = shop.api.call("get_task", task=task["id"])
    comes_back(shown.ok(), sent, answer, shown)
    shop.finish(task["id"])
    ended = shop.api.call("get_task", task=task["id"])
    comes_back(ended.ok(), sent, answer, ended)
    listed = shop.api.call("list_tasks", query={"parent_task_id": parent, "triggering_agent_id": shop.agent})
    came = [(item["title"], item["parent_task_id"], item["triggering_agent_id"]) for item in listed.ok()["items"]]
    require(came == [(sent["title"], parent, shop.agent)], "the same in the list", came, answer, listed)


@pytest.mark.claim("INVOKE-4")
@pytest.mark.parametrize("operation_id", INVOKES)
def test_what_a_further_turn_has_sent_comes_back(shop: Workshop, operation_id: str) -> None:
    """INVOKE-4: `title`, `output_format` and `payload_extension` of a further turn come back as that turn sent them."""
    task = shop.completed(payload_extension={"turn": 1}, output_format="text")["id"]
    sent = {"title": "Contract test, further turn", "output_format": "markdown", "payload_extension": EXTENSION}
    turn, answer = shop.call(operation_id, shop.body(id=task, **sent))
    comes_back(turn, sent, answer)
    shop.finish(task)
    shown = shop.api.call("get_task", task=task)
    comes_back(shown.ok(), sent, answer, shown)


@pytest.mark.claim("INVOKE-4")
@pytest.mark.parametrize("operation_id", INVOKES)
def test_a_triggering_agent_comes_back_without_a_parent(shop: Workshop, operation_id: str) -> None:
    """INVOKE-4: the triggering agent of a task that is nobody's sub-task comes back too, in get and in the list."""
    sent = {"triggering_agent_id": shop.agent}
    task, answer = shop.call(operation_id, shop.body(**sent))
    shown = shop.api.call("get_task", task=task["id"])
    for came in (task, shown.ok()):
        comes_back(came, sent, answer, shown)
    query = {**sent, "from_date": task["created_at"], "to_date": task["created_at"], "per_page": 50}
    listed = shop.api.call("list_tasks", query=query)
    ids = [item["id"] for item in listed.ok()["items"]]
    require(task["id"] in ids, f"{task['id']} among what {shop.agent} has triggered", ids, answer, listed)


@pytest.mark.claim("INVOKE-4")
@pytest.mark.parametrize(("operation_id", "kind"), varied("invoke_agent_async", _texts.ALL))
def test_title_and_input_come_back_to_the_letter(shop: Workshop, operation_id: str, kind: str) -> None:
    """INVOKE-4: `title` comes back as sent, to the letter; get shows the input as it was sent (GET-6)."""
    user = {"id": "user_1", "email": "ada@example.com", "first_name": "Ada", "additional_attributes": {"a": [1, None]}}
    text = _texts.ALL[kind]
    body = shop.body(title=text, input={"text": text, "files": [], "user": user})
    task, answer = shop.call(operation_id, body)
    shown = shop.api.call("get_task", task=task["id"])
    for came in (task, shown.ok()):
        require(came.get("title") == text, f"title {text!r}", came.get("title"), answer, shown)
        require(came["input"].get("text") == text, f"text {text!r}", came["input"].get("text"), answer, shown)
        person = came["input"].get("user") or {}
        same = {name: person.get(name) for name in user}
        require(same == user, f"user {user}", person, answer, shown)


@pytest.mark.claim("INVOKE-5", "WIRE-2")
@pytest.mark.parametrize("operation_id", INVOKES)
@pytest.mark.parametrize("case", BAD_BODIES)
def test_a_body_that_is_not_as_documented_is_a_422(shop: Workshop, operation_id: str, case: str) -> None:
    """INVOKE-5: no `input`, a `user` without `email`, a value outside an enum, or of another type: 422."""
    fields, name = BAD_BODIES[case]
    answer = shop.api.call(operation_id, agent=shop.agent, body=shop.body(**fields))
    refuses_body(answer)
    located = [error["loc"] for error in answer.json["detail"]]
    said = any(name in loc for loc in located) or any(loc[-1] in ("body", "input", "user") for loc in located)
    require(said, f"a loc that names {name} or what lacks it", located, answer, claim="WIRE-2")


@pytest.mark.claim("INVOKE-5", "WIRE-2")
@pytest.mark.parametrize("operation_id", INVOKES)
@pytest.mark.parametrize("content", [b"{", b"", b"[]", b"null", b'"text"', b'{"input": {"text": "a"}', b"\xff\xfe"])
def test_a_body_that_is_no_object_is_a_422(shop: Workshop, operation_id: str, content: bytes) -> None:
    """INVOKE-5: a body that is not JSON, or no object, has no `input`: 422."""
    refuses_body(shop.api.call(operation_id, agent=shop.agent, content=content))


@pytest.mark.claim("INVOKE-7")
@pytest.mark.parametrize("operation_id", INVOKES)
def test_a_refused_invoke_makes_no_task(shop: Workshop, operation_id: str) -> None:
    """INVOKE-7: an invoke that is refused leaves no task, and a refused turn leaves its task as it was."""
    task = shop.completed()
    thread = shop.api.thread(task["id"])
    parent = shop.parent()
    for fields in ({"input": ...}, {"output_format": "yaml"}, {"input": {**TEXT, "user": {}}}, {"think_mode": "most"}):
        body = shop.body(parent_execution_id=parent, **fields)
        answer = shop.api.call(operation_id, agent=shop.agent, body=body).expect(422)
        shown = shop.api.call("get_task", task=body["id"])
        require(shown.status == 404, "404 to get", shown.status, answer, shown)
        turn = shop.api.call(operation_id, agent=shop.agent, body={**body, "id": task["id"]}).expect(422)
        after = shop.api.call("get_task", task=task["id"])
        as_it_was(task, turn, after)
    listed = shop.api.call("list_tasks", query={"parent_task_id": parent})
    require(listed.ok()["total"] == 0, "no task in the list", listed.json["items"], answer, listed)
    now = shop.api.call("get_task_thread", task=task["id"])
    require(now.messages() == thread, "the thread as it was", now.json, turn, now)


@pytest.mark.claim("INVOKE-7")
@pytest.mark.parametrize("operation_id", INVOKES)
def test_an_invoke_under_an_unknown_parent_makes_no_task_if_it_is_refused(shop: Workshop, operation_id: str) -> None:
    """INVOKE-7: an invoke that is refused because its parent does not exist leaves no task."""
    body = shop.body(parent_execution_id=shop.new_id())
    answer = shop.api.call(operation_id, agent=shop.agent, body=body)
    if answer.status == 200:
        not_run("needs a server that refuses a parent which does not exist: this one accepts it")
    shown = shop.api.call("get_task", task=body["id"])
    require(shown.status == 404, "404 to get", shown.status, answer, shown)


@pytest.mark.claim("INVOKE-7")
@pytest.mark.parametrize("operation_id", INVOKES)
@pytest.mark.parametrize(
    "fields", [{"input": ...}, {"output_format": "yaml"}], ids=["no input", "unknown output_format"]
)
def test_a_refused_invoke_leaves_nothing_nameless(shop: Workshop, operation_id: str, fields: Task) -> None:
    """INVOKE-7: an invoke that is refused leaves no task under an id and a title of the server's own either."""
    times = 5

    def newcomers(action: Callable[[], Answer]) -> tuple[int, Answer]:
        before = strangers(shop.api.call("list_tasks", query={"per_page": 50}))
        for _ in range(times):
            action()
        after = shop.api.call("list_tasks", query={"per_page": 50})
        return len(strangers(after) - before), after

    def refused() -> Answer:
        return shop.api.call(operation_id, agent=shop.agent, body=shop.body(**fields)).expect(422)

    def accepted() -> Answer:
        return shop.api.call("list_tasks", query={"per_page": 1}).expect(200)

    def judge() -> None:
        came, listed = newcomers(refused)
        require(came < times, "no new task", f"{came} tasks after {times} refused invokes, each time", listed)

    # Others may add tasks meanwhile, but hardly one for each refused invoke, again and again, and for nothing else.
    try:
        repeatedly(TRIES, judge)
    except Broken:
        if newcomers(accepted)[0] >= times:
            not_run("needs an organization to which others add tasks less often")
        raise


def strangers(listed: Answer) -> set[str]:
    """Return the ids of the tasks on a page that no test has made."""
    return {item["id"] for item in listed.ok()["items"] if not (item["title"] or "").startswith(OUR_TITLE)}


@pytest.mark.claim("INVOKE-6")
@pytest.mark.parametrize("operation_id", INVOKES)
def test_a_sub_task_is_listed_under_its_parent(shop: Workshop, operation_id: str) -> None:
    """INVOKE-6: a sub-task is listed under `parent_task_id` and in the parent's `sub_executions`, at every depth."""
    root, other = shop.start()["id"], shop.start()["id"]
    children = [shop.invoke(operation_id, parent_execution_id=root)["id"] for _ in range(2)]
    grandchild = shop.invoke(operation_id, parent_execution_id=children[0])["id"]
    shop.invoke(operation_id)
    for parent, expected in ((root, children), (children[0], [grandchild]), (other, []), (grandchild, [])):
        shown = shop.api.call("get_task", task=parent)
        came = shop.asked_for(shown.ok().get("sub_executions") or [])
        require(sorted(came) == sorted(expected), f"sub_executions {expected}", came, shown)
        for operation, agent in (("list_tasks", ""), ("list_agent_tasks", shop.agent)):
            answer = shop.api.call(operation, agent=agent, query={"parent_task_id": parent})
            ids = shop.asked_for(item["id"] for item in answer.ok()["items"])
            require(sorted(ids) == sorted(expected), f"the sub-tasks {expected}", ids, answer)
            owners = [item["parent_task_id"] for item in answer.json["items"]]
            require(set(owners) <= {parent}, f"parent_task_id {parent}", owners, answer)
    shop.finish(root)
    ended = shop.api.call("get_task", task=root)
    came = shop.asked_for(ended.ok().get("sub_executions") or [])
    require(sorted(came) == sorted(children), "the same when it has ended", came, ended)


@pytest.mark.claim("INVOKE-6")
@pytest.mark.parametrize("action", ["turn", "stop"])
def test_a_parent_that_is_continued_or_stopped_keeps_its_sub_tasks(shop: Workshop, action: str) -> None:
    """INVOKE-6: a sub-task stays listed under its parent when that is continued or stopped."""
    parent = shop.start()["id"] if action == "stop" else shop.completed()["id"]
    child = shop.start(parent_execution_id=parent)["id"]
    if action == "stop":
        shop.api.call("stop_task", task=parent).expect(200)
    else:
        shop.completed(id=parent)
    shown = shop.api.call("get_task", task=parent)
    came = shown.ok().get("sub_executions") or []
    require(child in came, f"{child} in sub_executions", came, shown)
    listed = shop.api.call("list_tasks", query={"parent_task_id": parent})
    ids = [item["id"] for item in listed.ok()["items"]]
    require(child in ids, f"{child} under {parent}", ids, listed)
    opened = shop.api.call("get_task", task=child)
    above = opened.ok().get("parent_execution")
    require(above == parent, f"parent_execution {parent}", above, opened)


@pytest.mark.claim("INVOKE-8")
@pytest.mark.parametrize("operation_id", INVOKES)
def test_get_shows_what_the_invoke_answered(shop: Workshop, operation_id: str) -> None:
    """INVOKE-8: what an invoke answers is what get shows of the task from then on."""
    task, answer = shop.call(operation_id, shop.body())
    shown = shop.api.call("get_task", task=task["id"])
    fixed = ("id", "agent_id", "organization_id", "input", "created_at", "title", "source", "parent_execution")
    came = {name: shown.ok().get(name) for name in fixed}
    expected = {name: task.get(name) for name in fixed}
    require(came == expected, f"{expected}", came, answer, shown)
    require(task["agent_id"] == shop.agent, f"agent_id {shop.agent}", task["agent_id"], answer)
    if operation_id != "invoke_agent_async":
        for name in ("status", "result", "finished_at", "started_at"):
            require(shown.json.get(name) == task.get(name), f"{name} {task.get(name)}", shown.json.get(name), shown)


def comes_back(task: Task, sent: Task, *answers: Answer) -> None:
    """Judge that a task has what was sent."""
    __tracebackhide__ = True
    for name, value in sent.items():
        shown = "parent_execution" if name == "parent_execution_id" else name
        require(task.get(shown) == value, f"{shown} {value!r}", task.get(shown), *answers)
