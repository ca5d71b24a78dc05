"""Corners of the task list that hold still long enough to be judged.

A scope is a list operation with parameters that confine it: to the sub-tasks of one task of our own, to a window of
dates in the past, or to one agent. Whatever else is asked is asked within it, so that tasks which others make, stop or
delete meanwhile do not upset a test.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contract_tests.claims._instants import Instant, parse
from contract_tests.claims.api import Answer, Api, Broken, Query
from contract_tests.failure import not_run

Item = dict[str, Any]
FILTERS = ("user_id", "agent_id", "parent_task_id", "triggering_agent_id", "status", "internal_status")
SHOWN_FILTERS = FILTERS[:-1]
LARGEST_PAGE = 50
# Whose tasks, and which list; the fixture `scope` makes them.
OWN_SCOPES = ("own-list_tasks", "own-list_agent_tasks")
PUBLIC_SCOPES = ("public-list_tasks", "public-list_agent_tasks")
SCOPES = (*OWN_SCOPES, *PUBLIC_SCOPES)
DATED_SCOPES = ("own-list_tasks", "public-list_tasks")
ATTEMPTS = 4
MOST_PAGES = 400


@dataclass(frozen=True, slots=True)
class Page:
    """One answered page.

    Args:
        items: Its tasks.
        total: How many there are on all pages.
        page: Its number.
        per_page: How many a page holds.
        total_pages: How many pages there are.
        answer: The answer itself.
    """

    items: list[Item]
    total: int
    page: int
    per_page: int
    total_pages: int
    answer: Answer

    @property
    def ids(self) -> list[str]:
        """Ids of the page's tasks, in order."""
        return [item["id"] for item in self.items]


@dataclass(slots=True)
class Snapshot:
    """What a scope held when it was read.

    Args:
        items: Its tasks, in the order of the list.
        internal: What get shows as `internal_status`, for the tasks that were opened.
    """

    items: list[Item]
    internal: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def state(self) -> dict[str, Item]:
        """The tasks by id, to compare two snapshots without their order."""
        return {item["id"]: item for item in self.items}

    def value(self, item: Item, name: str) -> str | None:
        """Return what a filter of this name looks at."""
        value: str | None = self.internal[item["id"]] if name == "internal_status" else item.get(name)
        return value

    def values(self, name: str) -> list[str]:
        """Return the values of a filter that occur, in the order of the list."""
        if name == "internal_status" and not self.knows_internal:
            return []
        found = (self.value(item, name) for item in self.items)
        return list(dict.fromkeys(value for value in found if value))

    @property
    def knows_internal(self) -> bool:
        """Whether every task was opened, so that `internal_status` is known."""
        return all(item["id"] in self.internal for item in self.items)

    def matching(self, query: Query) -> list[str]:
        """Return the ids of the tasks that pass the filters and dates of a query."""
        return [item["id"] for item in self.items if self._passes(item, query)]

    def _passes(self, item: Item, query: Query) -> bool:
        for name, value in query.items():
            if name in FILTERS and self.value(item, name) != value:
                return False
            if name in ("from_date", "to_date"):
                created = created_at(item)
                bound = parse(str(value))
                if created is None or (created < bound if name == "from_date" else created > bound):
                    return False
        return True


@dataclass(slots=True)
class Scope:
    """A list operation, confined.

    Args:
        name: What to call it in a report.
        api: The operations.
        agent: The agent in the path of `list_agent_tasks`; None for `list_tasks`.
        base: Parameters that confine it.
        own: Whether nobody but we can change what it holds.
        look: Opens tasks and tells their `internal_status`.
    """

    name: str
    api: Api
    agent: str | None
    base: dict[str, str]
    own: bool
    look: Callable[[list[Item]], Mapping[str, str | None]] = field(repr=False)
    _snapshot: Snapshot | None = field(default=None, repr=False)

    @property
    def operation(self) -> str:
        """Id of the operation."""
        return "list_tasks" if self.agent is None else "list_agent_tasks"

    @property
    def dated(self) -> bool:
        """Whether it takes dates."""
        return self.agent is None

    def filters(self) -> list[str]:
        """Return the filters that can be asked for within it."""
        return [
            name for name in FILTERS if name not in self.base and (name != "agent_id" or self.operation == "list_tasks")
        ]

    def ask(self, **query: str | int) -> Answer:
        """Ask for a page and return the answer, whatever it is."""
        __tracebackhide__ = True
        return self.api.call(self.operation, agent=self.agent or "", query={**self.base, **query})

    def page(self, **query: str | int) -> Page:
        """Ask for a page, which has to come."""
        __tracebackhide__ = True
        return _page(self.ask(**query))

    def pages(self, size: int = LARGEST_PAGE, **query: str | int) -> Iterator[Page]:
        """Ask for all pages, first to last, and for one more when the last one is full.

        A total that is too low must not hide what comes after it, nor one that is too high ask for ever.
        """
        __tracebackhide__ = True
        seen: set[str] = set()
        for number in range(1, MOST_PAGES):
            page = self.page(page=number, per_page=size, **query)
            seen.update(page.ids)
            yield page
            if not page.items:
                return
            if number * size >= page.total:
                if len(page.items) >= size:
                    beyond = self.ask(page=number + 1, per_page=size, **query)
                    # Whether a page past the end is a 200 is a claim of its own.
                    if beyond.status == 200 and not seen.issuperset(_page(beyond).ids):
                        yield _page(beyond)
                return

    def first(self, count: int, **query: str | int) -> Iterator[Page]:
        """Ask for the first pages, as far as there are any."""
        __tracebackhide__ = True
        page = self.page(per_page=LARGEST_PAGE, **query)
        yield page
        for number in range(2, min(count, page.total_pages) + 1):
            yield self.page(page=number, per_page=LARGEST_PAGE, **query)

    def walk(self, size: int = LARGEST_PAGE, **query: str | int) -> list[Item]:
        """Return the items of all pages joined."""
        __tracebackhide__ = True
        return [item for page in self.pages(size, **query) for item in page.items]

    def snapshot(self, *, fresh: bool = False) -> Snapshot:
        """Return what the scope holds, as it was when first read or, `fresh`, as it is now."""
        __tracebackhide__ = True
        if fresh or self._snapshot is None:
            items = list({item["id"]: item for item in self.walk()}.values())
            self._snapshot = Snapshot(items, self.look(items))
        return self._snapshot

    def settled(self, check: Callable[[Snapshot], None]) -> None:
        """Judge a claim on what the scope holds; while others change that, judge again.

        Raises:
            Broken: The claim is broken, and nothing has changed that could explain it.
        """
        __tracebackhide__ = True
        unexplained = 0
        for _ in range(ATTEMPTS):
            before = self.snapshot()
            try:
                return check(before)
            except Broken:
                after = self.snapshot(fresh=True)
                same = (after.state, after.internal) == (before.state, before.internal)
                unexplained += not _goes_on(before, after) if self.own else same
                # A task that others have added and taken away again leaves no trace, but does not do so twice.
                if unexplained == (1 if self.own else 2):
                    raise
        not_run(f"others changed the tasks of {self.name} in each of {ATTEMPTS} attempts")


def _goes_on(before: Snapshot, after: Snapshot) -> bool:
    """Tell whether a task that was paused has gone on; of our own, nothing else may change."""
    now = after.state
    paused = [task for task, item in before.state.items() if item["status"] == "paused" and task in now]
    return any(now[task]["status"] != "paused" for task in paused)


def _page(answer: Answer) -> Page:
    __tracebackhide__ = True
    body = answer.ok()
    return Page(body["items"], body["total"], body["page"], body["per_page"], body["total_pages"], answer)


def page_size(matches: int, pages: int) -> int:
    """Return the size of pages that a result takes so many of, or more if they would be too large."""
    return min(LARGEST_PAGE, max(1, -(-matches // pages)))


def created_at(item: Item) -> Instant | None:
    """Return when a task was created, if the list says so."""
    return parse(item["created_at"]) if item.get("created_at") else None
