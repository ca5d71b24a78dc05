"""How lists filter, order, count and divide, compared with a plain reading of all tasks."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from xpander_mock import Parts
from xpander_mock.control.sample_tasks import NEWEST, history
from xpander_mock.demo import DEMO_ORGANIZATION, EXAMPLE_AGENT, OTHER_ORGANIZATION
from xpander_mock.rules.times import format_instant
from xpander_mock.storage.task import Task

from .caller import FILTERS, Caller, make_rules

TASKS = 400


@pytest.fixture(scope="module")
def caller() -> Iterator[Caller]:
    rules = make_rules(TASKS, 3, Parts())
    yield Caller(rules)
    rules.repository.table.database.close()


@pytest.fixture(scope="module")
def tasks() -> list[Task]:
    """All tasks of the caller, newest first, the later of two at the same instant first."""
    return [task for task in history(TASKS, 3) if task.organization_id == DEMO_ORGANIZATION][::-1]


def value(task: Task, name: str) -> str | None:
    """Return the value of a task that a filter compares."""
    if name == "parent_task_id":
        return task.parent
    if name == "internal_status":
        return task.current.internal_status
    found: str | None = getattr(task, name)
    return found


def read_all(caller: Caller, per_page: int, **filters: Any) -> list[dict[str, Any]]:
    first = caller.page(1, per_page, **filters)
    pages = [first] + [caller.page(number, per_page, **filters) for number in range(2, first["total_pages"] + 1)]
    return [item for page in pages for item in page["items"]]


@pytest.mark.parametrize("per_page", [1, 7, 50])
def test_the_pages_joined_are_every_task_once_newest_first(caller: Caller, tasks: list[Task], per_page: int) -> None:
    """PAGE-5, LIST-6, LIST-7: for every page size the pages hold the organization's tasks, once each, in one order."""
    assert [item["id"] for item in read_all(caller, per_page)] == [task.id for task in tasks]


def test_totals_count_all_matches(caller: Caller, tasks: list[Task]) -> None:
    """PAGE-1, PAGE-3, PAGE-4, PAGE-6: pages come back as asked with exact totals, the last one shorter, then none."""
    pages = -(-len(tasks) // 50)
    for number in range(1, pages + 3):
        page = caller.page(number)
        assert (page["total"], page["total_pages"], page["page"], page["per_page"]) == (len(tasks), pages, number, 50)
        assert len(page["items"]) == max(0, min(50, len(tasks) - 50 * (number - 1)))


@pytest.mark.parametrize("page", [10**6, 2**63, 10**30])
def test_a_page_far_past_the_end_is_empty(caller: Caller, tasks: list[Task], page: int) -> None:
    """Ruling 13: a page past the end, however far, is empty and has the same totals."""
    listed = caller.page(page)
    assert (listed["items"], listed["total"], listed["page"]) == ([], len(tasks), page)


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_finds_exactly_the_tasks_with_its_value(caller: Caller, tasks: list[Task], name: str) -> None:
    """LIST-1: for every value that occurs, the tasks that have it; for others none."""
    values = {found for task in tasks if (found := value(task, name)) is not None}
    assert values
    for wanted in [*values, "", "nobody", *(known.upper() + "x" for known in values)]:
        expected = [task.id for task in tasks if value(task, name) == wanted]
        assert [item["id"] for item in read_all(caller, 50, **{name: wanted})] == expected


@pytest.mark.parametrize(("one", "two"), list(itertools.combinations(FILTERS, 2)))
def test_two_filters_find_the_intersection(caller: Caller, tasks: list[Task], one: str, two: str) -> None:
    """LIST-2: filters combine, in items and total."""
    pairs = {(value(task, one), value(task, two)) for task in tasks}
    for first, second in sorted((a, b) for a, b in pairs if a is not None and b is not None)[:10]:
        expected = [task.id for task in tasks if (value(task, one), value(task, two)) == (first, second)]
        filters: dict[str, Any] = {one: first, two: second}
        page = caller.page(**filters)
        assert ([item["id"] for item in page["items"]], page["total"]) == (expected[:50], len(expected))


def test_the_statuses_add_up(caller: Caller, tasks: list[Task]) -> None:
    """LIST-3: the totals of the seven statuses add up to the total."""
    statuses = ("pending", "executing", "paused", "error", "failed", "completed", "stopped")
    assert sum(caller.page(status=status)["total"] for status in statuses) == len(tasks)
    assert all(caller.page(status=status)["total"] for status in statuses)


def test_dates_bound_a_closed_interval(caller: Caller, tasks: list[Task]) -> None:
    """LIST-4: both bounds are inclusive, whatever offset they are written with."""
    low, high = tasks[120].created, tasks[60].created
    expected = [task.id for task in tasks if low <= task.created <= high]
    assert [
        item["id"] for item in read_all(caller, 50, from_date=format_instant(low), to_date=format_instant(high))
    ] == (expected)
    assert caller.page(from_date=format_instant(low + 1), to_date=format_instant(high - 1))["total"] < len(expected)
    assert caller.page(from_date=format_instant(high), to_date=format_instant(low))["total"] == 0
    assert caller.page(from_date="2026-02-07T04:13:27.228497+02:00")["total"] == 2


def test_equal_instants_occur(tasks: list[Task]) -> None:
    """Sample tasks share instants, the newest included: without that, LIST-6 would not be tested."""
    instants = [task.created for task in tasks]
    assert len(set(instants)) < len(instants) * 0.8
    assert tasks[1].created == NEWEST


def test_an_agents_list_is_the_organizations_with_that_agent(caller: Caller) -> None:
    """AGENT-1, AGENT-2: item for item."""
    params = dict.fromkeys(FILTERS) | {"page": 2, "per_page": 7}
    del params["agent_id"]
    by_agent = caller.rules.lists.list_agent_tasks(caller.organization, EXAMPLE_AGENT, params)
    assert by_agent == caller.rules.lists.list_tasks(caller.organization, params | {"agent_id": EXAMPLE_AGENT})


def test_organizations_are_apart(caller: Caller, tasks: list[Task]) -> None:
    """LIST-7: the organizations' lists have no task in common, and together they have all tasks."""
    other = Caller(caller.rules, OTHER_ORGANIZATION, "")
    theirs = {item["id"] for item in read_all(other, 50)}
    assert theirs
    assert theirs.isdisjoint(task.id for task in tasks)
    assert len(theirs) + len(tasks) == TASKS
    assert all(item["organization_id"] == OTHER_ORGANIZATION for item in read_all(other, 50))
