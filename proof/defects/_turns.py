"""Bugs in continued conversations: what a further turn does to the task."""

from typing import Any

from proof.defects._defect import INVOKES, LISTS, defect
from proof.defects._defect_middleware import Answer, Call
from proof.defects._lists import Ask, Item, relist
from xpander_mock.parts import PENDING, Invocations, Lists, Task, Turn, Views, format_instant

View = dict[str, Any]


def reused(call: Call) -> bool:
    """Tell whether an earlier invoke has used the same id."""
    seen: set[str] = call.memory.setdefault("seen", set())
    task_id = call.body.get("id") if isinstance(call.body, dict) else None
    if not isinstance(task_id, str) or task_id in seen:
        return isinstance(task_id, str)
    seen.add(task_id)
    return False


# TURN-1: no new record


@defect("invocations", "TURN-1", *INVOKES)
class TurnMakesNewTask(Invocations):
    """An invoke that reuses an id makes a new task with another id."""

    def requested_id(self, request: View) -> str:
        task_id = super().requested_id(request)
        return super().requested_id({}) if self.repository.table.find(task_id) else task_id


@defect("request", "TURN-1", *INVOKES)
def background_turn_makes_new_task(call: Call) -> None:
    """An async invoke that reuses an id makes a new task."""
    if reused(call) and call.operation == "invoke_agent_async":
        del call.body["id"]


@defect("request", "TURN-1", "invoke_agent", "invoke_agent_async")
def third_turn_makes_new_task(call: Call) -> None:
    """A conversation has two turns at most: the third makes a new task."""
    turns = call.memory.setdefault("turns", {})
    task_id = call.body.get("id") if isinstance(call.body, dict) else None
    if isinstance(task_id, str):
        turns[task_id] = turns.get(task_id, 0) + 1
        if turns[task_id] > 2:
            del call.body["id"]


@defect("lists", "TURN-1", *LISTS)
class TurnsCounted(Lists):
    """`total` counts a task once for each of its turns."""

    def total(self, chosen: Any) -> int:
        where, values = self.table.filters.where(chosen)
        sql = f"SELECT sum(json_array_length(task, '$.turns')) FROM tasks WHERE {where}"  # as the store does
        return self.table.database.execute(sql, values).fetchone()[0] or 0


@defect("around", "TURN-1", *INVOKES, *LISTS)
async def continued_task_listed_twice(call: Call, ask: Ask) -> Answer:
    """A continued task is listed twice."""
    again = call.memory.setdefault("again", set())
    if call.operation in INVOKES:
        if reused(call):
            again.add(call.body["id"])
        return await ask(call)
    return await relist(call, ask, lambda items: (i for item in items for i in [item] * (1 + (item["id"] in again))))


# TURN-2: the latest turn in lists


@defect("invocations", "TURN-2", *LISTS, "get_task")
class TitleOfFirstTurn(Invocations):
    """A task keeps the title of its first turn."""

    def add_turn(self, task: Task, request: View, version: str | None) -> Turn:
        turn = super().add_turn(task, request, version)
        turn.title = task.turns[0].title
        return turn


@defect("views", "TURN-2", *LISTS)
class ListedResultOfFirstTurn(Views):
    """A list shows the result of a task's first turn."""

    def list_item(self, task: Task) -> Item:
        return super().list_item(task) | {"result": task.turns[0].result}


@defect("views", "TURN-2", *LISTS)
class UpdatedAtOfFirstTurn(Views):
    """`updated_at` does not change after the first turn."""

    def list_item(self, task: Task) -> Item:
        first = task.turns[0]
        at = first.ended or first.paused or first.started or first.asked
        return super().list_item(task) | ({"updated_at": format_instant(at)} if len(task.turns) > 1 else {})


@defect("invocations", "TURN-2", *INVOKES, *LISTS, "get_task")
class TurnMovesCreatedAt(Invocations):
    """A further turn moves `created_at`."""

    def add_turn(self, task: Task, request: View, version: str | None) -> Turn:
        turn = super().add_turn(task, request, version)
        task.created = turn.asked
        return turn


@defect("views", "TURN-2", *LISTS)
class ListedTitleOfFirstTurn(Views):
    """A list shows the title of a task's first turn; opened, the task has the right one."""

    def list_item(self, task: Task) -> Item:
        return super().list_item(task) | {"title": task.turns[0].title}


# META-8: what a turn does to others


@defect("invocations", "META-8", *INVOKES)
class TurnWakesSiblings(Invocations):
    """A further turn of a sub-task moves the `updated_at` of its siblings."""

    def add_turn(self, task: Task, request: View, version: str | None) -> Turn:
        turn = super().add_turn(task, request, version)
        for sibling in self.repository.table.children(task.parent) if task.parent and len(task.turns) > 1 else ():
            if sibling.id != task.id:
                sibling.updated = max(sibling.updated, turn.asked)
                self.repository.save(sibling)
        return turn


@defect("invocations", "META-8", *INVOKES)
class TurnRestartsParent(Invocations):
    """A further turn of a sub-task sets its finished parent back to pending."""

    def add_turn(self, task: Task, request: View, version: str | None) -> Turn:
        turn = super().add_turn(task, request, version)
        parent = self.repository.table.find(task.parent) if task.parent and len(task.turns) > 1 else None
        if parent:
            parent.current.status = PENDING
            self.repository.save(parent)
        return turn
