"""Filters: each alone, together, and what must not match."""

from itertools import combinations

import pytest
from hypothesis import given

from ..report.violation import not_run
from ._answers import assert_that
from ._assertions import assert_query_refused
from ._queries import Choice, Generated, choices, near_misses
from ._scope import (
    FILTERS,
    SCOPES,
    SEEDED_SCOPES,
    SHOWN_FILTERS,
    Item,
    Page,
    Scope,
    Snapshot,
    page_size,
)
from ._task_factory import STATUSES, TaskFactory
from .api import Api

MOST_VALUES = 12
MOST_PIVOTS = 4
# The filters of each scope that are not among its fixed parameters.
SCOPED = [
    (scope, name)
    for scope in SCOPES
    for name in FILTERS
    if not (name == "parent_task_id" and scope.startswith("seeded"))
    and not (name == "agent_id" and scope.endswith("list_agent_tasks"))
]
WITHOUT_STATUS = [(scope, name) for scope, name in SCOPED if name != "status"]
SHOWN = [(scope, name) for scope, name in SCOPED if name in SHOWN_FILTERS]
UNKNOWN_STATUSES = (
    "queued",
    "running",
    "cancelled",
    "COMPLETED",
    "Completed",
    "complete",
    "completed ",
    "completed,failed",
)


@pytest.mark.claim("LIST-1")
@pytest.mark.parametrize(("scope", "name"), SHOWN, indirect=["scope"])
def test_each_filter_returns_the_tasks_with_its_value_and_no_others(scope: Scope, name: str) -> None:
    """LIST-1: each filter returns only tasks that have that value, and all of them."""
    if name in scope.base:  # for example when only an agent's failed tasks are few enough
        not_run(f"needs an agent with few enough tasks to check {name}")

    def check(snapshot: Snapshot) -> None:
        values = list(STATUSES) if name == "status" else snapshot.values(name)[:MOST_VALUES]
        if not values:
            not_run(f"needs tasks with a {name}: those of {scope.name} have none")
        for value in values:
            _assert_returns(scope, snapshot, {name: value})

    scope.run_check(check)


@pytest.mark.claim("LIST-1")
def test_internal_status_returns_the_tasks_that_get_shows_with_it(scope: Scope) -> None:
    """LIST-1: `internal_status`, which only get shows, returns the tasks that have that value."""

    def check(snapshot: Snapshot) -> None:
        if not snapshot.knows_internal:
            not_run("needs every task of the list to open")
        values = snapshot.values("internal_status")
        if not values:
            not_run(f"needs tasks with an internal_status: those of {scope.name} have none")
        for value in values[:MOST_VALUES]:
            _assert_returns(scope, snapshot, {"internal_status": value})

    scope.run_check(check)


@pytest.mark.claim("LIST-1")
@pytest.mark.parametrize(("scope", "name"), WITHOUT_STATUS, indirect=["scope"])
def test_a_value_that_no_task_has_returns_nothing(scope: Scope, name: str) -> None:
    """LIST-1: a filter returns only tasks that have that value, so a value that no task has returns nothing."""
    for value in ("no-such-value", "00000000-0000-4000-8000-000000000000", "0", "null", "None"):
        page = scope.page(**{name: value})
        assert_that((page.items, page.total) == ([], 0), "nothing", (page.ids, page.total), page.answer)


@pytest.mark.claim("LIST-1")
@pytest.mark.parametrize("status", STATUSES)
def test_every_task_under_a_status_has_it(api: Api, status: str) -> None:
    """LIST-1: `status` returns only tasks that have that status, on the first page and on later ones."""
    everything = Scope("all tasks", api, None, {}, own=False, look=lambda items: {})
    count = everything.page(status=status, per_page=50).total_pages
    for number in sorted({1, 2, 3, count} & set(range(1, count + 1))):
        page = everything.page(status=status, per_page=50, page=number)
        others = [item for item in page.items if item["status"] != status]
        assert_that(not others, f"only {status} tasks", others[:1], page.answer)


@pytest.mark.claim("LIST-1")
def test_parent_task_id_returns_the_direct_sub_tasks(task_factory: TaskFactory) -> None:
    """LIST-1: `parent_task_id` returns the tasks that have that parent, and not those below them."""
    parent = task_factory.start()["id"]
    child = task_factory.start(parent_execution_id=parent)["id"]
    grandchild = task_factory.start(parent_execution_id=child)
    for above, expected, other in ((parent, child, grandchild["id"]), (child, grandchild["id"], child)):
        for operation, agent in (("list_tasks", ""), ("list_agent_tasks", grandchild["agent_id"])):
            answer = task_factory.api.call(operation, agent=agent, query={"parent_task_id": above})
            actual = [item["id"] for item in answer.ok()["items"]]
            assert_that(expected in actual and other not in actual, f"{expected} and not {other}", actual, answer)


@pytest.mark.claim("LIST-2")
def test_filters_combine_to_the_intersection(scope: Scope, generated: Generated) -> None:
    """LIST-2: filters combine: the result is the intersection, and `total` says so."""

    @generated
    @given(choice=choices())
    def check(choice: Choice) -> None:
        scope.run_check(lambda snapshot: _assert_returns(scope, snapshot, choice.query(scope, snapshot)))

    check()


@pytest.mark.claim("LIST-2")
def test_every_pair_of_filters_is_the_intersection(scope: Scope) -> None:
    """LIST-2: any two filters, each with the values that occur most, return what has both."""

    def check(snapshot: Snapshot) -> None:
        for queries in _combined(scope, snapshot, 2):
            for query in queries:
                _assert_returns(scope, snapshot, query)

    scope.run_check(check)


@pytest.mark.claim("LIST-2")
def test_every_three_filters_are_the_intersection(scope: Scope) -> None:
    """LIST-2: any three filters return what has all three values, and not what has two of them."""

    def check(snapshot: Snapshot) -> None:
        for queries in _combined(scope, snapshot, 3):
            # The values for which every filter matters, so that a filter which the server forgets shows.
            if queries:
                _assert_returns(scope, snapshot, max(queries, key=lambda query: _effective_filters(snapshot, query)))

    scope.run_check(check)


@pytest.mark.claim("LIST-3")
def test_the_totals_of_the_statuses_add_up(scope: Scope) -> None:
    """LIST-3: the seven `status` totals add up to the total without a status, other filters or not."""
    if "status" in scope.base:
        not_run("needs an agent with few enough tasks to check")

    def check(snapshot: Snapshot) -> None:
        queries: list[dict[str, str]] = [{}]
        queries += [
            {name: snapshot.values(name)[0]} for name in scope.filters() if name != "status" and snapshot.values(name)
        ]
        for query in queries:
            whole = scope.page(**query)
            totals = {status: scope.page(**query, status=status).total for status in STATUSES}
            assert_that(sum(totals.values()) == whole.total, f"{whole.total} in all", totals, whole.answer)

    scope.run_check(check)


@pytest.mark.claim("LIST-3")
def test_the_totals_of_the_statuses_add_up_in_the_whole_list(api: Api) -> None:
    """LIST-3: the seven `status` totals add up to the unfiltered total."""
    everything = Scope("all tasks", api, None, {}, own=False, look=lambda items: {})
    quiet: list[tuple[Page, dict[str, int]]] = []
    for _ in range(12):
        before = everything.page(per_page=1)
        totals = {status: everything.page(status=status, per_page=1).total for status in STATUSES}
        if everything.page(per_page=1).total != before.total:
            continue
        if sum(totals.values()) == before.total:
            return
        # A task that changes its status between two requests is counted twice or not at all, but not in every attempt.
        quiet.append((before, totals))
    if len(quiet) < 3:
        not_run("other callers kept adding and deleting tasks")
    before, totals = quiet[-1]
    assert_that(False, f"{before.total} in all", totals, before.answer)


@pytest.mark.claim("LIST-5", "WIRE-2")
@pytest.mark.parametrize("status", UNKNOWN_STATUSES)
def test_an_unknown_status_is_a_422(scope: Scope, status: str) -> None:
    """LIST-5: an unknown `status` is a 422; statuses are written as documented, in lower case."""
    assert_query_refused(scope.ask(status=status), "status")


@pytest.mark.claim("LIST-10")
@pytest.mark.parametrize(("scope", "name"), WITHOUT_STATUS, indirect=["scope"])
def test_filters_compare_exactly(scope: Scope, name: str) -> None:
    """LIST-10: filters compare exactly, case included; parts, patterns and other spellings do not match."""
    if name in scope.base:  # for example when only an agent's failed tasks are few enough
        not_run(f"needs an agent with few enough tasks to check {name}")

    def check(snapshot: Snapshot) -> None:
        values = snapshot.values(name)
        if not values:
            not_run(f"needs tasks with a {name}: those of {scope.name} have none")
        accented = [value for value in values if not value.isascii()]
        for value in dict.fromkeys([*values[:1], *accented[:1]]):
            for other in near_misses(value):
                _assert_returns(scope, snapshot, {name: other})

    scope.run_check(check)


@pytest.mark.claim("LIST-10")
@pytest.mark.parametrize("scope", SEEDED_SCOPES, indirect=True)
def test_a_parent_task_id_compares_exactly(scope: Scope) -> None:
    """LIST-10: `parent_task_id` compares exactly, case included."""
    parent = scope.base["parent_task_id"]
    for other in near_misses(parent):
        page = scope.page(parent_task_id=other)
        assert_that((page.items, page.total) == ([], 0), "nothing", (page.ids, page.total), page.answer)


@pytest.mark.claim("LIST-11")
@pytest.mark.parametrize(("scope", "name"), WITHOUT_STATUS, indirect=["scope"])
def test_an_empty_value_returns_no_task_that_has_a_value(scope: Scope, name: str) -> None:
    """LIST-11: an empty value matches only an empty value; it does not mean no filter."""

    def check(snapshot: Snapshot) -> None:
        page = scope.page(**{name: ""}, per_page=50)
        if name == "internal_status" and not snapshot.knows_internal:
            not_run("needs every task of the list to open")
        known = {item["id"]: snapshot.value(item, name) for item in snapshot.items}
        wrong = {task: known[task] for task in page.ids if known.get(task)}
        assert_that(not wrong, f"no task with a {name}", wrong, page.answer)
        empty = sum(not value for value in known.values())
        assert_that(page.total <= empty, f"a total of at most {empty}", page.total, page.answer)

    scope.run_check(check)


@pytest.mark.claim("LIST-11")
def test_an_empty_status_returns_nothing_or_is_refused(scope: Scope) -> None:
    """LIST-11: no task has an empty status, and an empty status is none of the seven."""
    answer = scope.ask(status="").assert_status(200, 422)
    if answer.status == 200:
        actual = (answer.json["items"], answer.json["total"])
        assert_that(actual == ([], 0), "nothing", actual, answer)


@pytest.mark.claim("LIST-11")
@pytest.mark.parametrize("name", [name for name in SHOWN_FILTERS if name != "status"])
def test_an_empty_value_returns_no_task_of_all_that_has_a_value(api: Api, name: str) -> None:
    """LIST-11: an empty value matches only an empty value, in the whole list too."""
    everything = Scope("all tasks", api, None, {}, own=False, look=lambda items: {})
    for page in everything.first(2, **{name: ""}):
        wrong = [item for item in page.items if item[name]]
        assert_that(not wrong, f"no task with a {name}", wrong[:1], page.answer)


@pytest.mark.claim("LIST-11")
def test_an_empty_value_means_the_same_to_every_filter(scope: Scope) -> None:
    """LIST-11: whether null is an empty value or not, no filter may take an empty value for no filter."""

    def check(snapshot: Snapshot) -> None:
        matched: dict[str, bool] = {}
        for name in scope.filters():
            if name == "status" or (name == "internal_status" and not snapshot.knows_internal):
                continue
            nulls = {item["id"] for item in snapshot.items if snapshot.value(item, name) is None}
            if nulls:
                matched[name] = any(nulls.intersection(page.ids) for page in scope.pages(50, **{name: ""}))
        alike = len(set(matched.values())) <= 1
        assert_that(
            alike, "null to be empty for all filters or for none", matched, scope.ask(**dict.fromkeys(matched, ""))
        )

    scope.run_check(check)


@pytest.mark.claim("LIST-12")
@pytest.mark.parametrize(
    ("scope", "name"), [(scope, name) for scope, name in WITHOUT_STATUS if name != "agent_id"], indirect=["scope"]
)
def test_an_empty_value_does_not_match_null(scope: Scope, name: str) -> None:
    """LIST-12: an empty value matches only an empty value, and null is none."""

    def check(snapshot: Snapshot) -> None:
        if name == "internal_status" and not snapshot.knows_internal:
            not_run("needs every task of the list to open")
        page = scope.page(**{name: ""}, per_page=50)
        known = {item["id"]: snapshot.value(item, name) for item in snapshot.items}
        nulls = [task for task in page.ids if task in known and known[task] is None]
        assert_that(not nulls, f"no task without a {name}", nulls[:3], page.answer)

    scope.run_check(check)


@pytest.mark.claim("LIST-13")
@pytest.mark.parametrize("name", ["colour", "limit", "offset", "sort", "id", "title", "created_at"])
def test_unknown_query_parameters_are_ignored(scope: Scope, name: str) -> None:
    """LIST-13: unknown query parameters are ignored."""

    def check(snapshot: Snapshot) -> None:
        plain = scope.page(per_page=10)
        for value in ("1", "", "stopped"):
            page = scope.page(per_page=10, **{name: value})
            assert_that(
                page.answer.json == plain.answer.json, "the page without it", page.ids, plain.answer, page.answer
            )

    scope.run_check(check)


@pytest.mark.claim("META-9")
def test_the_order_of_parameters_does_not_matter(scope: Scope) -> None:
    """META-9: filters that combine to an intersection do so in any order."""

    def check(snapshot: Snapshot) -> None:
        item = snapshot.items[0] if snapshot.items else not_run("needs a task")
        values = {name: snapshot.value(item, name) for name in scope.filters() if snapshot.values(name)}
        query: dict[str, str | int] = {name: value for name, value in values.items() if value}
        query |= {"page": 1, "per_page": 7}
        forward = scope.page(**query)
        back = scope.page(**dict(reversed(query.items())))
        assert_that(back.answer.json == forward.answer.json, "the same page", back.ids, forward.answer, back.answer)

    scope.run_check(check)


def _assert_returns(scope: Scope, snapshot: Snapshot, query: dict[str, str]) -> None:
    """Check that a query returns all matching tasks once, and that the totals count them."""
    __tracebackhide__ = True
    expected = snapshot.matching(query)
    # On more than one page, to detect a total that counts only one page.
    pages = list(scope.pages(page_size(len(expected), 2), **query))
    items = [item for page in pages for item in page.items]
    answer = pages[-1].answer
    for name, value in query.items():
        wrong = [item for item in items if name in SHOWN_FILTERS and item.get(name) != value]
        assert_that(not wrong, f"only tasks with {name} {value!r}", wrong[:1], answer)
    actual = [item["id"] for item in items]
    missing, extra = sorted(set(expected) - set(actual)), sorted(set(actual) - set(expected))
    assert_that(not missing and not extra, "all that match", f"missing {missing}, unasked {extra}", answer)
    assert_that(len(actual) == len(expected), "each task once", actual, answer)
    for page in pages:
        assert_that(page.total == len(expected), f"total {len(expected)}", page.total, page.answer)


def _combined(scope: Scope, snapshot: Snapshot, size: int) -> list[list[dict[str, str]]]:
    """Return for each combination of filters the queries with values that some task has for all of them.

    Args:
        scope: The list.
        snapshot: Its tasks.
        size: Number of filters in a combination.
    """
    names = [name for name in scope.filters() if snapshot.values(name)]
    if len(names) < size:
        not_run(f"needs {size} filters that tasks of {scope.name} have values for")
    return [
        [{name: str(snapshot.value(item, name)) for name in some} for item in _pivots(snapshot, *some)]
        for some in combinations(names, size)
    ]


def _effective_filters(snapshot: Snapshot, query: dict[str, str]) -> int:
    """Count the filters without which a query would return more tasks."""
    whole = len(snapshot.matching(query))
    return sum(len(snapshot.matching({name: query[name] for name in query if name != left})) > whole for left in query)


def _pivots(snapshot: Snapshot, *names: str) -> list[Item]:
    """Return tasks that have a value for every filter, with different combinations of values."""
    found: dict[tuple[str | None, ...], Item] = {}
    for item in snapshot.items:
        values = tuple(snapshot.value(item, name) for name in names)
        if all(values):
            found.setdefault(values, item)
    return list(found.values())[:MOST_PIVOTS]
