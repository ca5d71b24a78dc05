"""Parts of the task list that are stable enough to check.

A scope is a list operation with fixed parameters: the sub-tasks of one of the run's own tasks, a window of dates in the
past, or one agent. Tests add their parameters to those, so that tasks which others create, stop or delete at the same
time do not upset them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..report.violation import not_run
from ._answers import Answer, ClaimViolation
from ._instants import Instant, parse
from .api import Api, Query

Item = dict[str, Any]
FILTERS = ("user_id", "agent_id", "parent_task_id", "triggering_agent_id", "status", "internal_status")
SHOWN_FILTERS = FILTERS[:-1]
LARGEST_PAGE = 50
# Whose tasks, and which list; the fixture `scope` creates them.
SEEDED_SCOPES = ("seeded-list_tasks", "seeded-list_agent_tasks")
EXISTING_SCOPES = ("existing-list_tasks", "existing-list_agent_tasks")
SCOPES = (*SEEDED_SCOPES, *EXISTING_SCOPES)
DATED_SCOPES = ("seeded-list_tasks", "existing-list_tasks")
ATTEMPTS = 4
MOST_PAGES = 400


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list, as answered.

    Args:
        items: Tasks on this page.
        total: Number of tasks on all pages.
        page: Number of this page.
        per_page: Size of a page.
        total_pages: Number of pages.
        answer: The whole answer.
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
    """The tasks of a scope at one time.

    Args:
        items: The tasks, in the order of the list.
        internal: The `internal_status` of each task that was fetched, by its id.
    """

    items: list[Item]
    internal: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def state(self) -> dict[str, Item]:
        """The tasks by id, for comparing snapshots regardless of order."""
        return {item["id"]: item for item in self.items}

    def value(self, item: Item, name: str) -> str | None:
        """Return the value of a task that a filter compares with."""
        value: str | None = self.internal[item["id"]] if name == "internal_status" else item.get(name)
        return value

    def values(self, name: str) -> list[str]:
        """Return the values that occur for a filter, each once, in the order of the list."""
        if name == "internal_status" and not self.knows_internal:
            return []
        found = (self.value(item, name) for item in self.items)
        return list(dict.fromkeys(value for value in found if value))

    @property
    def knows_internal(self) -> bool:
        """Whether every task was fetched, so that `internal_status` is known."""
        return all(item["id"] in self.internal for item in self.items)

    def matching(self, query: Query) -> list[str]:
        """Return the ids of the tasks that match the filters and dates of a query."""
        return [item["id"] for item in self.items if self._matches(item, query)]

    def _matches(self, item: Item, query: Query) -> bool:
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
    """A list operation with fixed parameters.

    Args:
        name: Name for reports.
        api: The operations.
        agent: Agent in the path of `list_agent_tasks`; None for `list_tasks`.
        base: The fixed parameters.
        own: Whether the run alone can change its tasks.
        look: Fetches tasks and returns their `internal_status` by id.
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
        """Id of the list operation."""
        return "list_tasks" if self.agent is None else "list_agent_tasks"

    @property
    def dated(self) -> bool:
        """Whether the operation takes dates."""
        return self.agent is None

    def filters(self) -> list[str]:
        """Return the filters that are not among the fixed parameters."""
        return [
            name for name in FILTERS if name not in self.base and (name != "agent_id" or self.operation == "list_tasks")
        ]

    def ask(self, **query: str | int) -> Answer:
        """Request a page and return the answer, whatever its status."""
        __tracebackhide__ = True
        return self.api.call(self.operation, agent=self.agent or "", query={**self.base, **query})

    def page(self, **query: str | int) -> Page:
        """Request a page that must be a 200."""
        __tracebackhide__ = True
        return _page(self.ask(**query))

    def pages(self, size: int = LARGEST_PAGE, **query: str | int) -> Iterator[Page]:
        """Request all pages, first to last, and one more if the last one is full.

        A total that is too low must not hide later pages, and one that is too high must not cause endless requests.
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
                    # Whether a page past the end is a 200 is another claim, PAGE-6.
                    if beyond.status == 200 and not seen.issuperset(_page(beyond).ids):
                        yield _page(beyond)
                return

    def first(self, count: int, **query: str | int) -> Iterator[Page]:
        """Request the first pages, at most `count`."""
        __tracebackhide__ = True
        page = self.page(per_page=LARGEST_PAGE, **query)
        yield page
        for number in range(2, min(count, page.total_pages) + 1):
            yield self.page(page=number, per_page=LARGEST_PAGE, **query)

    def walk(self, size: int = LARGEST_PAGE, **query: str | int) -> list[Item]:
        """Return the items of all pages."""
        __tracebackhide__ = True
        return [item for page in self.pages(size, **query) for item in page.items]

    def snapshot(self, *, fresh: bool = False) -> Snapshot:
        """Return the tasks of the scope: as first read, or with `fresh` as they are now."""
        __tracebackhide__ = True
        if fresh or self._snapshot is None:
            items = list({item["id"]: item for item in self.walk()}.values())
            self._snapshot = Snapshot(items, self.look(items))
        return self._snapshot

    def run_check(self, check: Callable[[Snapshot], None]) -> None:
        """Run a check on the tasks of the scope; repeat it if others changed them meanwhile.

        Raises:
            ClaimViolation: The check fails, and no change of the tasks explains it.
        """
        __tracebackhide__ = True
        unexplained = 0
        for _ in range(ATTEMPTS):
            before = self.snapshot()
            try:
                return check(before)
            except ClaimViolation:
                after = self.snapshot(fresh=True)
                same = (after.state, after.internal) == (before.state, before.internal)
                unexplained += not _has_resumed(before, after) if self.own else same
                # A task that others added and deleted in between leaves no trace, but hardly twice in a row.
                if unexplained == (1 if self.own else 2):
                    raise
        not_run(f"others changed the tasks of {self.name} in each of {ATTEMPTS} attempts")


def _has_resumed(before: Snapshot, after: Snapshot) -> bool:
    """Check whether a paused task has resumed; nothing else may change among the run's own tasks."""
    now = after.state
    paused = [task for task, item in before.state.items() if item["status"] == "paused" and task in now]
    return any(now[task]["status"] != "paused" for task in paused)


def _page(answer: Answer) -> Page:
    __tracebackhide__ = True
    body = answer.ok()
    return Page(body["items"], body["total"], body["page"], body["per_page"], body["total_pages"], answer)


def page_size(matches: int, pages: int) -> int:
    """Return the page size that splits a result into a number of pages, or into more if 50 would not be enough."""
    return min(LARGEST_PAGE, max(1, -(-matches // pages)))


def created_at(item: Item) -> Instant | None:
    """Return when a task was created, or None if the list does not say."""
    return parse(item["created_at"]) if item.get("created_at") else None
