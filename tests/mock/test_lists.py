"""How lists filter, order, count and divide, against a plain reading of all tasks."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from xpander_mock import Clock
from xpander_mock._agents import Agents
from xpander_mock._contract import load_contract
from xpander_mock._keys import DEMO_ORGANIZATION, OTHER_ORGANIZATION
from xpander_mock._seed import EXAMPLE_AGENT, NEWEST, history, seed
from xpander_mock._service import Service
from xpander_mock._store import Store
from xpander_mock._task import Task
from xpander_mock._times import format_instant

from .rules import FILTERS, Rules

TASKS = 400


@pytest.fixture(scope="module")
def rules() -> Iterator[Rules]:
    service = Service(Store(), Clock(), Agents(), load_contract())
    seed(service, TASKS, 3)
    yield Rules(service, DEMO_ORGANIZATION, EXAMPLE_AGENT)
    service.store.close()


@pytest.fixture(scope="module")
def tasks() -> list[Task]:
    """All tasks of the caller, newest first, the later of two at the same instant first."""
    return [task for task in history(TASKS, 3) if task.organization_id == DEMO_ORGANIZATION][::-1]


def value(task: Task, name: str) -> str | None:
    """What a task has of the thing that a filter is about."""
    if name == "parent_task_id":
        return task.parent
    if name == "internal_status":
        return task.current.internal_status
    found: str | None = getattr(task, name)
    return found


def read_all(rules: Rules, per_page: int, **filters: Any) -> list[dict[str, Any]]:
    first = rules.page(1, per_page, **filters)
    pages = [first] + [rules.page(number, per_page, **filters) for number in range(2, first["total_pages"] + 1)]
    return [item for page in pages for item in page["items"]]


@pytest.mark.parametrize("per_page", [1, 7, 50])
def test_the_pages_joined_are_every_task_once_newest_first(rules: Rules, tasks: list[Task], per_page: int) -> None:
    """PAGE-5, LIST-6, LIST-7: for every page size the pages hold the organization's tasks, once each, in one order."""
    assert [item["id"] for item in read_all(rules, per_page)] == [task.id for task in tasks]


def test_totals_count_all_matches(rules: Rules, tasks: list[Task]) -> None:
    """PAGE-1, PAGE-3, PAGE-4, PAGE-6: pages come back as asked with exact totals, the last one shorter, then none."""
    pages = -(-len(tasks) // 50)
    for number in range(1, pages + 3):
        page = rules.page(number)
        assert (page["total"], page["total_pages"], page["page"], page["per_page"]) == (len(tasks), pages, number, 50)
        assert len(page["items"]) == max(0, min(50, len(tasks) - 50 * (number - 1)))


@pytest.mark.parametrize("page", [10**6, 2**63, 10**30])
def test_a_page_beyond_any_sense_is_empty(rules: Rules, tasks: list[Task], page: int) -> None:
    """Ruling 13: however far past the end, a page is empty and the totals stand."""
    listed = rules.page(page)
    assert (listed["items"], listed["total"], listed["page"]) == ([], len(tasks), page)


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_finds_exactly_the_tasks_with_its_value(rules: Rules, tasks: list[Task], name: str) -> None:
    """LIST-1: for every value that occurs, the tasks that have it; for others none."""
    values = {found for task in tasks if (found := value(task, name)) is not None}
    assert values
    for wanted in [*values, "", "nobody", *(known.upper() + "x" for known in values)]:
        expected = [task.id for task in tasks if value(task, name) == wanted]
        assert [item["id"] for item in read_all(rules, 50, **{name: wanted})] == expected


@pytest.mark.parametrize(("one", "two"), list(itertools.combinations(FILTERS, 2)))
def test_two_filters_find_the_intersection(rules: Rules, tasks: list[Task], one: str, two: str) -> None:
    """LIST-2: filters combine, and the total says so."""
    pairs = {(value(task, one), value(task, two)) for task in tasks}
    for first, second in sorted((a, b) for a, b in pairs if a is not None and b is not None)[:10]:
        expected = [task.id for task in tasks if (value(task, one), value(task, two)) == (first, second)]
        filters: dict[str, Any] = {one: first, two: second}
        page = rules.page(**filters)
        assert ([item["id"] for item in page["items"]], page["total"]) == (expected[:50], len(expected))


def test_the_statuses_add_up(rules: Rules, tasks: list[Task]) -> None:
    """LIST-3: the totals of the seven statuses add up to the total."""
    statuses = ("pending", "executing", "paused", "error", "failed", "completed", "stopped")
    assert sum(rules.page(status=status)["total"] for status in statuses) == len(tasks)
    assert all(rules.page(status=status)["total"] for status in statuses)


def test_dates_bound_a_closed_interval(rules: Rules, tasks: list[Task]) -> None:
    """LIST-4: both bounds are inclusive, whatever the offset they are written with."""
    low, high = tasks[120].created, tasks[60].created
    expected = [task.id for task in tasks if low <= task.created <= high]
    assert [
        item["id"] for item in read_all(rules, 50, from_date=format_instant(low), to_date=format_instant(high))
    ] == (expected)
    assert rules.page(from_date=format_instant(low + 1), to_date=format_instant(high - 1))["total"] < len(expected)
    assert rules.page(from_date=format_instant(high), to_date=format_instant(low))["total"] == 0
    assert rules.page(from_date="2026-02-07T04:13:27.228497+02:00")["total"] == 2


def test_equal_instants_occur(tasks: list[Task]) -> None:
    """LIST-6 is worth a test only when tasks share their instant, the newest included."""
    instants = [task.created for task in tasks]
    assert len(set(instants)) < len(instants) * 0.8
    assert tasks[1].created == NEWEST


def test_an_agents_list_is_the_organizations_with_that_agent(rules: Rules) -> None:
    """AGENT-1, AGENT-2: item for item."""
    params = dict.fromkeys(FILTERS) | {"page": 2, "per_page": 7}
    del params["agent_id"]
    by_agent = rules.service.list_agent_tasks(rules.caller, EXAMPLE_AGENT, params)
    assert by_agent == rules.service.list_tasks(rules.caller, params | {"agent_id": EXAMPLE_AGENT})


def test_organizations_are_apart(rules: Rules, tasks: list[Task]) -> None:
    """LIST-7: each organization's list is its own; together they are all tasks."""
    other = Rules(rules.service, OTHER_ORGANIZATION, "")
    theirs = {item["id"] for item in read_all(other, 50)}
    assert theirs
    assert theirs.isdisjoint(task.id for task in tasks)
    assert len(theirs) + len(tasks) == TASKS
    assert all(item["organization_id"] == OTHER_ORGANIZATION for item in read_all(other, 50))
