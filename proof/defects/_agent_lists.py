"""Bugs of agents: what an agent's list holds, and which agents there are."""

from itertools import groupby

from proof.defects._defect import INVOKES, defect
from proof.defects._defect_middleware import Answer, Call
from proof.defects._lists import Ask, cut, every, relist
from xpander_mock.parts import DEMO_API_KEY, OTHER_API_KEY

AGENT_LIST = "list_agent_tasks"


# AGENT-1: every item is the agent's


@defect("around", "AGENT-1", AGENT_LIST)
async def agent_list_shows_triggered_tasks(call: Call, ask: Ask) -> Answer:
    """An agent's list also shows the tasks that it triggered."""
    answer = await ask(call)
    if not answer.ok or "triggering_agent_id" in call.query:
        return answer
    agent = call.ids["agent_id"]
    triggered = call.to("list_tasks").asking(**call.query).asking(triggering_agent_id=agent)
    items = {item["id"]: item for item in [*await every(call, ask), *await every(triggered, ask)]}
    return cut(answer, sorted(items.values(), key=lambda item: str(item["created_at"]), reverse=True))


@defect("around", "AGENT-1", AGENT_LIST)
async def agent_forgotten_with_user(call: Call, ask: Ask) -> Answer:
    """With a user filter, an agent's list shows the user's tasks with every agent."""
    if "user_id" not in call.query:
        return await ask(call)
    answer = await ask(call)
    return await ask(call.to("list_tasks").asking(**call.query)) if answer.ok else answer


@defect("around", "AGENT-1", AGENT_LIST)
async def agent_forgotten_with_parent(call: Call, ask: Ask) -> Answer:
    """With a parent filter, an agent's list shows the sub-tasks of every agent."""
    if "parent_task_id" not in call.query:
        return await ask(call)
    answer = await ask(call)
    return await ask(call.to("list_tasks").asking(**call.query)) if answer.ok else answer


@defect("answer", "AGENT-1", AGENT_LIST)
def triggered_items_name_the_caller(call: Call, answer: Answer) -> None:
    """An item with a triggering agent shows that agent's id as its `agent_id`."""
    for item in answer.body["items"]:
        item["agent_id"] = item.get("triggering_agent_id") or item["agent_id"]


# AGENT-2: the same list as with the filter


@defect("around", "AGENT-2", AGENT_LIST)
async def agent_list_without_subtasks(call: Call, ask: Ask) -> Answer:
    """An agent's list leaves out sub-tasks unless a parent is named."""
    if "parent_task_id" in call.query:
        return await ask(call)
    return await relist(call, ask, lambda items: (item for item in items if not item.get("parent_task_id")))


@defect("answer", "AGENT-2", AGENT_LIST)
def agent_list_without_titles(call: Call, answer: Answer) -> None:
    """On an agent's list titles are null."""
    for item in answer.body["items"]:
        item["title"] = None


@defect("answer", "AGENT-2", AGENT_LIST)
def agent_list_shortens_results(call: Call, answer: Answer) -> None:
    """On an agent's list a result ends after 24 characters."""
    for item in answer.body["items"]:
        item["result"] = item["result"] and item["result"][:24]


@defect("around", "AGENT-2", AGENT_LIST)
async def agent_list_turns_ties_round(call: Call, ask: Ask) -> Answer:
    """On an agent's list, tasks created at the same instant are in reverse order."""
    return await relist(
        call,
        ask,
        lambda items: [
            item
            for _, ties in groupby(items, key=lambda item: str(item["created_at"]))
            for item in reversed(list(ties))
        ],
    )


@defect("around", "AGENT-2", AGENT_LIST)
async def agent_list_hides_paused(call: Call, ask: Ask) -> Answer:
    """Paused tasks are missing from an agent's list."""
    return await relist(call, ask, lambda items: (item for item in items if item["status"] != "paused"))


# AGENT-3: agents that are not the caller's


@defect("refusal", "AGENT-3", AGENT_LIST, kind="status")
def unknown_agent_has_empty_list(call: Call, answer: Answer) -> None:
    """The list of an agent that does not exist is an empty page."""
    if answer.status == 404:
        answer.status = 200
        answer.body = {"items": [], "total": 0, "page": 1, "per_page": 20, "total_pages": 0}


@defect("around", "AGENT-3", AGENT_LIST, kind="authentication")
async def agent_of_another_organization_listed(call: Call, ask: Ask) -> Answer:
    """The list of another organization's agent shows its tasks."""
    return await as_owner(call, ask)


@defect("around", "AGENT-3", AGENT_LIST)
async def foreign_agent_has_empty_list(call: Call, ask: Ask) -> Answer:
    """The list of another organization's agent is an empty page."""
    answer = await ask(call)
    if answer.status in (403, 404):
        owned = await as_owner(call, ask)
        return cut(owned, []) if owned.ok else owned
    return answer


@defect("around", "AGENT-3", *INVOKES)
async def unknown_agent_falls_back(call: Call, ask: Ask) -> Answer:
    """An invoke of an agent that does not exist runs the agent that was used last."""
    answer = await ask(call)
    if answer.status != 404:
        return answer
    items = (await ask(call.to("list_tasks"))).body["items"]
    return await ask(call.to(call.operation, agent_id=items[0]["agent_id"]).saying(call.body)) if items else answer


@defect("refusal", "AGENT-3", "invoke_agent_async", kind="status")
def unknown_agent_is_bad_request(call: Call, answer: Answer) -> None:
    """An agent that does not exist is answered with 400 when invoked in the background."""
    if answer.status == 404:
        answer.status = 400


@defect("around", "AGENT-3", "invoke_agent", kind="authentication")
async def foreign_agent_runs(call: Call, ask: Ask) -> Answer:
    """The agent of another organization can be invoked."""
    return await as_owner(call, ask)


async def as_owner(call: Call, ask: Ask) -> Answer:
    """Return the answer to the caller, or when it is refused the answer to the other organization."""
    answer = await ask(call)
    if answer.status not in (403, 404):
        return answer
    headers = call.headers
    call.headers = {**headers, "x-api-key": OTHER_API_KEY if headers.get("x-api-key") == DEMO_API_KEY else DEMO_API_KEY}
    owned = await ask(call)
    call.headers = headers
    return owned if owned.ok else answer
