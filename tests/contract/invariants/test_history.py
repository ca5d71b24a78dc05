"""Each rule that compares exchanges, on sequences that keep it and on sequences that break it."""

from dataclasses import replace
from typing import Any

import pytest

from contract_tests.invariants.checker import HISTORY_RULES, Checker
from contract_tests.record.exchange import Exchange
from tests.contract.invariants._builders import (
    AGENT,
    CREATED,
    EVENTS,
    FINISHED,
    ORGANIZATION,
    THREAD,
    Json,
    absent,
    at_once,
    broken,
    delete,
    event,
    exchange,
    full,
    get,
    invoke,
    item,
    message,
    page,
    running,
    start,
    stop,
    stream,
    task,
    thread,
)

STOPPED = task(status="stopped", result=None, is_manually_stopped=True)
SYNC = invoke(task(), id="task-1")
OTHER_WORDS = "Another answer."
TURN = [message(3, "user", "And now?"), message(4, "assistant", "Done.")]
CHILD = start("child", parent_execution_id="task-1")
LISTED = {"id": "task-1", "created_at": CREATED, "updated_at": FINISHED}
UNAUTHORIZED = {"detail": "Invalid or missing API key"}
LATER = "2026-03-01T11:00:00Z"


def turn(**sent: Any) -> Exchange:
    text = {"text": "And now?"}
    return invoke(task(input=text, **sent), id="task-1", input=text, **sent)


def in_list(**fields: Any) -> Exchange:
    return page([item(1, **{**LISTED, **fields})])


def refused(method: str, path: str, **sent: object) -> Exchange:
    return exchange(method, path, 401, UNAUTHORIZED, sent=sent or None, caller="wrong")


def theirs(**fields: Any) -> Exchange:
    return page(
        [item(1, **{"id": "theirs", "organization_id": "organization-2", "agent_id": "agent-2", **fields})],
        caller="other",
    )


ANEW = invoke(running(created_at=LATER), "/async", id="task-1")
AGAIN = task(input={"text": "And now?"})
LISTED_CHILD = {**LISTED, "id": "child", "parent_task_id": "task-1", "status": "pending", "result": None}
SUB_TASKS = page([item(1, **LISTED_CHILD)], parent_task_id="task-1")
KEPT: dict[str, list[Exchange]] = {
    "a task from start to end": [
        *(start(), get(running()), get(running(status="executing")), get(task()), in_list()),
        *(thread(THREAD), full({"root": THREAD})),
    ],
    "a stop": [start(), stop(STOPPED), get(STOPPED), stop(STOPPED), in_list(status="stopped", result=None)],
    "a delete": [start(), delete(), absent(), absent("stop"), absent("thread"), absent("delete"), page([])],
    "a delete while it is read": [start(), *at_once(delete(), get(running()))],
    "an id that is used again": [start(), delete(), ANEW, get(running(created_at=LATER))],
    "a further turn": [SYNC, get(task()), thread(THREAD), turn(), get(AGAIN), thread([*THREAD, *TURN])],
    "turns that overlap": [
        *(start(), start(title="Two"), get(task(title="A title"))),
        *(get(running(title="Two")), get(task(title="Two"))),
    ],
    "a further turn of a stopped task": [start(), stop(STOPPED), turn(), get(AGAIN)],
    "sub-tasks": [
        *(SYNC, CHILD, get(task(sub_executions=["child"])), SUB_TASKS, full({"root": THREAD, "child": []})),
        *(delete("child"), get(task()), full({"root": THREAD})),
    ],
    "a parent that is deleted": [SYNC, CHILD, delete(), absent(name="child")],
    "a task of somebody else that goes on": [get(task()), get(running()), get(task(title="Other", result="Other."))],
    "a task of somebody else whose id is used again": [
        get(task()),
        get(task(created_at=LATER, started_at=None, finished_at=None)),
    ],
    "a task of somebody else that is deleted": [get(task()), absent(), page([])],
    "a refused invoke": [invoke(id="task-1", caller="wrong", status=401), absent()],
    "an id that is accepted later": [invoke(id="task-1", caller="wrong", status=401), start(), get(running())],
    "two organizations": [SYNC, absent(caller="other"), absent("stop", status=403, caller="other"), theirs(), page([])],
    "lists that change": [page([item(2)]), page([item(1), item(2)]), page([item(1)])],
    "a task that changes between two lists": [in_list(status="executing", result=None), get(task()), in_list()],
    "a task that is counted once more after its end": [in_list(), in_list(updated_at=LATER), in_list(updated_at=LATER)],
    "an agent that nobody has": [page([], agent="agent-3"), page([], agent="agent-3", caller="other")],
}

TIED = [item(1), item(2, created_at=item(1)["created_at"], updated_at=item(1)["created_at"])]
PAST: Json = {"to_date": "2026-03-02T00:00:00Z"}
BROKEN: list[tuple[str, str, list[Exchange]]] = [
    ("a_deleted_task_is_gone", "DEL-1", [start(), get(task()), delete(), get(task())]),
    ("a_deleted_task_is_gone", "DEL-1", [SYNC, delete(), in_list()]),
    ("a_deleted_task_is_gone", "DEL-1", [SYNC, delete(), delete()]),
    ("a_deleted_task_is_gone", "DEL-2", [SYNC, CHILD, delete(), get(running("child"))]),
    ("a_deleted_task_is_gone", "DEL-3", [start(), delete(), get(task())]),
    ("a_created_task_is_found", "INVOKE-8", [start(), absent()]),
    ("a_created_task_is_found", "DEL-3", [start(), absent("delete")]),
    ("a_created_task_is_found", "DEL-5", [start(), delete(), start(), absent()]),
    ("a_created_task_is_found", "AUTH-2", [start(), absent("delete", status=403, caller="other"), absent()]),
    ("a_created_task_is_found", "AUTH-4", [start(), refused("DELETE", "/v1/tasks/task-1"), absent()]),
    (
        "a_refused_invoke_makes_no_task",
        "INVOKE-7",
        [invoke({"detail": "No parent"}, id="task-1", status=404), get(task())],
    ),
    ("a_refused_invoke_makes_no_task", "AUTH-4", [invoke(id="task-1", caller="wrong", status=401), get(task())]),
    ("another_organizations_id_cannot_be_invoked", "AUTH-5", [SYNC, invoke(task(), id="task-1", caller="other")]),
    ("a_final_state_stays", "GET-4", [start(), get(task()), get(running())]),
    ("a_final_state_stays", "STOP-1", [start(), stop(STOPPED), get(task())]),
    ("a_final_state_stays", "STOP-2", [SYNC, stop(STOPPED)]),
    ("a_final_state_stays", "META-5", [start(), get(task()), in_list(result=OTHER_WORDS)]),
    ("a_final_state_stays", "STREAM-2", [stream(EVENTS), get(task(finished_at=LATER))]),
    ("a_final_state_stays", "INVOKE-8", [SYNC, get(task(result=OTHER_WORDS))]),
    (
        "what_identifies_a_task_never_changes",
        "GET-1",
        [start(), get(running()), in_list(agent_id="agent-2", status="pending", result=None)],
    ),
    ("what_identifies_a_task_never_changes", "INVOKE-8", [SYNC, get(task(created_at="2026-03-01T09:00:00Z"))]),
    (
        "what_identifies_a_task_never_changes",
        "TURN-2",
        [SYNC, get(task()), turn(), get(task(created_at="2026-03-01T09:00:00Z"))],
    ),
    ("a_task_shows_its_latest_turn", "GET-6", [SYNC, turn(), get(task())]),
    ("a_task_shows_its_latest_turn", "TURN-2", [SYNC, turn(title="Two"), in_list()]),
    ("a_task_shows_its_latest_turn", "INVOKE-4", [invoke(task(source="s"), id="task-1", source="s"), get(task())]),
    (
        "a_task_has_no_result_before_its_first_end",
        "LIST-8",
        [start(), get(running(status="executing", result="?"))],
    ),
    ("only_a_stop_stops_a_task", "META-8", [start(), get(STOPPED)]),
    ("only_a_stop_stops_a_task", "META-10", [start(), stop(STOPPED), turn(), get(STOPPED)]),
    ("only_a_stop_stops_a_task", "AUTH-2", [start(), absent("stop", status=403, caller="other"), get(STOPPED)]),
    ("only_a_stop_stops_a_task", "AUTH-4", [start(), refused("POST", "/v1/tasks/task-1/stop"), get(STOPPED)]),
    ("a_stopped_task_is_flagged", "STOP-1", [start(), stop(STOPPED | {"is_manually_stopped": False})]),
    (
        "reading_changes_nothing",
        "META-7",
        [SYNC, in_list(), in_list(updated_at=LATER), in_list(updated_at="2026-03-01T12:00:00Z")],
    ),
    ("lists_and_get_agree", "META-5", [in_list(), get(task(result=OTHER_WORDS)), in_list()]),
    ("lists_and_get_agree", "GET-1", [get(task()), in_list(title="Other"), get(task())]),
    ("a_thread_only_grows", "TURN-3", [thread(THREAD), thread(THREAD[1:])]),
    ("a_thread_only_grows", "TURN-3", [full({"root": THREAD}), full({"root": [*TURN, *THREAD]})]),
    (
        "a_thread_only_grows",
        "META-7",
        [SYNC, get(task()), thread(THREAD), thread([{**THREAD[0], "id": "new"}, THREAD[1]])],
    ),
    ("a_thread_has_what_was_asked_and_answered", "THREAD-1", [SYNC, get(task()), thread(THREAD[:1])]),
    (
        "a_thread_has_what_was_asked_and_answered",
        "THREAD-1",
        [SYNC, get(task()), thread([message(1, "user", "A title"), THREAD[1]])],
    ),
    (
        "a_thread_has_what_was_asked_and_answered",
        "TURN-3",
        [SYNC, get(task()), turn(), get(task(input={"text": "And now?"})), thread(TURN)],
    ),
    ("a_thread_has_what_was_asked_and_answered", "THREAD-3", [SYNC, get(task()), full({"root": THREAD[1:]})]),
    ("the_full_thread_holds_the_thread", "THREAD-3", [SYNC, get(task()), thread(THREAD), full({"root": THREAD[:1]})]),
    ("the_full_thread_has_each_sub_task_and_nothing_else", "THREAD-3", [SYNC, CHILD, full({"root": THREAD})]),
    (
        "the_full_thread_has_each_sub_task_and_nothing_else",
        "THREAD-4",
        [SYNC, full({"root": THREAD, "task-1": THREAD})],
    ),
    (
        "the_full_thread_has_each_sub_task_and_nothing_else",
        "THREAD-4",
        [SYNC, invoke(task("stranger"), id="stranger"), full({"root": THREAD, "stranger": THREAD})],
    ),
    ("a_parent_names_its_sub_tasks", "INVOKE-6", [SYNC, CHILD, get(task())]),
    (
        "a_parent_names_its_sub_tasks",
        "STREAM-2",
        [SYNC, CHILD, stream([event("task_created", running()), event("task_finished", task(sub_executions=[]))])],
    ),
    ("a_parent_names_its_sub_tasks", "DEL-4", [SYNC, CHILD, delete("child"), get(task(sub_executions=["child"]))]),
    (
        "a_parent_names_its_sub_tasks",
        "AUTH-2",
        [SYNC, replace(CHILD, caller="other"), get(task(sub_executions=["child"]))],
    ),
    ("a_sub_task_is_listed_under_its_parent", "INVOKE-6", [SYNC, CHILD, page([], parent_task_id="task-1")]),
    ("a_caller_sees_one_organization", "LIST-7", [in_list(), in_list(id="task-2", organization_id="organization-2")]),
    ("a_caller_sees_one_organization", "GET-2", [in_list(), get(task("task-2", organization_id="organization-2"))]),
    ("a_caller_sees_one_organization", "AUTH-2", [in_list(), stop(task("task-2", organization_id="organization-2"))]),
    ("another_organizations_task_is_not_found", "GET-2", [SYNC, get(task(), caller="other")]),
    ("another_organizations_task_is_not_found", "AUTH-2", [SYNC, delete(caller="other")]),
    (
        "another_organizations_task_is_not_found",
        "GET-2",
        [SYNC, get({"detail": f"The task is of {ORGANIZATION}"}, 403, "task-1", caller="other")],
    ),
    ("no_list_shows_another_organizations_task", "AUTH-2", [SYNC, theirs(id="task-1")]),
    ("another_organizations_agent_is_not_found", "AGENT-3", [in_list(), page([], agent=AGENT, caller="other")]),
    ("ties_keep_their_order", "META-3", [page(TIED, per_page=5), page(TIED[::-1], per_page=5)]),
    ("ties_keep_their_order", "META-4", [page(TIED, per_page=5), page(TIED[::-1], per_page=7)]),
    (
        "the_total_is_the_same_on_every_page",
        "PAGE-3",
        [page([item(1)], **PAST), page([item(1), item(2)], **PAST), page([item(1)], **PAST)],
    ),
    (
        "the_total_is_the_same_on_every_page",
        "PAGE-6",
        [page([item(1)], **PAST), page([], **PAST), page([item(1)], **PAST)],
    ),
]


@pytest.mark.parametrize("name", KEPT)
def test_correct_traffic_breaks_no_rule(name: str) -> None:
    """No rule finds anything in traffic that keeps the contract, whatever others do at the same time."""
    assert list(broken(in_time(KEPT[name]))) == []


@pytest.mark.parametrize(("rule", "claim", "wrong"), BROKEN, ids=lambda value: value if isinstance(value, str) else "")
def test_wrong_traffic_breaks_its_rule(rule: str, claim: str, wrong: list[Exchange]) -> None:
    """The rule finds the violation in the last exchange, and blames the claim."""
    wrong = in_time(wrong)
    assert (rule, claim) in list(broken(wrong))
    assert (rule, claim) not in list(broken(wrong[:-1]))


def test_every_rule_has_an_example_for_each_claim() -> None:
    """A rule without an example that breaks it might never find anything."""
    names = {(rule.name, claim) for rule in HISTORY_RULES for claim in rule.claims}
    assert names == {(rule, claim) for rule, claim, _ in BROKEN}


def test_a_violation_that_chance_can_cause_is_reported_when_it_is_confirmed() -> None:
    """A page that is one task short is reported the second time, and then no more."""
    checker = Checker("")
    short = page([item(1)], fields={"total": 2})
    assert [len(checker.check(replace(short, started=short.started + n))) for n in range(4)] == [0, 1, 0, 0]


def test_a_rule_reports_each_operation_once() -> None:
    """A thousand wrong pages are one failure, and those of another operation are another one."""
    checker = Checker("")
    wrong = {"": page([item(2), item(1)]), AGENT: page([item(2), item(1)], agent=AGENT)}
    found = [checker.check(wrong[agent]) for agent in ("", "", AGENT, AGENT)]
    assert [[each.violation.claim for each in one] for one in found] == [["LIST-6A"], [], ["LIST-6"], []]


def test_a_write_without_an_answer_excuses_what_follows() -> None:
    """A stop whose connection broke may have taken effect, so that a stopped task is no violation."""
    checker = Checker("")
    checker.check(start())
    checker.begin(1, stop(STOPPED).request)
    checker.end(1, answered=False)
    assert checker.check(get(STOPPED)) == []


def test_an_instant_that_no_calendar_has_is_a_violation() -> None:
    """A date in the year 0000 has the form of a date-time, and is reported instead of ending the run."""
    found = Checker("").check(get(task(created_at="0000-01-01T00:00:00Z")))
    assert [each.violation.claim for each in found] == ["WIRE-1"]


def in_time(exchanges: list[Exchange]) -> list[Exchange]:
    """Return exchanges one after another, although some were built once for several examples."""
    length = exchanges[0].ended - exchanges[0].started
    moved = []
    for number, each in enumerate(exchanges):
        # Those of `at_once` end together.
        overlaps = number + 1 < len(exchanges) and each.ended == exchanges[number + 1].ended
        start_time = 2_000_000_000.0 + number
        moved.append(replace(each, started=start_time, ended=start_time + (1 + length if overlaps else length)))
    return moved
