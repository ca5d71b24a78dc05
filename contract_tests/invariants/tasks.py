"""Rules for the task in an answer, and for stopping and deleting."""

from collections.abc import Iterator
from itertools import pairwise

from ..contract.instants import parse_instant
from ..contract.validation import json_violation
from .observation import FINAL, INVOKES, RUNNING, TASKS, Observation
from .rule import Rules, Violation

RULES = Rules()
TIMES = ("created_at", "started_at", "finished_at")


@RULES.add("GET-1", "ID-2", "STOP-1", operations=["get_task", "stop_task"], statuses=[200])
def the_task_is_the_one_in_the_path(seen: Observation) -> Iterator[Violation]:
    """Check that a get or stop answers with the task whose id is in the path."""
    actual = str(seen.answer["id"])
    if actual == seen.task_id:
        return
    claim = "ID-2" if actual.casefold() == seen.task_id.casefold() else "GET-1"
    yield Violation("STOP-1" if seen.name == "stop_task" else claim, f"task {seen.task_id}", f"task {actual}")


@RULES.add("GET-3", operations=[*TASKS, "invoke_agent_stream"], statuses=[200])
def the_times_of_a_task_follow_each_other(seen: Observation) -> Iterator[Violation]:
    """Check that `created_at` ≤ `started_at` ≤ `finished_at`, and that a running task has no `finished_at`."""
    task = seen.task
    if task is None:
        return
    times = [(name, task[name]) for name in TIMES if task[name]]
    for (name, earlier), (other, later) in pairwise(times):
        if parse_instant(earlier) > parse_instant(later):
            yield Violation("GET-3", f"{name} not after {other}", f"{earlier} and {later}")
    if task["status"] in RUNNING and task["finished_at"]:
        yield Violation("GET-3", f"no finished_at while {task['status']}", f"finished_at {task['finished_at']}")


@RULES.add("GET-5", operations=[*TASKS, "invoke_agent_stream"], statuses=[200])
def a_json_result_parses_and_conforms(seen: Observation) -> Iterator[Violation]:
    """Check that a completed task with `output_format` json has a result that is JSON as its schema asks."""
    task = seen.task
    if task is None or task["status"] != "completed" or task["output_format"] != "json":
        return
    schema = task["output_schema"]
    try:
        problem = json_violation(task["result"], schema if isinstance(schema, dict) else None)
    except ValueError:  # the caller's own schema is not a JSON schema
        return
    if problem:
        yield Violation("GET-5", "a result that is JSON as asked for", problem)


@RULES.add("STOP-1", operations=["stop_task"], statuses=[200])
def a_stop_answers_with_a_task_in_a_final_state(seen: Observation) -> Iterator[Violation]:
    """Check that the answer to a stop shows a final status."""
    if seen.answer["status"] not in FINAL:
        yield Violation("STOP-1", f"one of {', '.join(FINAL)}", f"status {seen.answer['status']}")


@RULES.add("INVOKE-1", operations=["invoke_agent_async"], statuses=[200])
def an_async_invoke_answers_with_a_running_task(seen: Observation) -> Iterator[Violation]:
    """Check that the answer to an async invoke is pending or executing."""
    if seen.answer["status"] not in RUNNING:
        yield Violation("INVOKE-1", "pending or executing", f"status {seen.answer['status']}")


@RULES.add("INVOKE-2", operations=["invoke_agent"], statuses=[200])
def a_sync_invoke_answers_with_a_task_in_a_final_state(seen: Observation) -> Iterator[Violation]:
    """Check that the answer to a sync invoke shows a final status."""
    if seen.answer["status"] not in (*FINAL, "paused"):
        yield Violation("INVOKE-2", f"one of {', '.join(FINAL)}", f"status {seen.answer['status']}")


@RULES.add("INVOKE-8", operations=INVOKES, statuses=[200])
def an_invoke_answers_with_a_task_of_the_invoked_agent(seen: Observation) -> Iterator[Violation]:
    """Check that the task is of the agent in the path."""
    task = seen.task
    if task is not None and task["agent_id"] != seen.agent_id:
        yield Violation("INVOKE-8", f"agent_id {seen.agent_id}", f"agent_id {task['agent_id']}")
