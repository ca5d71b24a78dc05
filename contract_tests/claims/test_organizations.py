"""Two organizations, which know nothing of each other."""

from typing import Any

import pytest

from contract_tests.claims._scope import Scope, Snapshot
from contract_tests.claims._tasks import BY_ID, INVOKES, Task, Workshop, as_it_was
from contract_tests.claims.api import Answer, Api, require
from contract_tests.failure import not_run

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
        answer.expect(*FOREIGN)
        shows_nothing(answer, item["title"], item["result"], item["organization_id"], item["agent_id"])


@pytest.mark.claim("AUTH-2", "GET-2")
@pytest.mark.parametrize("operation_id", BY_ID)
def test_another_key_neither_sees_nor_changes_a_task(shop: Workshop, other_api: Api, operation_id: str) -> None:
    """AUTH-2: a key of another organization sees and changes nothing of this one's."""
    task = shop.completed(title=f"Contract test: {SECRET}", input={"text": f"Please repeat: {SECRET}"})
    child = shop.completed(parent_execution_id=task["id"])
    running = shop.start()
    task, thread = shop.api.get(task["id"]), shop.api.thread(task["id"])
    for other in (task["id"], child["id"], running["id"]):
        answer = other_api.call(operation_id, task=other)
        answer.expect(*FOREIGN)
        shows_nothing(answer, SECRET, task["result"], task["organization_id"], task["agent_id"])
    _unchanged(shop, task, thread, answer)
    shop.api.call("get_task", task=child["id"]).expect(200)
    ended = shop.finish(running["id"])
    require(ended["status"] != "stopped", "a task that goes on", ended["status"], answer)


@pytest.mark.claim("AUTH-2", "LIST-7")
def test_no_list_of_another_key_has_our_tasks(scope: Scope, other_api: Api) -> None:
    """AUTH-2: lists of another organization show none of this one's tasks, whatever they are asked for."""
    held = scope.snapshot()
    if not held.items:
        not_run(f"needs tasks: {scope.name} has none")
    ours = {item["id"] for item in held.items}
    owner = held.items[0]["organization_id"]
    for query in _foreign_queries(scope, held):
        answer = other_api.call("list_tasks", query={**query, "per_page": 50})
        _not_ours(answer, ours, owner)
        # Ids are chosen by callers, but parents and agents of ours are nothing to anybody else.
        if query.keys() & {"agent_id", "parent_task_id"}:
            came = (answer.json["total"], answer.json["items"])
            require(came == (0, []), "nothing", came, answer)
    agent = held.items[0]["agent_id"]
    answer = other_api.call("list_agent_tasks", agent=agent)
    answer.expect(*FOREIGN)


@pytest.mark.claim("AUTH-2", "LIST-7")
def test_our_lists_have_none_of_another_organizations_tasks(api: Api, foreign: list[Task]) -> None:
    """LIST-7, AUTH-2: every item is of the caller's organization, also when asked for what is another's."""
    theirs = {item["id"] for item in foreign}
    owner = foreign[0]["organization_id"]
    held = Snapshot(foreign)
    queries: list[dict[str, Any]] = [{}]
    names = ("user_id", "agent_id", "parent_task_id", "triggering_agent_id", "status")
    queries += [{name: value} for name in names for value in held.values(name)[:3]]
    queries += [{"parent_task_id": item["id"]} for item in foreign[:3]]
    times = [item["created_at"] for item in foreign[:3] if item.get("created_at")]
    queries += [{"from_date": time, "to_date": time} for time in times]
    for query in queries:
        answer = api.call("list_tasks", query={**query, "per_page": 50})
        _not_ours(answer, theirs, owner)
        if query.keys() & {"agent_id", "parent_task_id"}:
            came = (answer.json["total"], answer.json["items"])
            require(came == (0, []), "nothing", came, answer)


@pytest.mark.claim("AUTH-2", "AGENT-3")
def test_a_foreign_agents_list_is_a_403_or_404(api: Api, foreign: list[Task]) -> None:
    """AGENT-3: an agent of another organization is a 403 or 404, and shows nothing."""
    ours = {item["agent_id"] for item in api.call("list_tasks", query={"per_page": 50}).ok()["items"]}
    for agent in sorted({item["agent_id"] for item in foreign} - ours)[:4]:
        for query in ({}, {"status": "completed"}, {"page": 1, "per_page": 50}):
            answer = api.call("list_agent_tasks", agent=agent, query=query)
            answer.expect(*FOREIGN)
            shows_nothing(answer, foreign[0]["organization_id"], *(item["title"] for item in foreign))


@pytest.mark.claim("AGENT-3", "AUTH-2")
@pytest.mark.parametrize("operation_id", INVOKES)
def test_invoking_a_foreign_agent_is_a_403_or_404_and_makes_nothing(
    shop: Workshop, other_api: Api, operation_id: str
) -> None:
    """AGENT-3, AUTH-2: to invoke an agent of another organization is a 403 or 404, and makes no task for either."""
    body = shop.body()
    answer = other_api.call(operation_id, agent=shop.agent, body=body)
    answer.expect(*FOREIGN)
    for api in (shop.api, other_api):
        shown = api.call("get_task", task=body["id"])
        require(shown.status in FOREIGN, "no task", shown.status, answer, shown)


@pytest.mark.claim("AUTH-5", "AUTH-2")
@pytest.mark.parametrize("operation_id", INVOKES)
def test_invoking_with_a_foreign_tasks_id_leaves_it_alone(
    shop: Workshop, other_shop: Workshop, operation_id: str
) -> None:
    """AUTH-5: an invoke with the `id` of another organization's task is a 403 or 404 and must not touch it."""
    task = shop.completed()
    thread = shop.api.thread(task["id"])
    body = other_shop.body(id=task["id"], title="Contract test, of another organization")
    answer = other_shop.api.call(operation_id, agent=other_shop.agent, body=body)
    shows_nothing(answer, task["result"], task["organization_id"], task["agent_id"])
    _unchanged(shop, task, thread, answer)
    answer.expect(*FOREIGN)
    for other in other_shop.api.call("list_tasks", query={"per_page": 50}).ok()["items"]:
        require(other["id"] != task["id"], "no such task in the other organization", other, answer)


@pytest.mark.claim("AUTH-2")
def test_a_foreign_parent_gains_no_sub_task(shop: Workshop, other_shop: Workshop) -> None:
    """AUTH-2: a sub-task that another organization hangs under a task of ours changes nothing here."""
    parent = shop.settled(shop.parent()).ok()
    thread = shop.api.thread_full(parent["id"])
    body = other_shop.body(parent_execution_id=parent["id"])
    answer = other_shop.api.call("invoke_agent_async", agent=other_shop.agent, body=body)
    shown = shop.api.call("get_task", task=parent["id"])
    as_it_was(parent, answer, shown)
    full = shop.api.call("get_task_thread_full", task=parent["id"])
    require(full.ok() == thread, "the full thread as it was", full.json, answer, full)
    listed = shop.api.call("list_tasks", query={"parent_task_id": parent["id"]})
    require(listed.ok()["total"] == 0, "no sub-task", listed.json["items"], answer, listed)


@pytest.mark.claim("AUTH-2")
def test_both_organizations_may_count_only_their_own(api: Api, other_api: Api, other_shop: Workshop) -> None:
    """AUTH-2: a task that another organization makes is not counted here."""
    task = other_shop.completed()
    query = {"from_date": task["created_at"], "to_date": task["created_at"]}
    theirs = other_api.call("list_tasks", query=query)
    ids = [item["id"] for item in theirs.ok()["items"]]
    require(task["id"] in ids, f"{task['id']}", ids, theirs)
    ours = api.call("list_tasks", query={**query, "per_page": 50})
    ids = [item["id"] for item in ours.ok()["items"]]
    require(task["id"] not in ids, f"not {task['id']}", ids, ours)
    require(ours.json["total"] == len(ids), f"total {len(ids)}", ours.json["total"], ours)
    answer = api.call("get_task", task=task["id"]).expect(*FOREIGN)
    shows_nothing(answer, task["result"], task["title"], task["organization_id"])
    for operation in ("stop_task", "delete_task"):
        api.call(operation, task=task["id"]).expect(*FOREIGN)
    after = other_api.call("get_task", task=task["id"])
    as_it_was(task, answer, after)


def shows_nothing(answer: Answer, *secrets: str | None) -> None:
    """Judge that an answer lets out nothing of a foreign task."""
    __tracebackhide__ = True
    text = answer.body.decode(errors="replace")
    # A short one, such as the title "Task", may be in any message by chance.
    shown = [secret for secret in secrets if secret and len(secret) >= SHORTEST_SECRET and secret in text]
    require(not shown, "nothing of a foreign task", shown, answer)


def _unchanged(shop: Workshop, task: Task, thread: list[Any], answer: Answer) -> None:
    __tracebackhide__ = True
    after = shop.api.call("get_task", task=task["id"])
    as_it_was(task, answer, after)
    now = shop.api.call("get_task_thread", task=task["id"])
    require(now.messages() == thread, "the thread as it was", now.json, answer, now)


def _not_ours(answer: Answer, ours: set[str], owner: str) -> None:
    __tracebackhide__ = True
    strange = [item for item in answer.ok()["items"] if item["id"] in ours or item["organization_id"] == owner]
    require(not strange, f"no task of organization {owner}", strange[:1], answer)


def _foreign_queries(scope: Scope, held: Snapshot) -> list[dict[str, Any]]:
    queries: list[dict[str, Any]] = [{}, dict(scope.base)]
    names = ("user_id", "agent_id", "parent_task_id", "triggering_agent_id", "status")
    queries += [{name: value} for name in names for value in held.values(name)[:3]]
    times = [item["created_at"] for item in held.items[:3] if item.get("created_at")]
    queries += [{"from_date": time, "to_date": time} for time in times]
    return queries
