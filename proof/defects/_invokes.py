"""Bugs in invokes: what they answer, refuse, create and store."""

from typing import Any

from proof.defects._defect import INVOKES, LISTS, defect
from proof.defects._defect_middleware import Answer, Call
from proof.defects._lists import Ask, Item
from xpander_mock.parts import (
    PENDING,
    ApiError,
    Filter,
    Filters,
    Invocations,
    Routes,
    Rules,
    Task,
    Tasks,
    Turn,
    Views,
    json_response,
)
from xpander_mock.parts import Call as Request

View = dict[str, Any]


# INVOKE-1: in the background


@defect("routes", "INVOKE-1", "invoke_agent_async")
class AsyncWaitsForEnd(Routes):
    """An async invoke answers only when the task has ended."""

    async def invoke_agent_async(self, call: Request) -> Any:
        return await self.invoke_agent(call)


@defect("filters", "INVOKE-1", "invoke_agent_async", *LISTS)
class ListsLagBehind(Filters):
    """A task that an invoke has started is not listed while it is pending."""

    def where(self, chosen: Filter) -> tuple[str, list[int | None]]:
        condition, values = super().where(chosen)
        return f"{condition} AND (due IS NULL OR status IS NOT ?)", [*values, self.names.find(PENDING)]


@defect("filters", "INVOKE-1", "invoke_agent_async", "list_agent_tasks")
class NewTaskMissingFromAgentList(Filters):
    """A task that an invoke has started is missing from its agent's list until it has ended."""

    def where(self, chosen: Filter) -> tuple[str, list[int | None]]:
        condition, values = super().where(chosen)
        return condition + (" AND due IS NULL" if chosen.agent_id is not None else ""), values


@defect("routes", "INVOKE-1", "invoke_agent_async")
class AsyncAnswersTurnBefore(Routes):
    """An async invoke that continues a task is answered with the task as the previous turn left it."""

    async def invoke_agent_async(self, call: Request) -> Any:
        before = self.rules.repository.find(call.body.get("id") or "")
        seen = self.rules.repository.show(before) if before and self.rules.ownership.owns(call.caller, before) else None
        answer = await super().invoke_agent_async(call)
        return json_response(seen) if seen else answer


# INVOKE-2: until the end


@defect("routes", "INVOKE-2", "invoke_agent")
class SyncAnswersAtOnce(Routes):
    """A sync invoke answers with a task that is still pending."""

    async def invoke_agent(self, call: Request) -> Any:
        return await self.invoke_agent_async(call)


@defect("routes", "INVOKE-2", "invoke_agent")
class SyncTurnAnswersAtOnce(Routes):
    """A sync invoke that continues a conversation answers while the turn still runs."""

    async def invoke_agent(self, call: Request) -> Any:
        known = self.rules.repository.find(call.body.get("id") or "")
        return await (self.invoke_agent_async(call) if known else super().invoke_agent(call))


@defect("routes", "INVOKE-2", "invoke_agent")
class SyncSubtaskAnswersAtOnce(Routes):
    """A sync invoke of a sub-task answers while it still runs."""

    async def invoke_agent(self, call: Request) -> Any:
        has_parent = call.body.get("parent_execution_id")
        return await (self.invoke_agent_async(call) if has_parent else super().invoke_agent(call))


# INVOKE-3: ids


@defect("request", "INVOKE-3", "invoke_agent", "invoke_agent_stream")
def new_id_ignored(call: Call) -> None:
    """Sync and stream invokes ignore the id that the caller chooses for a new task."""
    if isinstance(call.body, dict):
        call.body.pop("id", None)


@defect("request", "INVOKE-3", *INVOKES)
def long_ids_cut(call: Call) -> None:
    """An id is cut to 64 characters."""
    if isinstance(call.body, dict) and isinstance(call.body.get("id"), str):
        call.body["id"] = call.body["id"][:64]


@defect("request", "INVOKE-3", *INVOKES)
def ids_trimmed(call: Call) -> None:
    """Leading and trailing spaces are removed from an id."""
    if isinstance(call.body, dict) and isinstance(call.body.get("id"), str):
        call.body["id"] = call.body["id"].strip()


@defect("invocations", "INVOKE-3", *INVOKES)
class NumberedIds(Invocations):
    """The ids that the server generates are numbers, not UUIDs."""

    def requested_id(self, request: View) -> str:
        made = super().requested_id(request)
        return made if request.get("id") else f"task-{int(made[:8], 16)}"


@defect("invocations", "INVOKE-3", *INVOKES)
class IdMustBeUuid(Invocations):
    """An id that the caller chooses is ignored unless it has the length of a UUID."""

    def requested_id(self, request: View) -> str:
        task_id = super().requested_id(request)
        return task_id if len(task_id) == 36 else super().requested_id({})


@defect("answer", "INVOKE-3", "invoke_agent_async")
def answered_id_without_hyphens(call: Call, answer: Answer) -> None:
    """An async invoke answers with a generated id without its hyphens."""
    if not call.body.get("id"):
        answer.body["id"] = answer.body["id"].replace("-", "")


# INVOKE-4: what comes back


@defect("invocations", "INVOKE-4", *INVOKES)
class TitleCut(Invocations):
    """A title is cut to 16 characters."""

    def turn_title(self, request: View) -> str | None:
        title = super().turn_title(request)
        return title and title[:16]


@defect("invocations", "INVOKE-4", *INVOKES)
class SourceIsAlwaysApi(Invocations):
    """`source` is `api`, whatever the caller sends."""

    def add_turn(self, task: Task, request: View, version: str | None) -> Turn:
        turn = super().add_turn(task, request, version)
        turn.source = "api"
        return turn


@defect("invocations", "INVOKE-4", *INVOKES)
class OutputFormatForgotten(Invocations):
    """`output_format` markdown comes back as text."""

    def turn_fields(self, request: View, version: str | None) -> View:
        fields = super().turn_fields(request, version)
        return fields | ({"output_format": "text"} if fields.get("output_format") == "markdown" else {})


@defect("invocations", "INVOKE-4", *INVOKES)
class PayloadFlattened(Invocations):
    """Objects inside `payload_extension` come back as strings."""

    def turn_fields(self, request: View, version: str | None) -> View:
        fields = super().turn_fields(request, version)
        payload = fields.get("payload_extension") or {}
        flat = {name: str(value) if isinstance(value, dict | list) else value for name, value in payload.items()}
        return fields | ({"payload_extension": flat} if payload else {})


@defect("invocations", "INVOKE-4", *INVOKES)
class PayloadKeepsNoNulls(Invocations):
    """Keys of `payload_extension` whose value is null or false do not come back."""

    def turn_fields(self, request: View, version: str | None) -> View:
        fields = super().turn_fields(request, version)
        payload = fields.get("payload_extension")
        return fields | ({"payload_extension": {k: v for k, v in payload.items() if v}} if payload else {})


@defect("invocations", "INVOKE-4", *INVOKES, "get_task")
class PayloadOfFirstTurn(Invocations):
    """`payload_extension` is the first turn's, whatever later ones send."""

    def add_turn(self, task: Task, request: View, version: str | None) -> Turn:
        turn = super().add_turn(task, request, version)
        turn.fields = turn.fields | {"payload_extension": task.turns[0].fields.get("payload_extension")}
        return turn


@defect("answer", "INVOKE-4", "invoke_agent")
def parent_missing_from_sync_answer(call: Call, answer: Answer) -> None:
    """The answer of a sync invoke does not name the parent."""
    answer.body["parent_execution"] = None


@defect("invocations", "INVOKE-4", *INVOKES)
class TriggeringAgentForgotten(Invocations):
    """`triggering_agent_id` is forgotten unless there is a parent."""

    def add_turn(self, task: Task, request: View, version: str | None) -> Turn:
        kept = request if task.parent else {**request, "triggering_agent_id": None}
        return super().add_turn(task, kept, version)


@defect("invocations", "INVOKE-4", *INVOKES)
class TitleStripped(Invocations):
    """Leading and trailing spaces are removed from a title."""

    def turn_title(self, request: View) -> str | None:
        title = super().turn_title(request)
        return title and title.strip()


@defect("invocations", "INVOKE-4", *INVOKES)
class EmptySourceBecomesApi(Invocations):
    """An empty `source` comes back as `api`."""

    def add_turn(self, task: Task, request: View, version: str | None) -> Turn:
        turn = super().add_turn(task, request, version)
        turn.source = turn.source or None
        return turn


@defect("routes", "INVOKE-4", "invoke_agent_async")
class QueuedTurnAnswersTurnBefore(Routes):
    """An async invoke that has to wait for the turn before it is answered with that turn's input and title."""

    async def invoke_agent_async(self, call: Request) -> Any:
        answer = await super().invoke_agent_async(call)
        task = self.rules.repository.find(call.body.get("id") or "")
        return json_response(self.rules.repository.show(task)) if task and len(task.turns) > 1 else answer


# INVOKE-5: what is refused


@defect("request", "INVOKE-5", "invoke_agent", kind="validation")
def input_not_required(call: Call) -> None:
    """A sync invoke without `input` runs on an empty one."""
    if isinstance(call.body, dict):
        call.body.setdefault("input", {})


@defect("request", "INVOKE-5", "invoke_agent_async", kind="validation")
def email_not_required(call: Call) -> None:
    """An async invoke accepts a `user` without `email`."""
    given = call.body.get("input") if isinstance(call.body, dict) else None
    if isinstance(given, dict) and isinstance(given.get("user"), dict):
        given["user"].setdefault("email", "")


@defect("request", "INVOKE-5", "invoke_agent_stream", kind="validation")
def unknown_format_becomes_text(call: Call) -> None:
    """A stream treats an unknown `output_format` as text."""
    if isinstance(call.body, dict) and call.body.get("output_format") not in (None, "markdown", "json", "voice"):
        call.body["output_format"] = "text"


@defect("request", "INVOKE-5", *INVOKES, kind="validation")
def unknown_effort_dropped(call: Call) -> None:
    """An unknown `llm_reasoning_effort` or `think_mode` is ignored."""
    known = {"llm_reasoning_effort": ("low", "medium", "high", "xhigh"), "think_mode": ("default", "harder")}
    for name, values in known.items():
        if isinstance(call.body, dict) and call.body.get(name, values[0]) not in values:
            del call.body[name]


@defect("refusal", "INVOKE-5", "invoke_agent_stream", kind="status")
def stream_refuses_with_400(call: Call, answer: Answer) -> None:
    """A stream answers 400 to a body that is not as documented."""
    if answer.status == 422:
        answer.status = 400


# INVOKE-6: sub-tasks


@defect("views", "INVOKE-6", *INVOKES, "get_task")
class SubtaskUnknownToParent(Views):
    """A parent's `sub_executions` stays empty."""

    def task_view(self, task: Task, children: Any, turn: Turn | None = None) -> View:
        return super().task_view(task, (), turn)


@defect("views", "INVOKE-6", *INVOKES, "get_task")
class OnlyLastSubtaskKnown(Views):
    """A parent's `sub_executions` holds the newest sub-task alone."""

    def task_view(self, task: Task, children: Any, turn: Turn | None = None) -> View:
        return super().task_view(task, children[-1:], turn)


@defect("invocations", "INVOKE-6", *INVOKES, "get_task")
class TurnUnlinksSubtasks(Invocations):
    """A task that is continued loses its sub-tasks: they no longer have a parent."""

    def add_turn(self, task: Task, request: View, version: str | None) -> Turn:
        for child in self.repository.table.children(task.id) if task.turns else ():
            child.parent = None
            self.repository.save(child)
        return super().add_turn(task, request, version)


@defect("filters", "INVOKE-6", *INVOKES, *LISTS)
class FinishedSubtasksNotListed(Filters):
    """A parent filter finds the sub-tasks that run, and not those that have ended."""

    def where(self, chosen: Filter) -> tuple[str, list[int | None]]:
        condition, values = super().where(chosen)
        return condition + (" AND due IS NOT NULL" if chosen.parent_task_id is not None else ""), values


@defect("request", "INVOKE-6", "invoke_agent_stream")
def streamed_subtask_has_no_parent(call: Call) -> None:
    """A sub-task that is invoked by stream has no parent."""
    if isinstance(call.body, dict):
        call.body.pop("parent_execution_id", None)


@defect("views", "INVOKE-6", *INVOKES, "get_task")
class DeepSubtasksUnknown(Views):
    """A sub-task's own sub-tasks are missing from its `sub_executions`."""

    def task_view(self, task: Task, children: Any, turn: Turn | None = None) -> View:
        return super().task_view(task, () if task.parent else children, turn)


@defect("views", "INVOKE-6", *LISTS)
class ItemHidesParent(Views):
    """A sub-task is found under its parent, and its `parent_task_id` is null."""

    def list_item(self, task: Task) -> Item:
        return super().list_item(task) | {"parent_task_id": None}


# INVOKE-7: refused invokes


@defect("routes", "INVOKE-7", *INVOKES)
class RefusedInvokeMakesTask(Routes):
    """An invoke whose body is refused leaves a failed task behind."""

    async def body(self, operation: Any, request: Any) -> View:
        try:
            return await super().body(operation, request)
        except ApiError:
            caller = self.authentication.authenticate(request.headers)
            leave(self.rules, caller, request.path_params.get("agent_id", ""))
            raise


@defect("around", "INVOKE-7", *INVOKES)
async def orphan_of_unknown_parent(call: Call, ask: Ask) -> Answer:
    """An invoke under a parent that does not exist is refused, and its task is created nevertheless."""
    answer = await ask(call)
    if answer.status == 404 and isinstance(call.body, dict) and call.body.get("parent_execution_id"):
        body = {name: value for name, value in call.body.items() if name != "parent_execution_id"}
        await ask(call.saying(body))
    return answer


def leave(rules: Rules, caller: str, agent_id: str) -> None:
    """Create a failed task that nobody asked for."""
    if rules.ownership.agents.organization_of(agent_id) == caller:
        rules.invocations.invoke(caller, agent_id, {"input": {"text": "fail"}}, None)


# INVOKE-8: the answer and the task


@defect("tasks", "INVOKE-8", *INVOKES, "get_task")
class InstructionsNotKept(Tasks):
    """The instructions, expected output and context of an invoke are in its answer, and are not stored."""

    def get_task(self, caller: str, task_id: str) -> View:
        lost = ("instructions_override", "expected_output", "additional_context", "payload_extension", "source")
        return super().get_task(caller, task_id) | dict.fromkeys(lost)


@defect("answer", "INVOKE-8", "invoke_agent")
def sync_answer_in_capitals(call: Call, answer: Answer) -> None:
    """The answer of a sync invoke has a result in capitals, which get shows as it is."""
    answer.body["result"] = answer.body["result"] and answer.body["result"].upper()


@defect("answer", "INVOKE-8", *INVOKES[:2])
def answered_created_at_rounded(call: Call, answer: Answer) -> None:
    """The answer to an invoke has a `created_at` in whole seconds, which get shows in full."""
    answer.body["created_at"] = answer.body["created_at"][:19] + "Z"
