"""Bugs in statuses and bodies of any operation, and in the rate limit."""

from typing import Any

from proof.defects._defect import ALL, INVOKES, LISTS, defect
from proof.defects._defect_middleware import Answer, Call
from proof.defects._lists import Ask


def crash(answer: Answer) -> None:
    """Answer as an unhandled exception does."""
    answer.status, answer.body = 500, {"detail": "Internal server error"}
    answer.headers["content-type"] = "application/json"


# statuses


@defect("answer", "WIRE-1", "list_tasks", kind="status")
def part_of_list_is_206(call: Call, answer: Answer) -> None:
    """A list of several pages is answered with 206."""
    if answer.body["total_pages"] > 1:
        answer.status = 206


@defect("answer", "WIRE-1", "list_agent_tasks", kind="status")
def empty_agent_list_is_204(call: Call, answer: Answer) -> None:
    """An agent's list is a 204 when nothing matches."""
    if answer.body["total"] == 0:
        answer.status, answer.body = 204, None


@defect("answer", "WIRE-1", "get_task", kind="status")
def running_task_is_202(call: Call, answer: Answer) -> None:
    """`get_task` answers 202 for a task that is pending or executing."""
    if answer.body["status"] in ("pending", "executing"):
        answer.status = 202


@defect("answer", "WIRE-1", "stop_task", kind="status")
def stop_is_accepted(call: Call, answer: Answer) -> None:
    """A stop is answered with 202."""
    answer.status = 202


@defect("refusal", "GET-2", "delete_task", kind="status")
def deleting_unknown_crashes(call: Call, answer: Answer) -> None:
    """Deleting an unknown id is a 500."""
    if answer.status == 404:
        crash(answer)


@defect("answer", "WIRE-1", "get_task_thread", kind="status")
def long_thread_is_206(call: Call, answer: Answer) -> None:
    """A thread of more than two messages is answered with 206."""
    if len(answer.body) > 2:
        answer.status = 206


@defect("answer", "THREAD-3", "get_task_thread_full", kind="status")
def full_thread_without_subtasks_crashes(call: Call, answer: Answer) -> None:
    """The full thread of a task without sub-tasks is a 500."""
    if len(answer.body) == 1:
        crash(answer)


@defect("answer", "WIRE-1", "invoke_agent", kind="status")
def new_task_is_created(call: Call, answer: Answer) -> None:
    """A sync invoke is answered with 201."""
    answer.status = 201


@defect("answer", "WIRE-1", "invoke_agent_async", kind="status")
def background_task_is_accepted(call: Call, answer: Answer) -> None:
    """An async invoke is answered with 202."""
    answer.status = 202


@defect("around", "INVOKE-5", *INVOKES, kind="status")
async def odd_body_crashes(call: Call, ask: Ask) -> Answer:
    """An invoke whose body is JSON but not an object is a 500."""
    answer = await ask(call)
    if answer.status == 422 and isinstance(call.body, list | str | int | float):
        crash(answer)
    return answer


@defect("around", "LIST-1", *LISTS, kind="status")
async def quote_in_filter_crashes(call: Call, ask: Ask) -> Answer:
    """A filter with an apostrophe in its value is a 500, because the value is pasted into SQL."""
    answer = await ask(call)
    if answer.ok and any("'" in value for value in call.query.values()):
        crash(answer)
    return answer


# WIRE-1: documented bodies


@defect("answer", "WIRE-1", "list_tasks", kind="schema")
def totals_as_strings(call: Call, answer: Answer) -> None:
    """`total` and `total_pages` are strings."""
    answer.body.update(total=str(answer.body["total"]), total_pages=str(answer.body["total_pages"]))


@defect("answer", "WIRE-1", "list_tasks", kind="schema")
def empty_page_has_null_items(call: Call, answer: Answer) -> None:
    """On an empty page `items` is null."""
    answer.body["items"] = answer.body["items"] or None


@defect("answer", "WIRE-1", "list_agent_tasks", kind="schema")
def page_without_total_pages(call: Call, answer: Answer) -> None:
    """An agent's page has no `total_pages`."""
    del answer.body["total_pages"]


@defect("answer", "WIRE-1", "list_agent_tasks", kind="schema")
def dates_without_offset(call: Call, answer: Answer) -> None:
    """On an agent's list dates have no offset."""
    for item in answer.body["items"]:
        item.update(created_at=item["created_at"].rstrip("Z"), updated_at=item["updated_at"].rstrip("Z"))


@defect("answer", "WIRE-1", "get_task", kind="schema")
def user_as_email(call: Call, answer: Answer) -> None:
    """`get_task` shows `input.user` as the e-mail address alone."""
    if answer.body["input"].get("user"):
        answer.body["input"]["user"] = answer.body["input"]["user"]["email"]


@defect("answer", "WIRE-1", "get_task", kind="schema")
def no_subtasks_is_an_object(call: Call, answer: Answer) -> None:
    """`get_task` shows an empty object as `sub_executions` of a task without sub-tasks."""
    answer.body["sub_executions"] = answer.body["sub_executions"] or {}


@defect("answer", "WIRE-1", "stop_task", kind="schema")
def stop_answers_status_alone(call: Call, answer: Answer) -> None:
    """A stop answers with id and status."""
    answer.body = {"id": answer.body["id"], "status": answer.body["status"]}


@defect("answer", "WIRE-1", "stop_task", kind="schema")
def stopped_is_cancelled(call: Call, answer: Answer) -> None:
    """A stop answers with the status `cancelled`, an older name."""
    if answer.body["status"] == "stopped":
        answer.body["status"] = "cancelled"


@defect("refusal", "WIRE-1", "delete_task", kind="schema")
def delete_refused_with_error_key(call: Call, answer: Answer) -> None:
    """A refused delete says `error` in place of `detail`."""
    answer.body = {"error": answer.body["detail"]}


@defect("answer", "WIRE-1", "get_task_thread", kind="schema")
def message_time_as_date(call: Call, answer: Answer) -> None:
    """In a thread `created_at` is an RFC 3339 date-time."""
    for message in answer.body:
        message["created_at"] = "2026-02-07T02:13:27Z"


@defect("answer", "WIRE-1", "get_task_thread", kind="schema")
def assistant_is_ai(call: Call, answer: Answer) -> None:
    """In a thread the assistant's role is `ai`."""
    for message in answer.body:
        message["role"] = "ai" if message["role"] == "assistant" else message["role"]


@defect("answer", "WIRE-1", "get_task_thread_full", kind="schema")
def full_thread_as_list(call: Call, answer: Answer) -> None:
    """The full thread is a list of all messages."""
    answer.body = [message for messages in answer.body.values() for message in messages]


@defect("answer", "WIRE-1", "get_task_thread_full", kind="schema")
def subtask_messages_wrapped(call: Call, answer: Answer) -> None:
    """In the full thread, a sub-task's messages are wrapped in an object."""
    for key, messages in answer.body.items():
        answer.body[key] = messages if key == "root" else {"messages": messages}


@defect("answer", "WIRE-1", "invoke_agent", kind="schema")
def sync_answer_without_organization(call: Call, answer: Answer) -> None:
    """A sync invoke answers without `organization_id`."""
    del answer.body["organization_id"]


@defect("answer", "WIRE-1", "invoke_agent_async", kind="schema")
def background_task_is_queued(call: Call, answer: Answer) -> None:
    """An async invoke answers with the status `queued`, an older name."""
    answer.body["status"] = "queued"


@defect("answer", "WIRE-1", "invoke_agent_async", kind="schema")
def background_task_wrapped(call: Call, answer: Answer) -> None:
    """An async invoke answers with the task under `data`."""
    answer.body = {"data": answer.body}


@defect("refusal", "WIRE-1", *ALL, kind="schema")
def refusals_as_html(call: Call, answer: Answer) -> None:
    """A 404 is a page of HTML."""
    if answer.status == 404:
        answer.headers["content-type"] = "text/html"
        answer.body = b"<html><body><h1>Not Found</h1></body></html>"


# WIRE-2: the form of a 422


@defect("refusal", "WIRE-1", *LISTS, kind="validation")
def validation_errors_as_text(call: Call, answer: Answer) -> None:
    """The `detail` of a list's 422 is a sentence."""
    if answer.status == 422:
        answer.body = {"detail": "Validation failed"}


@defect("refusal", "WIRE-2", *INVOKES, kind="validation")
def body_errors_point_at_query(call: Call, answer: Answer) -> None:
    """The `loc` of a problem in the body begins with `query`."""
    edit_problems(answer, lambda problem: problem | {"loc": ["query", *problem["loc"][1:]]})


@defect("refusal", "WIRE-2", *LISTS, kind="validation")
def query_errors_point_at_body(call: Call, answer: Answer) -> None:
    """The `loc` of a problem in a query begins with `body`."""
    edit_problems(answer, lambda problem: problem | {"loc": ["body", *problem["loc"][1:]]})


@defect("refusal", "WIRE-1", *LISTS, *INVOKES, kind="validation")
def problems_without_type(call: Call, answer: Answer) -> None:
    """The problems of a 422 have no `type`."""
    edit_problems(answer, lambda problem: {"loc": problem["loc"], "msg": problem["msg"]})


def edit_problems(answer: Answer, edit: Any) -> None:
    """Change each problem of a 422."""
    if answer.status == 422:
        answer.body["detail"] = [edit(problem) for problem in answer.body["detail"]]


# LIMIT-1: past the limit


@defect("refusal", "LIMIT-1", *ALL, kind="status")
def limit_is_unavailable(call: Call, answer: Answer) -> None:
    """Past the rate limit, requests are answered with 503."""
    if answer.status == 429:
        answer.status = 503


@defect("refusal", "LIMIT-1", *ALL)
def limit_without_reset(call: Call, answer: Answer) -> None:
    """Past the rate limit, `X-RateLimit-Reset` is missing."""
    if answer.status == 429:
        answer.headers.pop("x-ratelimit-reset", None)


@defect("refusal", "LIMIT-1", *ALL)
def limit_reset_in_seconds_left(call: Call, answer: Answer) -> None:
    """Past the rate limit, `X-RateLimit-Reset` is the number of seconds to wait."""
    if answer.status == 429 and "x-ratelimit-reset" in answer.headers:
        answer.headers["x-ratelimit-reset"] = "1"


@defect("around", "LIMIT-1", *ALL)
async def limit_never_ends(call: Call, ask: Ask) -> Answer:
    """A key that has exceeded the rate limit once is refused forever."""
    answer = await ask(call)
    if answer.status == 429:
        call.memory["refused"] = answer
    refused: Answer = call.memory.get("refused", answer)
    return Answer(refused.status, {**refused.headers}, refused.body)
