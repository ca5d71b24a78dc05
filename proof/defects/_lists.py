"""Helpers of the defects in lists: all matching items in order, and the requested page of them."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from proof.defects._defect_middleware import Answer, Call

Ask = Callable[[Call], Awaitable[Answer]]
Item = dict[str, Any]
FILTERS = ("user_id", "agent_id", "parent_task_id", "triggering_agent_id", "status", "internal_status")
STATUSES = frozenset({"pending", "executing", "paused", "error", "failed", "completed", "stopped"})


def cut(answer: Answer, items: Iterable[Item]) -> Answer:
    """Return the requested page of these items in place of the healthy ones, with totals that fit."""
    page, size = answer.body["page"], answer.body["per_page"]
    found = list(items)
    start = (page - 1) * size
    answer.body.update(items=found[start : start + size], total=len(found), total_pages=-(-len(found) // size))
    return answer


async def every(call: Call, ask: Ask) -> list[Item]:
    """Return all items that match, whatever page is requested."""
    items: list[Item] = []
    page = 0
    while True:
        page += 1
        body = (await ask(call.asking(page=str(page), per_page="50"))).body
        items += body["items"]
        if page >= body["total_pages"]:
            return items


async def relist(call: Call, ask: Ask, change: Callable[[list[Item]], Iterable[Item]], *dropped: str) -> Answer:
    """Answer with a page of what `change` makes of all items that match without the `dropped` parameters."""
    answer = await ask(call)
    if not answer.ok:
        return answer
    return cut(answer, change(await every(call.asking(**dict.fromkeys(dropped)), ask)))


async def refilter(call: Call, ask: Ask, name: str, matches: Callable[[Item, str], bool]) -> Answer:
    """Apply one filter by another rule than equality."""
    if name not in call.query:
        return await ask(call)
    value = call.query[name]
    return await relist(call, ask, lambda items: (item for item in items if matches(item, value)), name)


async def elsewhere(call: Call, ask: Ask, page: int) -> list[Item]:
    """Return the items of another page of the same list."""
    answer = await ask(call.asking(page=str(page)))
    items: list[Item] = answer.body["items"]
    return items


def integer(text: str | None) -> int | None:
    """Return the number in a parameter, None when it is not a number."""
    return int(text) if text and text.removeprefix("-").isdecimal() and text.isascii() else None
