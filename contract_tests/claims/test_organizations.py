"""Two organizations, isolated from each other."""

from typing import Any

import pytest

from ..report.violation import not_run
from ._answers import Answer, assert_that
from ._assertions import assert_unchanged
from ._scope import Scope, Snapshot
from ._task_factory import BY_ID, INVOKES, Task, TaskFactory
from .api import Api

FOREIGN = (403, 404)
READING = ("get_task", "get_task_thread", "get_task_thread_full")
SHORTEST_SECRET = 10
SECRET = "the heron flies at dusk"


@pytest.fixture(scope="session")
def foreign(other_api: Api) -> list[Task]:
    """Tasks of the other organization."""
    items: list[Task] = other_api.call("list_tasks", query={"per_page": 50}).ok()["items"]
    if not items:
        not_run("needs a task of the organization of XPANDER_OTHER_API_KEY: its list shows none")
    return items


@pytest.mark.claim("AUTH-2", "GET-2")
@pytest.mark.parametrize("operation_id", READING)
def test_a_foreign_task_is_a_403_or_404_and_not_shown(api: Api, foreign: list[Task], operation_id: str) -> None:
    """GET-2, AUTH-2: a task of another organization is a 403 or 404, and nothing of it is shown."""
    for item in foreign[:: max(1, len(foreign) // 8)]:
        answer = api.call(operation_id, task=item["id"])
        answer.assert_status(*FOREIGN)
        assert_reveals_nothing(answer, item["title"], item["result"], item["organization_id"], item["agent_id"])


@pytest.mark.claim("AUTH-2", "GET-2")
@pytest.mark.parametrize("operation_id", BY_ID)
def test_another_key_neither_sees_nor_changes_a_task(
    task_factory: TaskFactory, other_api: Api, operation_id: str
) -> None:
    """AUTH-2: a key of another organization sees and changes nothing of this one's."""
    task = task_factory.completed(title=f"Contract test: {SECRET}", input={"text": f"Please repeat: {SECRET}"})
    child = task_factory.completed(parent_execution_id=task["id"])
    running = task_factory.start()
    task, thread = task_factory.api.get(task["id"]), task_factory.api.thread(task["id"])
    for other in (task["id"], child["id"], running["id"]):
        answer = other_api.call(operation_id, task=other)
        answer.assert_status(*FOREIGN)
        assert_reveals_nothing(answer, SECRET, task["result"], task["organization_id"], task["agent_id"])
    assert_task_and_thread_unchanged(task_factory, task, thread, answer)
    task_factory.api.call("get_task", task=child["id"]).assert_status(200)
    ended = task_factory.wait_until_done(running["id"])
    assert_that(ended["status"] != "stopped", "a task that keeps running", ended["status"], answer)


@pytest.mark.claim("AUTH-2", "LIST-7")
def test_no_list_for_another_key_shows_our_tasks(scope: Scope, other_api: Api) -> None:
    """AUTH-2: lists of another organization show none of this one's tasks, whatever they are asked for."""
    snapshot = scope.snapshot()
    if not snapshot.items:
        not_run(f"needs tasks: {scope.name} has none")
    ours = {item["id"] for item in snapshot.items}
    owner = snapshot.items[0]["organization_id"]
    for query in _foreign_queries(scope, snapshot):
        answer = other_api.call("list_tasks", query={**query, "per_page": 50})
        assert_lists_none_of(answer, ours, owner)
        # Callers choose ids freely, but parents and agents of one organization match no task of another.
        if query.keys() & {"agent_id", "parent_task_id"}:
            actual = (answer.json["total"], answer.json["items"])
            assert_that(actual == (0, []), "nothing", actual, answer)
    agent = snapshot.items[0]["agent_id"]
    answer = other_api.call("list_agent_tasks", agent=agent)
    answer.assert_status(*FOREIGN)


@pytest.mark.claim("AUTH-2", "LIST-7")
def test_lists_show_no_task_of_another_organization(api: Api, foreign: list[Task]) -> None:
    """LIST-7, AUTH-2: every item is of the caller's organization, also when asked for what is another's."""
    theirs = {item["id"] for item in foreign}
    owner = foreign[0]["organization_id"]
    snapshot = Snapshot(foreign)
    queries: list[dict[str, Any]] = [{}]
    names = ("user_id", "agent_id", "parent_task_id", "triggering_agent_id", "status")
    queries += [{name: value} for name in names for value in snapshot.values(name)[:3]]
    queries += [{"parent_task_id": item["id"]} for item in foreign[:3]]
    times = [item["created_at"] for item in foreign[:3] if item.get("created_at")]
    queries += [{"from_date": time, "to_date": time} for time in times]
    for query in queries:
        answer = api.call("list_tasks", query={**query, "per_page": 50})
        assert_lists_none_of(answer, theirs, owner)
        if query.keys() & {"agent_id", "parent_task_id"}:
            actual = (answer.json["total"], answer.json["items"])
            assert_that(actual == (0, []), "nothing", actual, answer)


@pytest.mark.claim("AUTH-2", "AGENT-3")
def test_a_foreign_agents_list_is_a_403_or_404(api: Api, foreign: list[Task]) -> None:
    """AGENT-3: an agent of another organization is a 403 or 404, and shows nothing."""
    ours = {item["agent_id"] for item in api.call("list_tasks", query={"per_page": 50}).ok()["items"]}
    for agent in sorted({item["agent_id"] for item in foreign} - ours)[:4]:
        for query in ({}, {"status": "completed"}, {"page": 1, "per_page": 50}):
            answer = api.call("list_agent_tasks", agent=agent, query=query)
            answer.assert_status(*FOREIGN)
            assert_reveals_nothing(answer, foreign[0]["organization_id"], *(item["title"] for item in foreign))


@pytest.mark.claim("AGENT-3", "AUTH-2")
@pytest.mark.parametrize("operation_id", INVOKES)
def test_invoking_a_foreign_agent_is_a_403_or_404_and_makes_nothing(
    task_factory: TaskFactory, other_api: Api, operation_id: str
) -> None:
    """AGENT-3, AUTH-2: to invoke an agent of another organization is a 403 or 404, and makes no task for either."""
    body = task_factory.body()
    answer = other_api.call(operation_id, agent=task_factory.agent, body=body)
    answer.assert_status(*FOREIGN)
    for api in (task_factory.api, other_api):
        shown = api.call("get_task", task=body["id"])
        assert_that(shown.status in FOREIGN, "no task", shown.status, answer, shown)


@pytest.mark.claim("AUTH-5", "AUTH-2")
@pytest.mark.parametrize("operation_id", INVOKES)
def test_invoking_with_a_foreign_tasks_id_leaves_it_alone(
    task_factory: TaskFactory, other_task_factory: TaskFactory, operation_id: str
) -> None:
    """AUTH-5: an invoke with the `id` of another organization's task is a 403 or 404 and must not touch it."""
    task = task_factory.completed()
    thread = task_factory.api.thread(task["id"])
    body = other_task_factory.body(id=task["id"], title="Contract test, of another organization")
    answer = other_task_factory.api.call(operation_id, agent=other_task_factory.agent, body=body)
    assert_reveals_nothing(answer, task["result"], task["organization_id"], task["agent_id"])
    assert_task_and_thread_unchanged(task_factory, task, thread, answer)
    answer.assert_status(*FOREIGN)
    for other in other_task_factory.api.call("list_tasks", query={"per_page": 50}).ok()["items"]:
        assert_that(other["id"] != task["id"], "no such task in the other organization", other, answer)


@pytest.mark.claim("AUTH-2")
def test_a_foreign_parent_gains_no_sub_task(task_factory: TaskFactory, other_task_factory: TaskFactory) -> None:
    """AUTH-2: a sub-task that another organization hangs under a task of ours changes nothing here."""
    parent = task_factory.get_stable(task_factory.parent()).ok()
    thread = task_factory.api.thread_full(parent["id"])
    body = other_task_factory.body(parent_execution_id=parent["id"])
    answer = other_task_factory.api.call("invoke_agent_async", agent=other_task_factory.agent, body=body)
    shown = task_factory.api.call("get_task", task=parent["id"])
    assert_unchanged(parent, answer, shown)
    full = task_factory.api.call("get_task_thread_full", task=parent["id"])
    assert_that(full.ok() == thread, "the full thread unchanged", full.json, answer, full)
    listed = task_factory.api.call("list_tasks", query={"parent_task_id": parent["id"]})
    assert_that(listed.ok()["total"] == 0, "no sub-task", listed.json["items"], answer, listed)


@pytest.mark.claim("AUTH-2")
def test_each_organization_counts_only_its_own_tasks(api: Api, other_api: Api, other_task_factory: TaskFactory) -> None:
    """AUTH-2: a task that another organization makes is not counted here."""
    task = other_task_factory.completed()
    query = {"from_date": task["created_at"], "to_date": task["created_at"]}
    theirs = other_api.call("list_tasks", query=query)
    ids = [item["id"] for item in theirs.ok()["items"]]
    assert_that(task["id"] in ids, f"{task['id']}", ids, theirs)
    ours = api.call("list_tasks", query={**query, "per_page": 50})
    ids = [item["id"] for item in ours.ok()["items"]]
    assert_that(task["id"] not in ids, f"not {task['id']}", ids, ours)
    assert_that(ours.json["total"] == len(ids), f"total {len(ids)}", ours.json["total"], ours)
    answer = api.call("get_task", task=task["id"]).assert_status(*FOREIGN)
    assert_reveals_nothing(answer, task["result"], task["title"], task["organization_id"])
    for operation in ("stop_task", "delete_task"):
        api.call(operation, task=task["id"]).assert_status(*FOREIGN)
    after = other_api.call("get_task", task=task["id"])
    assert_unchanged(task, answer, after)


def assert_reveals_nothing(answer: Answer, *secrets: str | None) -> None:
    """Check that an answer reveals nothing of a foreign task."""
    __tracebackhide__ = True
    text = answer.body.decode(errors="replace")
    # A short text, such as the title "Task", may occur in any message by chance.
    shown = [secret for secret in secrets if secret and len(secret) >= SHORTEST_SECRET and secret in text]
    assert_that(not shown, "nothing of a foreign task", shown, answer)


def assert_task_and_thread_unchanged(task_factory: TaskFactory, task: Task, thread: list[Any], answer: Answer) -> None:
    __tracebackhide__ = True
    after = task_factory.api.call("get_task", task=task["id"])
    assert_unchanged(task, answer, after)
    now = task_factory.api.call("get_task_thread", task=task["id"])
    assert_that(now.messages() == thread, "the thread unchanged", now.json, answer, now)


def assert_lists_none_of(answer: Answer, ours: set[str], owner: str) -> None:
    __tracebackhide__ = True
    strange = [item for item in answer.ok()["items"] if item["id"] in ours or item["organization_id"] == owner]
    assert_that(not strange, f"no task of organization {owner}", strange[:1], answer)


def _foreign_queries(scope: Scope, snapshot: Snapshot) -> list[dict[str, Any]]:
    queries: list[dict[str, Any]] = [{}, dict(scope.base)]
    names = ("user_id", "agent_id", "parent_task_id", "triggering_agent_id", "status")
    queries += [{name: value} for name in names for value in snapshot.values(name)[:3]]
    times = [item["created_at"] for item in snapshot.items[:3] if item.get("created_at")]
    queries += [{"from_date": time, "to_date": time} for time in times]
    return queries
