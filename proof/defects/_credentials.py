"""Bugs in authentication: who gets in, what a 401 says, and what another organization can do."""

from typing import Any

from proof.defects._defect import ALL, BY_ID, INVOKES, LISTS, defect
from proof.defects._defect_middleware import Answer, Call
from proof.defects._lists import Ask
from xpander_mock.parts import DEMO_API_KEY, OTHER_API_KEY, Forbidden, Invocations, NotFound, Task, Tasks

View = dict[str, Any]
KEYS = (DEMO_API_KEY, OTHER_API_KEY)


def without_credentials(call: Call) -> bool:
    """Tell whether a call has no credentials."""
    return "x-api-key" not in call.headers and "authorization" not in call.headers


def let_in(call: Call) -> None:
    """Treat a caller as one of the first organization."""
    call.headers.pop("authorization", None)
    call.headers["x-api-key"] = DEMO_API_KEY


# AUTH-1: who gets in


@defect("request", "AUTH-1", "list_tasks", kind="authentication")
def list_open_to_all(call: Call) -> None:
    """The list of tasks needs no credentials."""
    if without_credentials(call):
        let_in(call)


@defect("request", "AUTH-1", "list_agent_tasks", kind="authentication")
def agent_list_takes_any_key(call: Call) -> None:
    """An agent's list accepts any key that is not empty."""
    if call.headers.get("x-api-key", DEMO_API_KEY) not in KEYS and call.headers["x-api-key"]:
        let_in(call)


@defect("request", "AUTH-1", *ALL, kind="authentication")
def two_wrong_credentials_pass(call: Call) -> None:
    """A caller with both a key and a bearer token gets in, even if both are wrong."""
    if {"x-api-key", "authorization"} <= call.headers.keys():
        let_in(call)


@defect("request", "AUTH-1", "get_task", kind="authentication")
def get_open_to_all(call: Call) -> None:
    """`get_task` needs no credentials."""
    if without_credentials(call):
        let_in(call)


@defect("request", "AUTH-1", "stop_task", kind="authentication")
def stop_takes_any_bearer(call: Call) -> None:
    """A stop accepts any bearer token."""
    if call.headers.get("authorization", "").lower().startswith("bearer ") and "x-api-key" not in call.headers:
        let_in(call)


@defect("request", "AUTH-1", "delete_task", kind="authentication")
def delete_takes_any_key(call: Call) -> None:
    """A delete accepts any key."""
    if call.headers.get("x-api-key", DEMO_API_KEY) not in KEYS:
        let_in(call)


@defect("request", "AUTH-1", "get_task_thread", kind="authentication")
def thread_takes_empty_key(call: Call) -> None:
    """A thread can be read with an empty key."""
    if call.headers.get("x-api-key") == "":
        let_in(call)


@defect("request", "AUTH-1", "get_task_thread_full", kind="authentication")
def full_thread_open_to_all(call: Call) -> None:
    """The full thread needs no credentials."""
    if without_credentials(call):
        let_in(call)


@defect("request", "AUTH-1", "invoke_agent", kind="authentication")
def invoke_ignores_case_of_key(call: Call) -> None:
    """A sync invoke accepts the key in capitals."""
    key = call.headers.get("x-api-key", "")
    if key.lower() in KEYS:
        call.headers["x-api-key"] = key.lower()


@defect("request", "AUTH-1", "invoke_agent_async", kind="authentication")
def async_invoke_takes_longer_key(call: Call) -> None:
    """An async invoke accepts a key with more characters appended."""
    for key in KEYS:
        if call.headers.get("x-api-key", "").startswith(key):
            call.headers["x-api-key"] = key


@defect("request", "AUTH-1", "invoke_agent_stream", kind="authentication")
def stream_open_to_all(call: Call) -> None:
    """The stream needs no credentials."""
    if without_credentials(call):
        let_in(call)


@defect("request", "AUTH-1", *INVOKES, kind="authentication")
def token_beside_wrong_key_passes(call: Call) -> None:
    """Invokes accept any bearer token beside a wrong or missing key."""
    if call.headers.get("x-api-key") not in KEYS and "authorization" in call.headers:
        let_in(call)


@defect("refusal", "AUTH-1", *ALL, kind="authentication")
def wrong_key_is_forbidden(call: Call, answer: Answer) -> None:
    """A wrong key is a 403."""
    if answer.status == 401 and not without_credentials(call):
        answer.status = 403


@defect("refusal", "AUTH-1", *ALL, kind="authentication")
def missing_key_is_invalid_request(call: Call, answer: Answer) -> None:
    """A missing key is a 422, as for any other required header."""
    if answer.status == 401 and without_credentials(call):
        problem = {"loc": ["header", "x-api-key"], "msg": "Field required", "type": "missing"}
        answer.status, answer.body = 422, {"detail": [problem]}


@defect("around", "AUTH-1", *INVOKES, kind="authentication")
async def body_judged_before_key(call: Call, ask: Ask) -> Answer:
    """An invoke with a malformed body is a 422 even without credentials."""
    return await answered_before_key(call, ask, 422)


@defect("around", "AUTH-1", *BY_ID, "list_agent_tasks", kind="authentication")
async def id_judged_before_key(call: Call, ask: Ask) -> Answer:
    """An unknown id is a 404 even without credentials."""
    return await answered_before_key(call, ask, 404)


@defect("around", "AUTH-1", *LISTS, kind="authentication")
async def query_judged_before_key(call: Call, ask: Ask) -> Answer:
    """A malformed query is a 422 even without credentials."""
    return await answered_before_key(call, ask, 422)


async def answered_before_key(call: Call, ask: Ask, status: int) -> Answer:
    """Return the answer to an authenticated caller when it has this status and the real caller gets a 401."""
    answer = await ask(call)
    if answer.status != 401 or (call.operation in ("stop_task", "delete_task") and await exists(call, ask)):
        return answer
    headers = call.headers
    call.headers = {**headers}
    let_in(call)
    if call.operation in INVOKES and status == 422 and isinstance(call.body, dict) and "input" in call.body:
        call.headers = headers
        return answer
    other = await ask(call)
    call.headers = headers
    return other if other.status == status else answer


async def exists(call: Call, ask: Ask) -> bool:
    """Tell whether the task of a call exists for the first organization."""
    look = call.to("get_task", **call.ids)
    look.headers = {**call.headers}
    let_in(look)
    return (await ask(look)).ok


# AUTH-2: what a stranger sees and changes


class UncheckedOwner(Tasks):
    """Tasks whose owner is not checked: the base of defects that forget to check in one operation."""

    def any_task(self, task_id: str) -> Task:
        """Return a task of whatever organization."""
        task = self.repository.find(task_id)
        if task is None:
            raise NotFound("Task not found")
        return task


@defect("tasks", "AUTH-2", "stop_task", kind="authentication")
class StrangerStops(UncheckedOwner):
    """A key of another organization stops a task."""

    def stop_task(self, caller: str, task_id: str) -> View:
        return super().stop_task(self.any_task(task_id).organization_id, task_id)


@defect("tasks", "AUTH-2", "stop_task", kind="authentication")
class StrangerRefusedTooLate(UncheckedOwner):
    """A key of another organization is refused with 403 after the task was stopped."""

    def stop_task(self, caller: str, task_id: str) -> View:
        owner = self.any_task(task_id).organization_id
        view = super().stop_task(owner, task_id)
        if owner != caller:
            raise Forbidden
        return view


@defect("tasks", "AUTH-2", "delete_task", kind="authentication")
class StrangerDeletes(UncheckedOwner):
    """A key of another organization deletes a task."""

    def delete_task(self, caller: str, task_id: str) -> None:
        super().delete_task(self.any_task(task_id).organization_id, task_id)


@defect("tasks", "AUTH-2", "get_task_thread", kind="authentication")
class StrangerReadsThread(UncheckedOwner):
    """A key of another organization reads a thread."""

    def get_task_thread(self, caller: str, task_id: str) -> list[View]:
        return super().get_task_thread(self.any_task(task_id).organization_id, task_id)


@defect("tasks", "AUTH-2", "get_task_thread_full", kind="authentication")
class StrangerReadsFullThread(UncheckedOwner):
    """A key of another organization reads the full thread."""

    def get_task_thread_full(self, caller: str, task_id: str) -> dict[str, list[View]]:
        return super().get_task_thread_full(self.any_task(task_id).organization_id, task_id)


@defect("invocations", "AUTH-2", *INVOKES, kind="authentication")
class StrangerAddsSubtask(Invocations):
    """A task can be put under a parent of another organization, and is then in that parent's `sub_executions`."""

    def check_parent(self, caller: str, task: Task, request: View) -> None:
        parent = self.repository.table.find(request.get("parent_execution_id") or "")
        super().check_parent(parent.organization_id if parent else caller, task, request)


@defect("around", "AUTH-2", "list_tasks", kind="authentication")
async def parent_filter_crosses_organizations(call: Call, ask: Ask) -> Answer:
    """A parent filter finds the sub-tasks of another organization's task."""
    answer = await ask(call)
    if answer.ok and answer.body["total"] == 0 and "parent_task_id" in call.query:
        call.headers["x-api-key"] = OTHER_API_KEY if call.headers.get("x-api-key") == DEMO_API_KEY else DEMO_API_KEY
        return await ask(call)
    return answer


# AUTH-3: what a 401 says


@defect("refusal", "AUTH-3", *ALL, kind="authentication")
def refusal_has_other_words(call: Call, answer: Answer) -> None:
    """A 401 says `Unauthorized`."""
    if answer.status == 401:
        answer.body = {"detail": "Unauthorized"}


@defect("refusal", "AUTH-3", *INVOKES, "stop_task", "delete_task", kind="authentication")
def refusal_to_write_says_not_authenticated(call: Call, answer: Answer) -> None:
    """A 401 to an operation that writes says `Not authenticated` when there is no key."""
    if answer.status == 401 and without_credentials(call):
        answer.body = {"detail": "Not authenticated"}


# AUTH-4: what a refused request does


@defect("around", "AUTH-4", "stop_task", kind="authentication")
async def refused_stop_stops(call: Call, ask: Ask) -> Answer:
    """A stop without credentials is refused with 401 after it was done."""
    return await done_and_refused(call, ask)


@defect("around", "AUTH-4", "delete_task", kind="authentication")
async def refused_delete_deletes(call: Call, ask: Ask) -> Answer:
    """A delete with a wrong key is refused with 401 after it was done."""
    return await ask(call) if without_credentials(call) else await done_and_refused(call, ask)


@defect("around", "AUTH-4", *INVOKES[:2], kind="authentication")
async def refused_invoke_runs(call: Call, ask: Ask) -> Answer:
    """An invoke without credentials or with wrong ones is refused with 401, and its task is created."""
    return await done_and_refused(call, ask)


async def done_and_refused(call: Call, ask: Ask) -> Answer:
    """Answer 401 to an unauthenticated caller, and do what it asked for."""
    answer = await ask(call)
    if answer.status == 401:
        call.headers = {**call.headers}
        let_in(call)
        await ask(call)
    return answer


# AUTH-5: an id of another organization


@defect("invocations", "AUTH-5", *INVOKES, kind="authentication")
class StrangerContinues(Invocations):
    """An invoke with the id of another organization's task continues that task."""

    def check_continuable(self, caller: str, agent_id: str, task: Task) -> None:
        """Continue whatever is there."""


@defect("invocations", "AUTH-5", *INVOKES, kind="authentication")
class StrangerReplaces(Invocations):
    """An invoke with the id of another organization's task takes that task's place."""

    def check_continuable(self, caller: str, agent_id: str, task: Task) -> None:
        if self.ownership.owns(caller, task):
            super().check_continuable(caller, agent_id, task)
            return
        self.repository.delete([task.id])
        task.organization_id, task.agent_id, task.turns = caller, agent_id, []


@defect("around", "AUTH-5", *INVOKES, kind="status")
async def foreign_id_conflicts(call: Call, ask: Ask) -> Answer:
    """An invoke with the id of another organization's task is a 409."""
    answer = await ask(call)
    if answer.status != 404 or not isinstance(call.body, dict) or not isinstance(call.body.get("id"), str):
        return answer
    look = call.to("get_task", task_id=call.body["id"])
    look.headers = {**call.headers}
    look.headers["x-api-key"] = OTHER_API_KEY if call.headers.get("x-api-key") == DEMO_API_KEY else DEMO_API_KEY
    if (await ask(look)).ok:
        answer.status = 409
    return answer
