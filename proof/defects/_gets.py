"""Bugs in the answers of get."""

import re
from typing import Any

from proof.defects._defect import INVOKES, defect
from proof.defects._defect_middleware import Answer, Call
from proof.defects._lists import Ask
from xpander_mock.parts import (
    COMPLETED,
    EXECUTING,
    RUNNING,
    Agents,
    Invocations,
    NotFound,
    Ownership,
    Task,
    Tasks,
    Turn,
    Views,
    format_instant,
)
from xpander_mock.parts import Answer as Outcome

View = dict[str, Any]
_EXECUTING = 150_000  # microseconds that an agent works by default


# GET-1: a listed task opens


@defect("answer", "GET-1", "get_task")
def opened_created_at_without_fraction(call: Call, answer: Answer) -> None:
    """`get_task` shows `created_at` without its fraction of a second."""
    answer.body["created_at"] = answer.body["created_at"][:19] + "Z"


@defect("answer", "GET-1", "get_task")
def opened_subtask_without_parent(call: Call, answer: Answer) -> None:
    """`get_task` shows no parent of a sub-task."""
    answer.body["parent_execution"] = None


@defect("answer", "GET-1", "get_task")
def opened_subtask_without_trigger(call: Call, answer: Answer) -> None:
    """`get_task` shows no triggering agent of a sub-task."""
    if answer.body["parent_execution"]:
        answer.body["triggering_agent_id"] = None


@defect("around", "GET-1", "get_task")
async def opened_subtask_names_parents_agent(call: Call, ask: Ask) -> Answer:
    """`get_task` shows a sub-task with its parent's agent."""
    answer = await ask(call)
    if answer.ok and answer.body["parent_execution"]:
        parent = await ask(call.to("get_task", task_id=answer.body["parent_execution"]))
        if parent.ok:
            answer.body["agent_id"] = parent.body["agent_id"]
    return answer


@defect("answer", "GET-1", "get_task", kind="status")
def paused_task_does_not_open(call: Call, answer: Answer) -> None:
    """A paused task is listed, and `get_task` answers 404 for it."""
    if answer.body["status"] == "paused":
        answer.status, answer.body = 404, {"detail": "Task not found"}


# GET-2: unknown and foreign tasks


@defect("refusal", "GET-2", "get_task", kind="status")
def unknown_task_is_empty(call: Call, answer: Answer) -> None:
    """An unknown id is answered with 200 and an empty object."""
    if answer.status == 404:
        answer.status, answer.body = 200, {}


@defect("refusal", "GET-2", "get_task_thread", kind="status")
def unknown_thread_is_empty(call: Call, answer: Answer) -> None:
    """The thread of an unknown id is an empty list."""
    if answer.status == 404:
        answer.status, answer.body = 200, []


@defect("refusal", "GET-2", "get_task_thread_full", kind="status")
def unknown_full_thread_is_empty(call: Call, answer: Answer) -> None:
    """The full thread of an unknown id is an empty one."""
    if answer.status == 404:
        answer.status, answer.body = 200, {"root": []}


@defect("refusal", "GET-2", "stop_task", kind="status")
def unknown_task_is_bad_request(call: Call, answer: Answer) -> None:
    """Stopping an unknown id is a 400."""
    if answer.status == 404:
        answer.status = 400


@defect("tasks", "GET-2", "get_task", kind="authentication")
class ForeignTaskOpens(Tasks):
    """`get_task` shows a task of another organization to anyone who knows its id."""

    def get_task(self, caller: str, task_id: str) -> View:
        task = self.repository.find(task_id)
        return self.repository.show(task) if task else super().get_task(caller, task_id)


@defect("ownership", "GET-2", "get_task")
class RefusalNamesForeignTask(Ownership):
    """The 404 for another organization's task quotes the task's title."""

    def readable(self, caller: str, task_id: str) -> Task:
        task = self.repository.find(task_id)
        if task and not self.owns(caller, task):
            raise NotFound(f"Task not found in your organization: {task.current.title}")
        return super().readable(caller, task_id)


# GET-3: the times of a task


@defect("answer", "GET-3", "get_task")
def started_at_without_fraction(call: Call, answer: Answer) -> None:
    """`started_at` loses its fraction of a second, and so comes before `created_at`."""
    if answer.body["started_at"]:
        answer.body["started_at"] = answer.body["started_at"][:19] + "Z"


@defect("answer", "GET-3", "get_task")
def failure_finished_when_created(call: Call, answer: Answer) -> None:
    """A task in failed or error has its `created_at` as `finished_at`."""
    if answer.body["status"] in ("failed", "error"):
        answer.body["finished_at"] = answer.body["created_at"]


@defect("views", "GET-3", "get_task")
class FinishForetold(Views):
    """An executing task shows the time at which it should finish as `finished_at`."""

    def task_view(self, task: Task, children: Any, turn: Turn | None = None) -> View:
        view = super().task_view(task, children, turn)
        shown = turn or task.current
        if shown.status == EXECUTING and shown.started is not None:
            view["finished_at"] = format_instant(
                shown.started + (shown.answer.executing if shown.answer else _EXECUTING)
            )
        return view


@defect("views", "GET-3", "get_task")
class FinishOfLastTurnStays(Views):
    """While the next turn runs, `finished_at` is still that of the turn before."""

    def task_view(self, task: Task, children: Any, turn: Turn | None = None) -> View:
        view = super().task_view(task, children, turn)
        shown = turn or task.current
        before = task.before(shown)
        if shown.status in RUNNING and before and before.ended:
            view["finished_at"] = format_instant(before.ended)
        return view


# GET-4: how a polled task moves


@defect("answer", "GET-4", "get_task", "invoke_agent_async")
def background_task_never_ends(call: Call, answer: Answer) -> None:
    """A task invoked in the background is shown executing for ever."""
    started = call.memory.setdefault("background", set())
    if call.operation == "invoke_agent_async":
        started.add(answer.body["id"])
    elif answer.body["id"] in started and answer.body["status"] == COMPLETED:
        answer.body.update(status=EXECUTING, result=None, finished_at=None)


@defect("answer", "GET-4", "get_task")
def completed_task_flickers(call: Call, answer: Answer) -> None:
    """Every second get of a completed task shows it executing, as a stale replica would."""
    looks = call.memory.setdefault("looks", {})
    if answer.body["status"] == COMPLETED:
        looks[answer.body["id"]] = looks.get(answer.body["id"], 0) + 1
        if looks[answer.body["id"]] % 2 == 0:
            answer.body.update(status=EXECUTING, result=None, finished_at=None)


@defect("answer", "GET-4", "get_task", "invoke_agent", "invoke_agent_async")
def background_turn_never_starts(call: Call, answer: Answer) -> None:
    """The second turn of a conversation, invoked in the background, is shown pending for ever."""
    known, waiting = call.memory.setdefault("known", set()), call.memory.setdefault("waiting", set())
    task_id = answer.body["id"]
    if call.operation == "invoke_agent_async" and task_id in known:
        waiting.add(task_id)
    elif call.operation == "get_task" and task_id in waiting:
        answer.body.update(status="pending", result=None, started_at=None, finished_at=None)
    known.add(task_id)


# GET-5: JSON as asked for


@defect("agents", "GET-5", *INVOKES, "get_task")
class JsonInCodeFence(Agents):
    """A JSON result is wrapped in a Markdown code fence."""

    def answer_json(self, answer: Outcome, text: str, schema: View | None) -> None:
        super().answer_json(answer, text, schema)
        answer.result = f"```json\n{answer.result}\n```"


@defect("agents", "GET-5", *INVOKES, "get_task")
class JsonWithSingleQuotes(Agents):
    """A JSON result has single quotes, as Python prints it."""

    def answer_json(self, answer: Outcome, text: str, schema: View | None) -> None:
        super().answer_json(answer, text, schema)
        answer.result = (answer.result or "").replace('"', "'")


@defect("agents", "GET-5", *INVOKES, "get_task")
class OutputSchemaForgotten(Agents):
    """A JSON result has the default shape, whatever `output_schema` says."""

    def answer_json(self, answer: Outcome, text: str, schema: View | None) -> None:
        super().answer_json(answer, text, None)


@defect("agents", "GET-5", *INVOKES, "get_task")
class JsonInsideJson(Agents):
    """With a schema, a JSON result is encoded twice: a string that holds the document."""

    def answer_json(self, answer: Outcome, text: str, schema: View | None) -> None:
        super().answer_json(answer, text, schema)
        if schema:
            quoted = (answer.result or "").replace("\\", "\\\\").replace('"', '\\"')
            answer.result = f'"{quoted}"'


@defect("invocations", "GET-5", *INVOKES, "get_task")
class JsonOnFirstTurnOnly(Invocations):
    """From the second turn on, an agent asked for JSON answers in plain text."""

    def add_turn(self, task: Task, request: View, version: str | None) -> Turn:
        turn = super().add_turn(task, request, version)
        if len(task.turns) > 1 and turn.answer and request.get("output_format") == "json":
            turn.answer.result = f"Here you are: {turn.text}"
        return turn


# GET-6: the latest turn


@defect("tasks", "GET-6", "get_task")
class FirstInputStays(Tasks):
    """A continued task shows the input of its first turn."""

    def get_task(self, caller: str, task_id: str) -> View:
        return super().get_task(caller, task_id) | {"input": self.ownership.readable(caller, task_id).turns[0].input}


@defect("tasks", "GET-6", "get_task")
class FirstResultStays(Tasks):
    """`get_task` shows a continued task with the result of its first turn."""

    def get_task(self, caller: str, task_id: str) -> View:
        return super().get_task(caller, task_id) | {"result": self.ownership.readable(caller, task_id).turns[0].result}


@defect("tasks", "GET-6", "get_task")
class InputsRunTogether(Tasks):
    """A continued task shows the texts of all its turns as its input."""

    def get_task(self, caller: str, task_id: str) -> View:
        view = super().get_task(caller, task_id)
        turns = self.ownership.readable(caller, task_id).turns
        return view | {"input": view["input"] | {"text": "\n".join(turn.text for turn in turns)}}


@defect("tasks", "GET-6", "get_task")
class ResultOneTurnLate(Tasks):
    """From the third turn on, a finished task shows the result of the turn before."""

    def get_task(self, caller: str, task_id: str) -> View:
        turns = self.ownership.readable(caller, task_id).turns
        view = super().get_task(caller, task_id)
        return view | {"result": turns[-2].result} if len(turns) > 2 and turns[-1].result else view


# ID-1 and ID-2: ids are opaque


def refuse_id(answer: Answer) -> None:
    """Answer that the id in the path is malformed."""
    answer.status = 422
    problem = {"loc": ["path", "task_id"], "msg": "Input should be a valid UUID", "type": "uuid_parsing"}
    answer.body = {"detail": [problem]}


def is_uuid(text: str) -> bool:
    """Tell whether a text has the form of a UUID."""
    return re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text) is not None


@defect("refusal", "ID-1", "get_task", "stop_task", kind="validation")
def unknown_id_must_be_uuid(call: Call, answer: Answer) -> None:
    """An unknown id that is no UUID is a 422 to get and stop."""
    if answer.status == 404 and not is_uuid(call.ids["task_id"]):
        refuse_id(answer)


@defect("refusal", "ID-1", "delete_task", kind="validation")
def long_id_refused(call: Call, answer: Answer) -> None:
    """Deleting an unknown id of more than 36 characters is a 422."""
    if answer.status == 404 and len(call.ids["task_id"]) > 36:
        refuse_id(answer)


@defect("refusal", "ID-1", "get_task_thread", "get_task_thread_full", kind="validation")
def id_in_other_script_refused(call: Call, answer: Answer) -> None:
    """An unknown id with anything but ASCII letters, digits and hyphens is a 422 to both threads."""
    if answer.status == 404 and not re.fullmatch(r"[0-9A-Za-z-]+", call.ids["task_id"]):
        refuse_id(answer)


@defect("refusal", "ID-1", "list_agent_tasks", "invoke_agent", kind="validation")
def agent_id_must_be_uuid(call: Call, answer: Answer) -> None:
    """An unknown agent whose id is no UUID is a 422."""
    if answer.status == 404 and not is_uuid(call.ids["agent_id"]):
        refuse_id(answer)


@defect("around", "ID-2", "get_task")
async def id_found_in_any_case(call: Call, ask: Ask) -> Answer:
    """`get_task` finds a task by its id in capitals too."""
    answer = await ask(call)
    if answer.status == 404:
        answer = await ask(call.to("get_task", task_id=call.ids["task_id"].lower()))
    return answer


@defect("invocations", "ID-2", *INVOKES)
class IdsInAnyCase(Invocations):
    """An invoke whose id differs from an existing one only in case continues the existing task."""

    def requested_id(self, request: View) -> str:
        task_id = super().requested_id(request)
        row = self.repository.table.database.execute(
            "SELECT id FROM tasks WHERE id = ? COLLATE NOCASE", (task_id,)
        ).fetchone()
        return str(row[0]) if row else task_id
