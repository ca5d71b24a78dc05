"""Bugs in filters: what matches, how filters combine, and what their totals add up to."""

import re
import unicodedata
from collections.abc import Iterator

from proof.defects._defect import LISTS, defect
from proof.defects._defect_middleware import Answer, Call
from proof.defects._lists import FILTERS, STATUSES, Ask, Item, cut, every, refilter, relist


def given(call: Call) -> list[str]:
    """Return the filters of a call, without dates, in the order in which they were sent."""
    return [name for name in call.query if name in FILTERS]


# LIST-1: what matches


@defect("around", "LIST-10", *LISTS)
async def user_filter_takes_prefixes(call: Call, ask: Ask) -> Answer:
    """A user filter also finds users whose id begins like the one asked for."""
    return await refilter(call, ask, "user_id", lambda item, value: (item.get("user_id") or "").startswith(value))


@defect("around", "LIST-10", *LISTS)
async def user_filter_ignores_case(call: Call, ask: Ask) -> Answer:
    """A user filter compares without regard to case."""
    return await refilter(
        call, ask, "user_id", lambda item, value: (item.get("user_id") or "").lower() == value.lower()
    )


@defect("around", "LIST-1", "list_tasks")
async def user_filter_keeps_tasks_without_user(call: Call, ask: Ask) -> Answer:
    """A user filter also finds the tasks that have no user."""
    return await refilter(call, ask, "user_id", lambda item, value: item.get("user_id") in (None, value))


@defect("around", "LIST-1", "list_tasks")
async def agent_filter_finds_triggered_tasks(call: Call, ask: Ask) -> Answer:
    """An agent filter also finds the tasks that the agent triggered."""
    return await refilter(
        call, ask, "agent_id", lambda item, value: value in (item["agent_id"], item.get("triggering_agent_id"))
    )


@defect("around", "LIST-1", *LISTS)
async def parent_filter_finds_whole_tree(call: Call, ask: Ask) -> Answer:
    """A parent filter also finds the sub-tasks of sub-tasks."""
    if "parent_task_id" not in call.query:
        return await ask(call)
    family = {call.query["parent_task_id"]}

    def descendants(items: list[Item]) -> Iterator[Item]:
        for _ in range(5):
            family.update(item["id"] for item in items if item.get("parent_task_id") in family)
        return (item for item in items if item.get("parent_task_id") in family)

    return await relist(call, ask, descendants, "parent_task_id")


@defect("around", "LIST-1", "list_tasks")
async def parent_filter_finds_parent(call: Call, ask: Ask) -> Answer:
    """A parent filter also finds the parent itself."""
    return await refilter(
        call, ask, "parent_task_id", lambda item, value: value in (item["id"], item.get("parent_task_id"))
    )


@defect("request", "LIST-1", "list_agent_tasks")
def triggering_filter_forgotten(call: Call) -> None:
    """On an agent's list the filter for the triggering agent is ignored."""
    call.query.pop("triggering_agent_id", None)


@defect("request", "LIST-1", "list_agent_tasks")
def status_filter_forgotten(call: Call) -> None:
    """On an agent's list a valid status filter is ignored."""
    if call.query.get("status") in STATUSES:
        del call.query["status"]


@defect("request", "LIST-1", *LISTS)
def internal_status_filter_forgotten(call: Call) -> None:
    """The filter for the internal status is ignored."""
    call.query.pop("internal_status", None)


@defect("request", "LIST-11", *LISTS)
def empty_filter_means_none(call: Call) -> None:
    """A filter with an empty value is ignored."""
    for name in ("user_id", "parent_task_id", "triggering_agent_id"):
        if call.query.get(name) == "":
            del call.query[name]


@defect("around", "LIST-1", *LISTS)
async def failed_filter_finds_errors(call: Call, ask: Ask) -> Answer:
    """`status=failed` also finds tasks in `error`."""
    if call.query.get("status") != "failed":
        return await ask(call)
    return await refilter(call, ask, "status", lambda item, value: item["status"] in ("failed", "error"))


# LIST-2: how filters combine


@defect("around", "LIST-2", *LISTS)
async def filters_joined_by_or(call: Call, ask: Ask) -> Answer:
    """A task is listed when it passes any one of the filters."""
    names = given(call)
    answer = await ask(call)
    if not answer.ok or len(names) < 2:
        return answer
    found: set[str] = set()
    for name in names:
        only = call.asking(**{other: None for other in names if other != name})
        found |= {item["id"] for item in await every(only, ask)}
    items = await every(call.asking(**dict.fromkeys(names)), ask)
    return cut(answer, (item for item in items if item["id"] in found))


@defect("request", "LIST-2", *LISTS)
def only_first_filter_applies(call: Call) -> None:
    """Of several filters, only the first one in the query applies."""
    for name in given(call)[1:]:
        del call.query[name]


@defect("request", "LIST-2", *LISTS)
def third_filter_forgotten(call: Call) -> None:
    """Two filters combine; a third one is ignored."""
    for name in given(call)[2:]:
        del call.query[name]


@defect("request", "LIST-2", "list_tasks")
def agent_forgotten_with_user_and_status(call: Call) -> None:
    """With an agent, a user and a status filter, the agent filter is ignored."""
    if {"agent_id", "user_id", "status"} <= call.query.keys():
        del call.query["agent_id"]


@defect("around", "LIST-2", *LISTS)
async def total_of_first_filter(call: Call, ask: Ask) -> Answer:
    """With several filters the items are right, and the totals are those of the first filter alone."""
    answer = await ask(call)
    if answer.ok and len(given(call)) > 1:
        first = (await ask(call.asking(**dict.fromkeys(given(call)[1:])))).body
        answer.body.update(total=first["total"], total_pages=first["total_pages"])
    return answer


@defect("request", "LIST-2", "list_tasks")
def dates_switch_status_off(call: Call) -> None:
    """With a date bound, the status filter is ignored."""
    if {"from_date", "to_date"} & set(call.query) and call.query.get("status") in STATUSES:
        del call.query["status"]


@defect("request", "LIST-2", "list_agent_tasks")
def user_switches_parent_off(call: Call) -> None:
    """On an agent's list, the parent filter is ignored when there is a user filter."""
    if "user_id" in call.query:
        call.query.pop("parent_task_id", None)


@defect("request", "LIST-2", "list_tasks")
def dates_switch_user_off(call: Call) -> None:
    """With both date bounds, the user filter is ignored."""
    if {"from_date", "to_date"} <= set(call.query):
        call.query.pop("user_id", None)


# LIST-3: the totals of the statuses


@defect("around", "LIST-3", *LISTS)
async def stopped_hidden_unless_asked_for(call: Call, ask: Ask) -> Answer:
    """Without a status filter, stopped tasks are not listed."""
    if "status" in call.query:
        return await ask(call)
    return await relist(call, ask, lambda items: (item for item in items if item["status"] != "stopped"))


@defect("around", "LIST-3", *LISTS)
async def error_filter_finds_nothing(call: Call, ask: Ask) -> Answer:
    """`status=error` finds nothing."""
    if call.query.get("status") != "error":
        return await ask(call)
    return await relist(call, ask, lambda items: [])


@defect("around", "LIST-3", "list_tasks")
async def paused_also_counts_as_executing(call: Call, ask: Ask) -> Answer:
    """The total of `status=executing` also counts the paused tasks, which it does not show."""
    answer = await ask(call)
    if answer.ok and call.query.get("status") == "executing":
        answer.body["total"] += (await ask(call.asking(status="paused"))).body["total"]
        answer.body["total_pages"] = -(-answer.body["total"] // answer.body["per_page"])
    return answer


@defect("around", "LIST-3", "list_agent_tasks")
async def subtasks_hidden_when_completed(call: Call, ask: Ask) -> Answer:
    """`status=completed` finds no sub-tasks unless a parent is named."""
    if call.query.get("status") != "completed" or "parent_task_id" in call.query:
        return await ask(call)
    return await relist(call, ask, lambda items: (item for item in items if not item.get("parent_task_id")))


# LIST-10 to LIST-12: exactly, and empty values


@defect("request", "LIST-10", *LISTS)
def filters_are_trimmed(call: Call) -> None:
    """Leading and trailing spaces are removed from a filter's value."""
    for name in ("user_id", "triggering_agent_id", "agent_id", "parent_task_id"):
        if call.query.get(name, "").strip():
            call.query[name] = call.query[name].strip()


@defect("around", "LIST-10", *LISTS)
async def accents_compared_by_looks(call: Call, ask: Ask) -> Answer:
    """A user filter compares normalized Unicode: an accented letter matches the letter with a combining accent."""

    def looks(text: str | None) -> str:
        return unicodedata.normalize("NFC", text or "")

    return await refilter(call, ask, "user_id", lambda item, value: looks(item.get("user_id")) == looks(value))


@defect("around", "LIST-10", *LISTS)
async def percent_sign_stands_for_anything(call: Call, ask: Ask) -> Answer:
    """A user filter is a pattern in which `%` stands for anything."""
    if "%" not in call.query.get("user_id", ""):
        return await ask(call)

    def matches(item: Item, value: str) -> bool:
        pattern = re.escape(value).replace("%", ".*")
        return re.fullmatch(pattern, item.get("user_id") or "") is not None

    return await refilter(call, ask, "user_id", matches)


@defect("request", "LIST-11", "list_tasks")
def empty_triggering_filter_means_none(call: Call) -> None:
    """An empty filter for the triggering agent is ignored."""
    if call.query.get("triggering_agent_id") == "":
        del call.query["triggering_agent_id"]


@defect("around", "LIST-12", *LISTS)
async def empty_parent_means_top_level(call: Call, ask: Ask) -> Answer:
    """An empty parent filter finds the tasks without a parent."""
    return await refilter(call, ask, "parent_task_id", lambda item, value: (item.get("parent_task_id") or "") == value)


@defect("around", "LIST-12", "list_tasks")
async def empty_user_means_nobody(call: Call, ask: Ask) -> Answer:
    """An empty user filter finds the tasks without a user."""
    return await refilter(call, ask, "user_id", lambda item, value: (item.get("user_id") or "") == value)


# LIST-13: parameters that nobody knows


@defect("around", "LIST-13", *LISTS, kind="validation")
async def unknown_parameters_refused(call: Call, ask: Ask) -> Answer:
    """A query parameter that is not documented is a 422."""
    answer = await ask(call)
    unknown = set(call.query) - {*FILTERS, "page", "per_page", "from_date", "to_date"}
    if answer.ok and unknown:
        answer.status = 422
        answer.body = {
            "detail": [{"loc": ["query", name], "msg": "Unexpected parameter", "type": "extra"} for name in unknown]
        }
    return answer


@defect("request", "LIST-13", "list_tasks")
def limit_is_another_page_size(call: Call) -> None:
    """`limit` still works as an older name of `per_page`."""
    if "limit" in call.query:
        call.query["per_page"] = call.query.pop("limit")


@defect("around", "LIST-13", "list_agent_tasks")
async def unknown_parameters_find_nothing(call: Call, ask: Ask) -> Answer:
    """A parameter that is not documented is a filter that no task passes."""
    answer = await ask(call)
    known = {*FILTERS, "page", "per_page", "from_date", "to_date"}
    return cut(answer, []) if answer.ok and set(call.query) - known else answer
