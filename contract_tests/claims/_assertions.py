"""Checks that several modules of tests share."""

from itertools import pairwise
from typing import Any

from ._answers import Answer, assert_that
from ._instants import parse
from ._task_factory import RUNNING, Task, stable_fields


def assert_unchanged(task: Task, *answers: Answer) -> None:
    """Check that the last of some answers shows a task as it was before."""
    __tracebackhide__ = True
    after = answers[-1]
    same = after.status == 200 and stable_fields(after.json) == stable_fields(task)
    assert_that(same, f"the task unchanged: {task}", after.json, *answers)


def assert_times_follow(task: Task, answer: Answer) -> None:
    """Check that a task's times are in order, and that it has no `finished_at` while it runs."""
    __tracebackhide__ = True
    times = [(name, task[name]) for name in ("created_at", "started_at", "finished_at") if task.get(name)]
    for (name, earlier), (other, later) in pairwise(times):
        assert_that(parse(earlier) <= parse(later), f"{name} not after {other}", f"{earlier}, {later}", answer)
    if task.get("status") in RUNNING:
        actual = task.get("finished_at")
        assert_that(actual is None, f"no finished_at while {task['status']}", actual, answer)


def assert_query_refused(answer: Answer, name: str) -> None:
    """Check that an answer is a 422 which names a query parameter."""
    __tracebackhide__ = True
    errors = _errors(answer)
    named = any(error["loc"][:1] == ["query"] and name in error["loc"] for error in errors)
    assert_that(named, f'a loc of ["query", "{name}"]', [error["loc"] for error in errors], answer)


def assert_body_refused(answer: Answer) -> None:
    """Check that an answer is a 422 which names a place in the body."""
    __tracebackhide__ = True
    errors = _errors(answer)
    located = any(error["loc"][:1] == ["body"] for error in errors)
    assert_that(located, 'a loc that begins with "body"', [error["loc"] for error in errors], answer)


def _errors(answer: Answer) -> list[dict[str, Any]]:
    __tracebackhide__ = True
    answer.assert_status(422)
    errors: list[dict[str, Any]] = answer.json.get("detail", [])
    assert_that(bool(errors), "a list of errors", answer.json, answer, claim="WIRE-2")
    for error in errors:
        whole = all(error[name] for name in ("loc", "msg", "type"))
        assert_that(whole, "loc, msg and type, none of them empty", error, answer, claim="WIRE-2")
    return errors
