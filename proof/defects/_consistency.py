"""Bugs that show when two answers are compared."""

from typing import Any

from proof.defects._defect import INVOKES, LISTS, SharedState, defect
from proof.defects._defect_middleware import Answer, Call
from proof.defects._lists import Ask, Item
from xpander_mock.parts import COMPLETED, Invocations, Task, Tasks, Turn, Views

View = dict[str, Any]


# META-3, META-4, META-7, META-9: the same again, and in another way


@defect("around", "META-3", *LISTS)
async def pages_change_sides(call: Call, ask: Ask) -> Answer:
    """At every other request the first two rows of a page are swapped."""
    answer = await ask(call)
    call.memory["asked"] = call.memory.get("asked", 0) + 1
    if answer.ok and call.memory["asked"] % 2 and len(answer.body["items"]) > 1:
        items = answer.body["items"]
        items[0], items[1] = items[1], items[0]
    return answer


@defect("around", "META-3", "list_agent_tasks")
async def second_look_comes_short(call: Call, ask: Ask) -> Answer:
    """The second request for a page of an agent's list is answered from a cache that holds 10 items a page."""
    seen = call.memory.setdefault("pages", {})
    key = (call.path, tuple(call.query.items()))
    seen[key] = seen.get(key, 0) + 1
    answer = await ask(call)
    if answer.ok and seen[key] == 2:
        answer.body["items"] = answer.body["items"][:10]
    return answer


@defect("answer", "META-4", *LISTS)
def large_pages_sorted_by_id(call: Call, answer: Answer) -> None:
    """A page of more than 20 is sorted by id."""
    if answer.body["per_page"] > 20:
        answer.body["items"].sort(key=lambda item: str(item["id"]))


@defect("answer", "META-4", "list_tasks")
def odd_pages_turned_round(call: Call, answer: Answer) -> None:
    """A page of an odd size is reversed."""
    if answer.body["per_page"] % 2:
        answer.body["items"].reverse()


@defect("around", "META-7", "get_task", *LISTS)
async def reading_updates(call: Call, ask: Ask) -> Answer:
    """Opening a task moves the `updated_at` that lists show of it."""
    read = call.memory.setdefault("read", {})
    answer = await ask(call)
    if answer.ok and call.operation == "get_task":
        read[answer.body["id"]] = "2026-12-24T18:00:00.000000Z"
    elif answer.ok:
        for item in answer.body["items"]:
            item["updated_at"] = max(item["updated_at"], read.get(item["id"], ""))
    return answer


@defect("answer", "META-7", "get_task", kind="behaviour")
def reading_counts_attempts(call: Call, answer: Answer) -> None:
    """Opening a task counts as an attempt to execute it."""
    attempts = call.memory.setdefault("attempts", {})
    attempts[answer.body["id"]] = attempts.get(answer.body["id"], 0) + 1
    answer.body["execution_attempts"] = attempts[answer.body["id"]]


@defect("around", "META-7", "get_task_thread_full", "get_task_thread")
async def reading_full_thread_marks_messages(call: Call, ask: Ask) -> Answer:
    """Reading the full thread changes the ids of the thread's messages."""
    read = call.memory.setdefault("full", set())
    answer = await ask(call)
    if answer.ok and call.operation == "get_task_thread_full":
        read.add(call.ids["task_id"])
    elif answer.ok and call.ids["task_id"] in read:
        for message in answer.body:
            message["id"] += "-read"
    return answer


@defect("request", "META-9", *LISTS)
def filters_after_page_ignored(call: Call) -> None:
    """Filters that come after `page` in the query are ignored."""
    names = list(call.query)
    if "page" in names:
        for name in names[names.index("page") + 1 :]:
            if name not in ("page", "per_page"):
                del call.query[name]


@defect("request", "META-9", "list_tasks")
def last_parameter_lost(call: Call) -> None:
    """With more than three query parameters, the last one is lost when it is a filter."""
    names = list(call.query)
    if len(names) > 3 and names[-1] not in ("page", "per_page"):
        del call.query[names[-1]]


# META-5: lists and tasks


@defect("views", "META-5", *LISTS, "get_task")
class FailedListedAsError(Views):
    """A list shows a failed task as error, which get shows as it is."""

    def list_item(self, task: Task) -> Item:
        item = super().list_item(task)
        return item | ({"status": "error"} if item["status"] == "failed" else {})


@defect("answer", "META-5", *LISTS)
def listed_result_cut(call: Call, answer: Answer) -> None:
    """A list shows the first 30 characters of a result, and an ellipsis."""
    for item in answer.body["items"]:
        if item["result"] and len(item["result"]) > 30:
            item["result"] = item["result"][:30] + "…"


@defect("views", "META-5", *LISTS, "get_task")
class ListedResultQuoted(Views):
    """A list shows a completed task's result as a JSON string, which get shows as it is."""

    def list_item(self, task: Task) -> Item:
        item = super().list_item(task)
        quoted = task.status == COMPLETED and item["result"] is not None
        return item | ({"result": f'"{item["result"]}"'} if quoted else {})


# META-10: sequences of actions


_BEREAVED = SharedState[set[str]](set)


@defect("parts", "META-10", *INVOKES, "delete_task")
class TurnAfterLossLeavesParent:
    """A sub-task that is continued after one of its siblings was deleted loses its parent."""

    class tasks(Tasks):
        """Notes the tasks that have lost a sub-task."""

        def delete_task(self, caller: str, task_id: str) -> None:
            parent = self.ownership.writable(caller, task_id).parent
            super().delete_task(caller, task_id)
            _BEREAVED.of(self.repository).update([parent] if parent else [])

    class invocations(Invocations):
        """Removes the parent of a continued task when it has lost a sub-task."""

        def add_turn(self, task: Task, request: View, version: str | None) -> Turn:
            if task.turns and task.parent in _BEREAVED.of(self.repository):
                task.parent = None
            return super().add_turn(task, request, version)


@defect("invocations", "META-10", *INVOKES, "stop_task")
class TurnAfterStopStaysStopped(Invocations):
    """A further turn of a stopped task runs, and ends as stopped with `is_manually_stopped`."""

    def add_turn(self, task: Task, request: View, version: str | None) -> Turn:
        stopped = bool(task.turns) and task.turns[-1].stopped
        turn = super().add_turn(task, request, version)
        if stopped and turn.answer:
            turn.answer.status, turn.answer.result, turn.stopped = "stopped", None, True
        return turn


@defect("tasks", "META-8", "delete_task", "get_task")
class DeletedSubtaskFreesSiblings(Tasks):
    """Deleting one of several sub-tasks takes the others from their parent."""

    def delete_task(self, caller: str, task_id: str) -> None:
        parent = self.ownership.writable(caller, task_id).parent
        super().delete_task(caller, task_id)
        for sibling in self.repository.table.children(parent) if parent else ():
            sibling.parent = None
            self.repository.save(sibling)
