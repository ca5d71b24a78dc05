"""Filters: each alone, together, and what must not match."""

from itertools import combinations

import pytest
from hypothesis import given

from contract_tests.claims._queries import Choice, Generated, choices, near_misses
from contract_tests.claims._scope import (
    FILTERS,
    OWN_SCOPES,
    SCOPES,
    SHOWN_FILTERS,
    Item,
    Page,
    Scope,
    Snapshot,
    page_size,
)
from contract_tests.claims._tasks import STATUSES, Workshop
from contract_tests.claims._validation import refuses_query
from contract_tests.claims.api import Api, require
from contract_tests.failure import not_run

MOST_VALUES = 12
MOST_PIVOTS = 4
# What can be asked for within each scope; the rest is what confines it.
SCOPED = [
    (scope, name)
    for scope in SCOPES
    for name in FILTERS
    if not (name == "parent_task_id" and scope.startswith("own"))
    and not (name == "agent_id" and scope.endswith("list_agent_tasks"))
]
WITHOUT_STATUS = [(scope, name) for scope, name in SCOPED if name != "status"]
SHOWN = [(scope, name) for scope, name in SCOPED if name in SHOWN_FILTERS]
NO_STATUSES = ("queued", "running", "cancelled", "COMPLETED", "Completed", "complete", "completed ", "completed,failed")


@pytest.mark.claim("LIST-1")
@pytest.mark.parametrize(("scope", "name"), SHOWN, indirect=["scope"])
def test_each_filter_returns_the_tasks_with_its_value_and_no_others(scope: Scope, name: str) -> None:
    """LIST-1: each filter returns only tasks that have that value, and all of them."""
    if name in scope.base:  # as when only an agent's failed tasks are few enough
        not_run(f"needs an agent with few enough tasks to judge {name} by")

    def check(held: Snapshot) -> None:
        values = list(STATUSES) if name == "status" else held.values(name)[:MOST_VALUES]
        if not values:
            not_run(f"needs tasks with a {name}: those of {scope.name} have none")
        for value in values:
            _returns(scope, held, {name: value})

    scope.settled(check)


@pytest.mark.claim("LIST-1")
def test_internal_status_returns_the_tasks_that_get_shows_with_it(scope: Scope) -> None:
    """LIST-1: `internal_status`, which only get shows, returns the tasks that have that value."""

    def check(held: Snapshot) -> None:
        if not held.knows_internal:
            not_run("needs every task of the list to open")
        values = held.values("internal_status")
        if not values:
            not_run(f"needs tasks with an internal_status: those of {scope.name} have none")
        for value in values[:MOST_VALUES]:
            _returns(scope, held, {"internal_status": value})

    scope.settled(check)


@pytest.mark.claim("LIST-1")
@pytest.mark.parametrize(("scope", "name"), WITHOUT_STATUS, indirect=["scope"])
def test_a_value_that_no_task_has_returns_nothing(scope: Scope, name: str) -> None:
    """LIST-1: a filter returns only tasks that have that value, so one that nobody has returns nothing."""
    for value in ("no-such-value", "00000000-0000-4000-8000-000000000000", "0", "null", "None"):
        page = scope.page(**{name: value})
        require((page.items, page.total) == ([], 0), "nothing", (page.ids, page.total), page.answer)


@pytest.mark.claim("LIST-1")
@pytest.mark.parametrize("status", STATUSES)
def test_every_task_under_a_status_has_it(api: Api, status: str) -> None:
    """LIST-1: `status` returns only tasks that have that status, on the first page and on later ones."""
    everything = Scope("all tasks", api, None, {}, own=False, look=lambda items: {})
    count = everything.page(status=status, per_page=50).total_pages
    for number in sorted({1, 2, 3, count} & set(range(1, count + 1))):
        page = everything.page(status=status, per_page=50, page=number)
        others = [item for item in page.items if item["status"] != status]
        require(not others, f"only {status} tasks", others[:1], page.answer)


@pytest.mark.claim("LIST-1")
def test_parent_task_id_returns_the_direct_sub_tasks(shop: Workshop) -> None:
    """LIST-1: `parent_task_id` returns the tasks that have that parent, and not those below them."""
    parent = shop.start()["id"]
    child = shop.start(parent_execution_id=parent)["id"]
    grandchild = shop.start(parent_execution_id=child)
    for above, expected, other in ((parent, child, grandchild["id"]), (child, grandchild["id"], child)):
        for operation, agent in (("list_tasks", ""), ("list_agent_tasks", grandchild["agent_id"])):
            answer = shop.api.call(operation, agent=agent, query={"parent_task_id": above})
            came = [item["id"] for item in answer.ok()["items"]]
            require(expected in came and other not in came, f"{expected} and not {other}", came, answer)


@pytest.mark.claim("LIST-2")
def test_filters_combine_to_the_intersection(scope: Scope, generated: Generated) -> None:
    """LIST-2: filters combine: the result is the intersection, and `total` says so."""

    @generated
    @given(choice=choices())
    def check(choice: Choice) -> None:
        scope.settled(lambda held: _returns(scope, held, choice.query(scope, held)))

    check()


@pytest.mark.claim("LIST-2")
def test_every_pair_of_filters_is_the_intersection(scope: Scope) -> None:
    """LIST-2: any two filters, each with the values that occur most, return what has both."""

    def check(held: Snapshot) -> None:
        for queries in _combined(scope, held, 2):
            for query in queries:
                _returns(scope, held, query)

    scope.settled(check)


@pytest.mark.claim("LIST-2")
def test_every_three_filters_are_the_intersection(scope: Scope) -> None:
    """LIST-2: any three filters return what has all three values, and not what has two of them."""

    def check(held: Snapshot) -> None:
        for queries in _combined(scope, held, 3):
            # The values of which most tasks have two only, so that a filter which is forgotten shows.
            if queries:
                _returns(scope, held, max(queries, key=lambda query: _nearly(held, query)))

    scope.settled(check)


@pytest.mark.claim("LIST-3")
def test_the_totals_of_the_statuses_add_up(scope: Scope) -> None:
    """LIST-3: the seven `status` totals add up to the total without a status, other filters or not."""
    if "status" in scope.base:
        not_run("needs an agent with few enough tasks to judge by")

    def check(held: Snapshot) -> None:
        queries: list[dict[str, str]] = [{}]
        queries += [{name: held.values(name)[0]} for name in scope.filters() if name != "status" and held.values(name)]
        for query in queries:
            whole = scope.page(**query)
            totals = {status: scope.page(**query, status=status).total for status in STATUSES}
            require(sum(totals.values()) == whole.total, f"{whole.total} in all", totals, whole.answer)

    scope.settled(check)


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
        # A task that changes its status between two requests is counted twice or not at all, but not every time.
        quiet.append((before, totals))
    if len(quiet) < 3:
        not_run("other callers kept adding and deleting tasks")
    before, totals = quiet[-1]
    require(False, f"{before.total} in all", totals, before.answer)


@pytest.mark.claim("LIST-5", "WIRE-2")
@pytest.mark.parametrize("status", NO_STATUSES)
def test_an_unknown_status_is_a_422(scope: Scope, status: str) -> None:
    """LIST-5: an unknown `status` is a 422; statuses are written as documented, in lower case."""
    refuses_query(scope.ask(status=status), "status")


@pytest.mark.claim("LIST-10")
@pytest.mark.parametrize(("scope", "name"), WITHOUT_STATUS, indirect=["scope"])
def test_filters_compare_exactly(scope: Scope, name: str) -> None:
    """LIST-10: filters compare exactly, case included; parts, patterns and other spellings do not match."""
    if name in scope.base:  # as when only an agent's failed tasks are few enough
        not_run(f"needs an agent with few enough tasks to judge {name} by")

    def check(held: Snapshot) -> None:
        values = held.values(name)
        if not values:
            not_run(f"needs tasks with a {name}: those of {scope.name} have none")
        accented = [value for value in values if not value.isascii()]
        for value in dict.fromkeys([*values[:1], *accented[:1]]):
            for other in near_misses(value):
                _returns(scope, held, {name: other})

    scope.settled(check)


@pytest.mark.claim("LIST-10")
@pytest.mark.parametrize("scope", OWN_SCOPES, indirect=True)
def test_a_parent_task_id_compares_exactly(scope: Scope) -> None:
    """LIST-10: `parent_task_id` compares exactly, case included."""
    parent = scope.base["parent_task_id"]
    for other in near_misses(parent):
        page = scope.page(parent_task_id=other)
        require((page.items, page.total) == ([], 0), "nothing", (page.ids, page.total), page.answer)


@pytest.mark.claim("LIST-11")
@pytest.mark.parametrize(("scope", "name"), WITHOUT_STATUS, indirect=["scope"])
def test_an_empty_value_returns_no_task_that_has_a_value(scope: Scope, name: str) -> None:
    """LIST-11: an empty value matches only an empty value; it is not as good as no filter."""

    def check(held: Snapshot) -> None:
        page = scope.page(**{name: ""}, per_page=50)
        if name == "internal_status" and not held.knows_internal:
            not_run("needs every task of the list to open")
        known = {item["id"]: held.value(item, name) for item in held.items}
        wrong = {task: known[task] for task in page.ids if known.get(task)}
        require(not wrong, f"no task with a {name}", wrong, page.answer)
        empty = sum(not value for value in known.values())
        require(page.total <= empty, f"a total of at most {empty}", page.total, page.answer)

    scope.settled(check)


@pytest.mark.claim("LIST-11")
def test_an_empty_status_returns_nothing_or_is_refused(scope: Scope) -> None:
    """LIST-11: no task has an empty status, and an empty status is none of the seven."""
    answer = scope.ask(status="").expect(200, 422)
    if answer.status == 200:
        came = (answer.json["items"], answer.json["total"])
        require(came == ([], 0), "nothing", came, answer)


@pytest.mark.claim("LIST-11")
@pytest.mark.parametrize("name", [name for name in SHOWN_FILTERS if name != "status"])
def test_an_empty_value_returns_no_task_of_all_that_has_a_value(api: Api, name: str) -> None:
    """LIST-11: an empty value matches only an empty value, in the whole list too."""
    everything = Scope("all tasks", api, None, {}, own=False, look=lambda items: {})
    for page in everything.first(2, **{name: ""}):
        wrong = [item for item in page.items if item[name]]
        require(not wrong, f"no task with a {name}", wrong[:1], page.answer)


@pytest.mark.claim("LIST-11")
def test_an_empty_value_means_the_same_to_every_filter(scope: Scope) -> None:
    """LIST-11: whether null is an empty value or not, no filter may take an empty value for no filter."""

    def check(held: Snapshot) -> None:
        matched: dict[str, bool] = {}
        for name in scope.filters():
            if name == "status" or (name == "internal_status" and not held.knows_internal):
                continue
            nulls = {item["id"] for item in held.items if held.value(item, name) is None}
            if nulls:
                matched[name] = any(nulls.intersection(page.ids) for page in scope.pages(50, **{name: ""}))
        alike = len(set(matched.values())) <= 1
        require(alike, "null to be empty for all filters or for none", matched, scope.ask(**dict.fromkeys(matched, "")))

    scope.settled(check)


@pytest.mark.claim("LIST-12")
@pytest.mark.parametrize(
    ("scope", "name"), [(scope, name) for scope, name in WITHOUT_STATUS if name != "agent_id"], indirect=["scope"]
)
def test_an_empty_value_does_not_match_null(scope: Scope, name: str) -> None:
    """LIST-12: an empty value matches only an empty value, and null is none."""

    def check(held: Snapshot) -> None:
        if name == "internal_status" and not held.knows_internal:
            not_run("needs every task of the list to open")
        page = scope.page(**{name: ""}, per_page=50)
        known = {item["id"]: held.value(item, name) for item in held.items}
        nulls = [task for task in page.ids if task in known and known[task] is None]
        require(not nulls, f"no task without a {name}", nulls[:3], page.answer)

    scope.settled(check)


@pytest.mark.claim("LIST-13")
@pytest.mark.parametrize("name", ["colour", "limit", "offset", "sort", "id", "title", "created_at"])
def test_unknown_query_parameters_are_ignored(scope: Scope, name: str) -> None:
    """LIST-13: unknown query parameters are ignored."""

    def check(held: Snapshot) -> None:
        plain = scope.page(per_page=10)
        for value in ("1", "", "stopped"):
            page = scope.page(per_page=10, **{name: value})
            require(page.answer.json == plain.answer.json, "the page without it", page.ids, plain.answer, page.answer)

    scope.settled(check)


@pytest.mark.claim("META-9")
def test_the_order_of_parameters_is_of_no_importance(scope: Scope) -> None:
    """META-9: filters that combine to an intersection do so in any order."""

    def check(held: Snapshot) -> None:
        item = held.items[0] if held.items else not_run("needs a task")
        values = {name: held.value(item, name) for name in scope.filters() if held.values(name)}
        query: dict[str, str | int] = {name: value for name, value in values.items() if value}
        query |= {"page": 1, "per_page": 7}
        forward = scope.page(**query)
        back = scope.page(**dict(reversed(query.items())))
        require(back.answer.json == forward.answer.json, "the same page", back.ids, forward.answer, back.answer)

    scope.settled(check)


def _returns(scope: Scope, held: Snapshot, query: dict[str, str]) -> None:
    """Judge that a query returns the tasks that pass it, whole and once, and that the totals say so."""
    __tracebackhide__ = True
    expected = held.matching(query)
    # On more than one page, so that a total which only counts the page is found out.
    pages = list(scope.pages(page_size(len(expected), 2), **query))
    items = [item for page in pages for item in page.items]
    answer = pages[-1].answer
    for name, value in query.items():
        wrong = [item for item in items if name in SHOWN_FILTERS and item.get(name) != value]
        require(not wrong, f"only tasks with {name} {value!r}", wrong[:1], answer)
    came = [item["id"] for item in items]
    missing, extra = sorted(set(expected) - set(came)), sorted(set(came) - set(expected))
    require(not missing and not extra, "all that match", f"missing {missing}, unasked {extra}", answer)
    require(len(came) == len(expected), "each task once", came, answer)
    for page in pages:
        require(page.total == len(expected), f"total {len(expected)}", page.total, page.answer)


def _combined(scope: Scope, held: Snapshot, size: int) -> list[list[dict[str, str]]]:
    """Return, for every so many filters, queries by the values that tasks have for all of them."""
    names = [name for name in scope.filters() if held.values(name)]
    if len(names) < size:
        not_run(f"needs {size} filters that tasks of {scope.name} have values for")
    return [
        [{name: str(held.value(item, name)) for name in some} for item in _pivots(held, *some)]
        for some in combinations(names, size)
    ]


def _nearly(held: Snapshot, query: dict[str, str]) -> int:
    """Count for how many of its filters a query would return more without it."""
    whole = len(held.matching(query))
    return sum(len(held.matching({name: query[name] for name in query if name != left})) > whole for left in query)


def _pivots(held: Snapshot, *names: str) -> list[Item]:
    """Return tasks that have a value for all filters, with as different values as there are."""
    found: dict[tuple[str | None, ...], Item] = {}
    for item in held.items:
        values = tuple(held.value(item, name) for name in names)
        if all(values):
            found.setdefault(values, item)
    return list(found.values())[:MOST_PIVOTS]
