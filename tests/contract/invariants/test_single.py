"""Each rule for one exchange, on examples that keep it and on examples that break it."""

from typing import Any

import pytest

from contract_tests.invariants import refusals
from contract_tests.invariants.checker import RULES
from contract_tests.record.exchange import Exchange
from tests.contract.invariants._builders import (
    AGENT,
    CREATED,
    EVENTS,
    FINISHED,
    STARTED,
    THREAD,
    UUID,
    absent,
    broken,
    delete,
    event,
    exchange,
    full,
    get,
    invalid,
    invoke,
    item,
    listing,
    message,
    page,
    running,
    start,
    stop,
    stream,
    task,
    thread,
)

THREE = [item(1), item(2), item(3)]
LIMITED = {"x-ratelimit-limit": "100", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1800000000"}
IN_PATH = {"detail": [{"loc": ["path", "task_id"], "msg": "wrong", "type": "value_error"}]}
SCHEMA = {"type": "object", "required": ["name"]}


def refusal(status: int, detail: Any, **headers: str) -> Exchange:
    return exchange(
        "GET", "/v1/tasks", status, {"detail": detail}, headers={"content-type": "application/json", **headers}
    )


KEPT = {
    "a page": page(THREE),
    "an empty page": page([]),
    "page and size": page([item(3)], page=2, per_page=2, fields={"total": 3, "total_pages": 2}),
    "a page past the end": page([], page=9, fields={"total": 3, "total_pages": 1}),
    "a page twice in the query": listing(
        200, {"items": [], "total": 0, "page": 3, "per_page": 20, "total_pages": 0}, page=["2", "3"]
    ),
    "a lenient integer": listing(
        200, {"items": [], "total": 0, "page": 1, "per_page": 20, "total_pages": 0}, page=" 1"
    ),
    "a refused huge page": invalid("query", "page", page=10**20),
    "a refused page": invalid("query", "page", page=0),
    "a refused size": invalid("query", "per_page", per_page=51),
    "a refused status": invalid("query", "status", status="queued"),
    "a refused date": invalid("query", "from_date", from_date="yesterday"),
    "a date that some servers refuse": invalid("query", "from_date", from_date="2026-03-01"),
    "a leap second": page([], from_date="2016-12-31T23:59:60Z"),
    "a refused date of two": invalid("query", "to_date", from_date=CREATED, to_date="2026-02-30T00:00:00Z"),
    "dates in order": page(THREE, from_date=CREATED, to_date="2026-03-02T10:00:00+02:00"),
    "bounds that are met exactly": page([item(1)], from_date=item(1)["created_at"], to_date=item(1)["created_at"]),
    "dates in reverse": page([], from_date="2026-03-02T00:00:00Z", to_date=CREATED),
    "filters": page([item(1, user_id="u", triggering_agent_id="t")], user_id="u", triggering_agent_id="t"),
    "an empty filter": page([], user_id=""),
    "an empty status": page([], status=""),
    "an agent's list": page(THREE, agent=AGENT),
    "an agent's list with an agent filter, which it does not have": page(THREE, agent=AGENT, agent_id="other"),
    "an unknown parameter": page(THREE, colour="blue"),
    "items without dates": page([item(1, created_at=None), item(2, created_at=None, updated_at=None)]),
    "ties": page([item(1), item(2, created_at=item(1)["created_at"], updated_at=item(1)["created_at"])]),
    "a task": get(task()),
    "a running task": get(running()),
    "a JSON result": get(task(output_format="json", output_schema=SCHEMA, result='{"name": "Ada"}')),
    "a failed task with JSON asked for": get(task(output_format="json", status="failed", result="sorry")),
    "a schema that is none": get(task(output_format="json", output_schema={"type": 7}, result="1")),
    "a stop": stop(task(status="stopped", is_manually_stopped=True)),
    "a delete": delete(),
    "a sync invoke": invoke(task(UUID)),
    "an async invoke": start(),
    "all fields": invoke(
        task(title="T", source="s", output_format="markdown", payload_extension={"a": 1}, triggering_agent_id="t"),
        id="task-1",
        title="T",
        source="s",
        output_format="markdown",
        payload_extension={"a": 1},
        triggering_agent_id="t",
    ),
    "empty references": invoke(task(UUID), triggering_agent_id="", parent_execution_id=""),
    "null fields": invoke(task(UUID), title=None, source=None, id=None),
    "an input with a user": invoke(
        task(UUID, input={"text": "a", "user": {"email": "a@b.c", "id": "u"}}),
        input={"text": "a", "user": {"email": "a@b.c"}},
    ),
    "a stream": stream(EVENTS),
    "a stream with other events": stream([event("connected"), *EVENTS[:1], event("think", {"a": 1}), *EVENTS[1:]]),
    "a stream that fails": stream([EVENTS[0], event("task_finished", task(status="failed", result=None))]),
    "a thread": thread(THREAD),
    "an empty thread": thread([]),
    "a full thread": full({"root": [message(0, "system", "Be kind."), *THREAD], "child": THREAD}),
    "a 401": refusal(401, "Invalid or missing API key"),
    "a 429": refusal(429, "Too many requests", **LIMITED),
    "a 404": absent(),
    "an undocumented path": exchange("GET", "/v2/tasks", 418),
    "an undocumented method": exchange("PUT", "/v1/tasks", 405),
}  # fmt: skip

NINE = {"total": 9, "total_pages": 3}
LONG = "2026-03-01T10:00:00.1234567Z"
BROKEN: list[tuple[str, str, Exchange]] = [
    ("page_and_per_page_come_back_as_asked", "PAGE-1", page([], page=2, fields={"page": 1})),
    ("page_and_per_page_come_back_as_asked", "PAGE-1", page([], fields={"per_page": 50})),
    ("total_pages_is_total_divided_by_per_page", "PAGE-3", page(THREE, fields={"total_pages": 2})),
    ("total_pages_is_total_divided_by_per_page", "PAGE-3", page([], fields={"total_pages": 1})),
    ("total_counts_at_least_the_items_up_to_this_page", "PAGE-3", page(THREE, fields={"total": 2})),
    ("a_page_holds_at_most_per_page_items", "PAGE-4", page(THREE, per_page=2)),
    ("a_page_holds_all_the_items_that_it_should", "PAGE-4", page(THREE, fields={"total": 4})),
    ("a_page_holds_all_the_items_that_it_should", "PAGE-4", page(THREE, per_page=4, fields=NINE)),
    ("a_page_holds_each_task_once", "PAGE-5", page([item(1), item(1)])),
    ("a_page_past_the_end_is_empty", "PAGE-6", page(THREE, page=2)),
    ("a_page_past_the_end_is_empty", "PAGE-7", page(THREE, page=10**12)),
    ("a_huge_page_is_no_server_error", "PAGE-7", listing(500, {"detail": "error"}, page=10**20)),
    ("items_come_newest_first", "LIST-6A", page([item(2), item(1)])),
    ("items_come_newest_first", "LIST-6", page([item(2), item(1)], agent=AGENT)),
    ("an_invalid_parameter_is_refused", "PAGE-2", page([], page=0, fields={"page": 1})),
    ("an_invalid_parameter_is_refused", "PAGE-2", page([], per_page=51)),
    ("an_invalid_parameter_is_refused", "LIST-5", page([], status="queued")),
    ("an_invalid_parameter_is_refused", "LIST-5", page([], to_date="2026-02-30T00:00:00Z")),
    ("an_invalid_parameter_is_refused", "LIST-11", page(THREE, status="")),
    ("a_422_names_an_invalid_parameter", "PAGE-2", invalid("query", "perPage", per_page=51)),
    ("a_422_names_an_invalid_parameter", "LIST-5", invalid("query", status="queued")),
    ("a_422_does_not_name_valid_parameters_alone", "PAGE-1", invalid("query", "page", page=2)),
    ("a_422_does_not_name_valid_parameters_alone", "LIST-1", invalid("query", "status", status="paused")),
    ("a_422_does_not_name_valid_parameters_alone", "LIST-13", invalid("query", "colour", colour="blue")),
    ("a_422_does_not_name_valid_parameters_alone", "META-1", invalid("query", "from_date", from_date=LONG)),
    (
        "a_422_does_not_name_valid_parameters_alone",
        "LIST-14",
        invalid("query", "to_date", from_date="2026-03-02T00:00:00Z", to_date=CREATED),
    ),
    (
        "from_date_after_to_date_is_an_empty_page",
        "LIST-14",
        page([item(1)], from_date="2026-03-02T00:00:00Z", to_date=CREATED),
    ),
    ("items_have_the_values_of_the_filters", "LIST-1", page([item(1, user_id="v")], user_id="u")),
    ("items_have_the_values_of_the_filters", "LIST-2", page([item(1, user_id="v")], user_id="u", status="completed")),
    ("items_have_the_values_of_the_filters", "LIST-10", page([item(1, user_id="ADA")], user_id="ada")),
    ("items_have_the_values_of_the_filters", "LIST-11", page([item(1, user_id="v")], user_id="")),
    ("items_have_the_values_of_the_filters", "LIST-12", page([item(1)], user_id="")),
    ("items_are_of_the_agent_in_the_path", "AGENT-1", page(THREE, agent="other")),
    ("items_lie_between_the_dates", "LIST-4", page([item(3)], from_date=item(2)["created_at"])),
    ("items_lie_between_the_dates", "LIST-4", page([item(2)], to_date=item(3)["created_at"])),
    ("items_are_of_one_organization", "LIST-7", page([item(1), item(2, organization_id="other")])),
    ("completed_items_have_a_result", "LIST-8", page([item(1, result=None)])),
    ("items_are_not_updated_before_they_are_created", "LIST-9", page([item(1, updated_at="1970-01-01T00:00:00Z")])),
    ("the_task_is_the_one_in_the_path", "GET-1", get(task("task-2"), name="task-1")),
    ("the_task_is_the_one_in_the_path", "ID-2", get(task("task-1"), name="TASK-1")),
    ("the_task_is_the_one_in_the_path", "STOP-1", stop(task("task-2"), name="task-1")),
    ("the_times_of_a_task_follow_each_other", "GET-3", get(task(started_at=FINISHED, finished_at=STARTED))),
    ("the_times_of_a_task_follow_each_other", "GET-3", get(task(status="executing", result=None))),
    ("a_json_result_parses_and_conforms", "GET-5", get(task(output_format="json", result="Ada"))),
    ("a_json_result_parses_and_conforms", "GET-5", get(task(output_format="json", output_schema=SCHEMA, result="{}"))),
    ("a_stop_answers_with_a_task_in_a_final_state", "STOP-1", stop(running())),
    ("an_async_invoke_answers_with_a_running_task", "INVOKE-1", invoke(task(), "/async", id="task-1")),
    ("a_sync_invoke_answers_with_a_task_in_a_final_state", "INVOKE-2", invoke(running(), id="task-1")),
    ("an_invoke_answers_with_a_task_of_the_invoked_agent", "INVOKE-8", invoke(task(UUID), agent="agent-2")),
    ("the_id_of_the_caller_becomes_the_tasks_id", "INVOKE-3", invoke(task(UUID), id="mine")),
    ("the_id_of_the_caller_becomes_the_tasks_id", "INVOKE-3", invoke(task("17"))),
    ("the_fields_that_were_sent_come_back", "INVOKE-4", invoke(task(title="Tit"), id="task-1", title="Title")),
    ("the_fields_that_were_sent_come_back", "INVOKE-4", invoke(task(source="api"), id="task-1", source="")),
    ("the_fields_that_were_sent_come_back", "INVOKE-4", stream(EVENTS, title="Another title")),
    (
        "an_invoke_answers_with_the_input_that_was_sent",
        "GET-6",
        invoke(task(input={"text": "the turn before"}), id="task-1", input={"text": "this turn"}),
    ),
    ("an_invoke_answers_with_the_input_that_was_sent", "GET-6", invoke(task(UUID), input={"files": ["a.pdf"]})),
    (
        "an_invoke_answers_with_the_input_that_was_sent",
        "GET-6",
        invoke(task(UUID), input={"text": "Hello?", "user": {"email": "a@b.c"}}),
    ),
    ("an_invalid_body_is_refused", "INVOKE-5", invoke(task(UUID), input=None)),
    ("an_invalid_body_is_refused", "INVOKE-5", invoke(task(UUID), input={"text": "Hello?", "user": {}})),
    ("an_invalid_body_is_refused", "INVOKE-5", invoke(task(UUID), think_mode="hardest")),
    ("events_come_in_order", "STREAM-1", stream([*EVENTS, event("disconnected")])),
    ("events_come_in_order", "STREAM-1", stream([EVENTS[1], EVENTS[0], *EVENTS[2:]])),
    ("events_come_in_order", "STREAM-1", stream(EVENTS[1:])),
    (
        "every_event_carries_the_task_and_its_organization",
        "STREAM-1",
        stream([{**EVENTS[0], "task_id": ""}, *EVENTS[1:]]),
    ),
    ("the_chunks_joined_are_the_result", "STREAM-2", stream([*EVENTS[:2], EVENTS[3]])),
    ("the_chunks_joined_are_the_result", "STREAM-2", stream([EVENTS[0], event("chunk", 5), EVENTS[3]])),
    ("the_events_of_the_task_carry_it", "STREAM-3", stream([event("task_created", {"id": "task-1"}), *EVENTS[1:]])),
    ("the_events_of_the_task_carry_it", "STREAM-3", stream([*EVENTS[:3], event("task_finished", running())])),
    (
        "the_events_of_the_task_carry_it",
        "STREAM-3",
        stream([EVENTS[0], event("task_finished", task(finished_at=None, result=""))]),
    ),
    ("messages_come_oldest_first_and_once", "THREAD-1", thread(THREAD[::-1])),
    ("messages_come_oldest_first_and_once", "THREAD-1", full({"root": [THREAD[0], THREAD[0]]})),
    ("a_thread_begins_with_the_user", "THREAD-1", thread(THREAD[1:])),
    ("a_thread_has_user_and_assistant_messages_only", "THREAD-2", thread([*THREAD, message(3, "tool", "x")])),
    ("answer_is_documented", "WIRE-1", listing(418, {"detail": "teapot"})),
    ("answer_is_documented", "WIRE-1", exchange("DELETE", "/v1/tasks/1", 204, body=b"{}")),
    ("answer_is_documented", "WIRE-1", exchange("GET", "/v1/tasks/1", 404, headers={"content-type": "text/html"})),
    ("answer_is_documented", "WIRE-1", exchange("GET", "/v1/tasks/1", 200, body=b"{")),
    ("answer_is_documented", "WIRE-1", page([item(1, title=5)])),
    ("answer_is_documented", "WIRE-1", stream([{"type": "chunk"}])),
    ("wrong_credentials_are_a_401", "AUTH-1", page(THREE, caller="nobody")),
    ("wrong_credentials_are_a_401", "AUTH-1", absent(caller="wrong")),
    ("a_401_has_the_documented_words", "AUTH-3", refusal(401, "Unauthorized")),
    ("a_422_lists_its_errors", "WIRE-2", refusal(422, [])),
    ("a_422_lists_its_errors", "WIRE-2", refusal(422, [{"loc": [], "msg": "wrong", "type": "x"}])),
    ("a_422_lists_its_errors", "WIRE-2", invalid("body", "page", page=0)),
    ("a_422_lists_its_errors", "WIRE-2", invalid("header", "page", page=0)),
    ("an_id_is_never_a_422", "ID-1", exchange("GET", "/v1/tasks/x", 422, IN_PATH)),
    ("a_429_has_the_three_headers", "LIMIT-1", refusal(429, "Too many requests")),
    ("a_429_has_the_three_headers", "LIMIT-1", refusal(429, "x", **{**LIMITED, "x-ratelimit-reset": "60"})),
    ("a_429_has_the_three_headers", "LIMIT-1", refusal(429, "x", **{**LIMITED, "x-ratelimit-remaining": "5"})),
]  # fmt: skip


@pytest.mark.parametrize("name", KEPT)
def test_a_correct_exchange_breaks_no_rule(name: str) -> None:
    """No rule finds anything in an answer that keeps the contract."""
    assert list(broken([KEPT[name]])) == []


@pytest.mark.parametrize(("rule", "claim", "wrong"), BROKEN, ids=lambda value: value if isinstance(value, str) else "")
def test_a_wrong_exchange_breaks_its_rule(rule: str, claim: str, wrong: Exchange) -> None:
    """The rule finds the violation and blames the claim."""
    assert (rule, claim) in list(broken([wrong]))


def test_every_rule_has_an_example_for_each_claim() -> None:
    """A rule without an example that breaks it might never find anything."""
    names = {(rule.name, claim) for rule in RULES for claim in rule.claims}
    names |= {
        (refusals.answer_is_documented.__name__, "WIRE-1"),
        (refusals.wrong_credentials_are_a_401.__name__, "AUTH-1"),
    }
    assert names == {(rule, claim) for rule, claim, _ in BROKEN}
