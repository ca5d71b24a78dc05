"""Reading the pages of a list that changes meanwhile: the decisions alone, then over a socket."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import xpander_tasks
from xpander_tasks import AgentExecutionStatus, TasksListItem, TasksPage
from xpander_tasks._core.effects import Emit, Flow, Join, Spawn
from xpander_tasks._core.pages import REMEMBERED, RecentIds, read_pages

from .conftest import Connect, Serve
from .faults import Act, Got, reply

START = datetime(2026, 2, 1, tzinfo=UTC)


def item(number: int) -> TasksListItem:
    return TasksListItem(
        id=f"t{number}",
        agent_id="a1",
        organization_id="o1",
        status=AgentExecutionStatus.COMPLETED,
        created_at=START + timedelta(seconds=number),
    )


class Shelf:
    """A list of tasks, newest first, that changes."""

    def __init__(self, count: int) -> None:
        self.items = [item(number) for number in range(count)][::-1]
        self.made = count

    def add(self, count: int) -> None:
        for _ in range(count):
            self.items.insert(0, item(self.made))
            self.made += 1

    def page(self, number: int, per_page: int, newest: datetime | None) -> TasksPage:
        shown = [
            i for i in self.items if newest is None or (isinstance(i.created_at, datetime) and i.created_at <= newest)
        ]
        first = (number - 1) * per_page
        return TasksPage(
            items=shown[first : first + per_page],
            total=len(shown),
            page=number,
            per_page=per_page,
            total_pages=-(-len(shown) // per_page),
        )


Change = tuple[str, int, bool]
CHANGES = st.lists(
    st.tuples(st.sampled_from(["add", "delete", "none"]), st.integers(0, 60), st.booleans()), min_size=1, max_size=30
)


def change(shelf: Shelf, changes: list[Change]) -> bool:
    """Make the next change, and return whether the page that was spawned earlier is read now."""
    if not changes:
        return True
    kind, number, now = changes.pop(0)
    if kind == "add":
        shelf.add(1 + number % 4)
    elif kind == "delete":
        for _ in range(1 + number % 5):
            if shelf.items:
                shelf.items.pop(number % len(shelf.items))
    return now


def read(shelf: Shelf, per_page: int, concurrency: int, anchored: bool, changes: list[Change]) -> list[TasksListItem]:
    """Read all pages while the changes happen, one before each page is fetched."""

    def fetch(number: int, newest: datetime | None) -> Flow[TasksPage]:
        yield from ()
        return shelf.page(number, per_page, newest)

    def finish(flow: Flow[TasksPage]) -> TasksPage:
        with pytest.raises(StopIteration) as end:
            next(flow)
        page: TasksPage = end.value.value
        return page

    started: dict[int, Any] = {}
    met: list[TasksListItem] = []
    flow = read_pages(fetch, concurrency=concurrency, anchored=anchored)
    outcome: Any = None
    while True:
        try:
            step = flow.send(outcome)
        except StopIteration:
            return met
        outcome = None
        match step:
            case Spawn(number, page_flow, _):
                # The answer may come before those of earlier pages, or after them.
                started[number] = finish(page_flow) if change(shelf, changes) else page_flow
            case Join(number, page_flow):
                change(shelf, changes)
                taken = started.pop(number, page_flow)
                outcome = taken if isinstance(taken, TasksPage) else finish(taken)
            case Emit(page):
                met += page.items


@settings(derandomize=True, max_examples=400, deadline=None)
@given(st.integers(0, 90), st.integers(10, 15), st.integers(0, 4), CHANGES)
def test_of_the_organization_no_task_is_missed_and_none_comes_twice(
    count: int, per_page: int, concurrency: int, changes: list[Change]
) -> None:
    """Whatever arrives and vanishes between any two pages, each task of the start that still exists comes once."""
    shelf = Shelf(count)
    at_start = {i.id for i in shelf.page(1, 1000, None).items}
    met = [i.id for i in read(shelf, per_page, concurrency, True, [("none", 0, True), *changes])]
    assert len(met) == len(set(met))
    assert at_start & {i.id for i in shelf.items} <= set(met)


@settings(derandomize=True, max_examples=400, deadline=None)
@given(st.integers(0, 40), st.integers(1, 7), st.integers(0, 4), CHANGES, st.sampled_from(["add", "delete"]))
@example(7, 3, 2, [("add", 0, False), ("add", 0, True), ("add", 0, False)], "add")
@example(4, 1, 0, [("delete", 0, False)] * 3, "delete")
def test_of_an_agent_no_task_is_missed_while_tasks_only_come_or_only_go(
    count: int, per_page: int, concurrency: int, changes: list[Change], kind: str
) -> None:
    """Without dates, arrivals alone and deletions alone cost no task and double none."""
    shelf = Shelf(count)
    at_start = {i.id for i in shelf.items}
    chosen = [("none", 0, True), *[(kind, number, now) for _, number, now in changes]]
    met = [i.id for i in read(shelf, per_page, concurrency, False, chosen)]
    assert len(met) == len(set(met))
    assert at_start & {i.id for i in shelf.items} <= set(met)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.permutations(range(30)), st.integers(1, 15), st.integers(0, 3))
def test_a_list_in_any_order_comes_whole(order: list[int], per_page: int, concurrency: int) -> None:
    """A server that does not sort newest first still has each of its tasks come once."""
    shelf = Shelf(0)
    shelf.items = [item(number) for number in order]
    for anchored in (True, False):
        assert [i.id for i in read(shelf, per_page, concurrency, anchored, [])] == [f"t{number}" for number in order]


def test_a_list_without_dates_comes_whole() -> None:
    """Tasks without a creation date are listed as well."""
    shelf = Shelf(40)
    for listed in shelf.items:
        listed.created_at = None
    assert len(read(shelf, 10, 2, True, [])) == 40


def test_remembered_ids_do_not_grow_with_the_list() -> None:
    """Only the latest ids are remembered, and they suffice to recognize repeats."""
    recent = RecentIds()
    for start in range(3 * REMEMBERED, 0, -50):
        page = [item(number) for number in range(start, start - 50, -1)]
        assert recent.add_new(page) == page
        assert recent.add_new(page) == []
    assert len(recent._ids) == REMEMBERED


class Served:
    """A list over a socket that changes once, when its second page has been read."""

    def __init__(self, count: int, changed: str) -> None:
        self.shelf = Shelf(count)
        self.changed = changed
        self.at_start = {i.id for i in self.shelf.items}

    def __call__(self, got: Got) -> Iterable[Act]:
        newest = datetime.fromisoformat(got.query["to_date"]) if "to_date" in got.query else None
        page = self.shelf.page(int(got.query["page"]), int(got.query["per_page"]), newest)
        if got.query["page"] == "2" and self.changed:
            if self.changed == "arrivals":
                self.shelf.add(7)
            else:
                del self.shelf.items[3:10]
            self.changed = ""
        items = [i.to_dict() for i in page.items]
        yield reply({"items": items, **{n: getattr(page, n) for n in ("total", "page", "per_page", "total_pages")}})


@pytest.mark.parametrize("agent", [[], ["a1"]], ids=["organization", "agent"])
@pytest.mark.parametrize("concurrency", [0, 1, 4])
@pytest.mark.parametrize("changed", ["arrivals", "deletions"])
def test_a_list_that_changes_while_it_is_read(
    connect: Connect, serve: Serve, agent: list[str], concurrency: int, changed: str
) -> None:
    """Arrivals at the head that shift the items, and deletions that shrink the pages: no task is lost or doubled."""
    served = Served(60, changed)
    server = serve(served)
    client = connect(server.url, connections=4)
    met = [i.id for i in client.iterate(*agent, per_page=10, concurrency=concurrency)]
    assert len(met) == len(set(met))
    assert served.at_start & {i.id for i in served.shelf.items} <= set(met)


@pytest.mark.parametrize("concurrency", [0, 1, 4])
def test_401_in_the_middle_of_paging(connect: Connect, serve: Serve, concurrency: int) -> None:
    """A key that is revoked meanwhile ends the iteration with the error, after the pages that were read."""
    shelf = Shelf(50)

    def answer(got: Got) -> Iterable[Act]:
        number = int(got.query["page"])
        page = shelf.page(number, 10, None)
        if number == 3:
            return [reply({"detail": "Invalid or missing API key"}, 401)]
        items = [i.to_dict() for i in page.items]
        return [reply({"items": items, "total": 50, "page": number, "per_page": 10, "total_pages": 5})]

    server = serve(answer)
    client = connect(server.url, connections=5)
    tasks = client.iterate(per_page=10, concurrency=concurrency)
    met = [next(tasks) for _ in range(20)]
    with pytest.raises(xpander_tasks.UnauthorizedError, match="Invalid or missing API key"):
        next(tasks)
    assert [i.id for i in met] == [i.id for i in shelf.items[:20]]
    with pytest.raises(xpander_tasks.UnauthorizedError):
        client.list(concurrency=concurrency)
