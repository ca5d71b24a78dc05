"""Bugs in the order of lists, and in their items."""

from itertools import groupby
from random import Random
from typing import Any

from proof.defects._defect import LISTS, defect
from proof.defects._defect_middleware import Answer, Call
from proof.defects._lists import Ask, Item, cut, every, relist
from xpander_mock.parts import DEMO_API_KEY, DEMO_ORGANIZATION, EXECUTING, OTHER_API_KEY, PENDING, RUNNING, Task, Views

# LIST-6: newest first, ties in a stable order


@defect("around", "LIST-6", *LISTS)
async def oldest_first(call: Call, ask: Ask) -> Answer:
    """Lists are ordered oldest first."""
    return await relist(call, ask, reversed)


@defect("around", "LIST-6A", "list_tasks")
async def last_updated_first(call: Call, ask: Ask) -> Answer:
    """Lists are ordered by `updated_at`, the latest first."""
    return await relist(call, ask, lambda items: sorted(items, key=lambda item: item["updated_at"], reverse=True))


@defect("around", "LIST-6", *LISTS)
async def ties_in_changing_order(call: Call, ask: Ask) -> Answer:
    """Tasks created at the same instant change places from request to request."""
    dice: Random = call.memory.setdefault("ties", Random(0))  # a defect wants no secrecy

    def shuffled(items: list[Item]) -> list[Item]:
        mixed = []
        for _, ties in groupby(items, key=lambda item: item["created_at"]):
            group = list(ties)
            mixed += dice.sample(group, len(group))
        return mixed

    return await relist(call, ask, shuffled)


@defect("answer", "LIST-6", *LISTS)
def each_page_oldest_first(call: Call, answer: Answer) -> None:
    """The rows of each page are reversed, while the pages follow each other newest first."""
    answer.body["items"].reverse()


@defect("around", "LIST-6", "list_agent_tasks")
async def order_by_second_alone(call: Call, ask: Ask) -> Answer:
    """Tasks of the same second are ordered by id."""
    return await relist(
        call, ask, lambda items: sorted(items, key=lambda item: (item["created_at"][:19], item["id"]), reverse=True)
    )


@defect("around", "LIST-6", "list_agent_tasks")
async def order_lost_with_status(call: Call, ask: Ask) -> Answer:
    """With a status filter an agent's tasks come ordered by id."""
    if "status" not in call.query:
        return await ask(call)
    return await relist(call, ask, lambda items: sorted(items, key=lambda item: str(item["id"])))


@defect("around", "LIST-6A", "list_tasks")
async def ranges_begin_with_the_oldest(call: Call, ask: Ask) -> Answer:
    """With both date bounds, tasks are ordered oldest first."""
    if not {"from_date", "to_date"} <= call.query.keys():
        return await ask(call)
    return await relist(call, ask, lambda items: items[::-1])


@defect("answer", "LIST-6A", "list_tasks")
def running_tasks_float_up(call: Call, answer: Answer) -> None:
    """On each page of the organization's list the tasks that still run come first."""
    answer.body["items"].sort(key=lambda item: item["status"] not in RUNNING)


# LIST-7: the caller's organization


@defect("around", "LIST-7", "list_tasks")
async def user_filter_crosses_organizations(call: Call, ask: Ask) -> Answer:
    """A user filter finds tasks of every organization."""
    if "user_id" not in call.query:
        return await ask(call)
    return await joined_with_others(call, ask)


@defect("around", "LIST-7", "list_tasks")
async def status_filter_crosses_organizations(call: Call, ask: Ask) -> Answer:
    """A status filter finds tasks of every organization."""
    if "status" not in call.query:
        return await ask(call)
    return await joined_with_others(call, ask)


@defect("answer", "LIST-7", *LISTS)
def items_name_first_organization(call: Call, answer: Answer) -> None:
    """Items show the first organization's id to every caller."""
    for item in answer.body["items"]:
        item["organization_id"] = DEMO_ORGANIZATION


@defect("answer", "LIST-7", "list_agent_tasks")
def organization_emptied_on_agent_list(call: Call, answer: Answer) -> None:
    """On an agent's list `organization_id` is an empty string."""
    for item in answer.body["items"]:
        item["organization_id"] = ""


async def joined_with_others(call: Call, ask: Ask) -> Answer:
    """Return the list of both organizations' tasks."""
    answer = await ask(call)
    if not answer.ok:
        return answer
    other = OTHER_API_KEY if call.headers.get("x-api-key") == DEMO_API_KEY else DEMO_API_KEY
    items = await every(call, ask)
    call.headers["x-api-key"] = other
    items += await every(call, ask)
    return cut(answer, sorted(items, key=lambda item: str(item["created_at"]), reverse=True))


# LIST-8: results


@defect("views", "LIST-8", *LISTS)
class ResultNeverListed(Views):
    """No item of a list has a `result`."""

    def list_item(self, task: Task) -> Item:
        return super().list_item(task) | {"result": None}


@defect("views", "LIST-8", *LISTS)
class PlaceholderWhileExecuting(Views):
    """A task that executes for the first time shows a placeholder as its `result`."""

    def list_item(self, task: Task) -> Item:
        item = super().list_item(task)
        return item | {"result": "…"} if item["result"] is None and task.status == EXECUTING else item


@defect("views", "LIST-8", *LISTS)
class PendingHasInputAsResult(Views):
    """A pending task shows its input's text as `result`."""

    def list_item(self, task: Task) -> Item:
        item = super().list_item(task)
        return item | {"result": task.current.text} if item["result"] is None and task.status == PENDING else item


@defect("views", "LIST-8", *LISTS)
class SubtaskResultNotListed(Views):
    """The `result` of a sub-task is not listed."""

    def list_item(self, task: Task) -> Item:
        return super().list_item(task) | ({"result": None} if task.parent else {})


# LIST-9: `updated_at`


@defect("answer", "LIST-9", *LISTS)
def updated_at_without_fraction(call: Call, answer: Answer) -> None:
    """`updated_at` loses its fraction of a second, and so comes before `created_at`."""
    for item in answer.body["items"]:
        item["updated_at"] = item["updated_at"][:19] + "Z"


@defect("views", "LIST-9", *LISTS)
class PendingNeverUpdated(Views):
    """The `updated_at` of a pending task is the beginning of 1970."""

    def list_item(self, task: Task) -> dict[str, Any]:
        return super().list_item(task) | ({"updated_at": "1970-01-01T00:00:00Z"} if task.status == PENDING else {})
