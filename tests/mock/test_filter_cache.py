"""Large tables count and page by the filter cache, with the same answers as by counting."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from xpander_mock import Parts
from xpander_mock.demo import EXAMPLE_AGENT, EXAMPLE_TASK
from xpander_mock.storage import task_table
from xpander_mock.storage.filter_cache import MAX_FILTERS
from xpander_mock.storage.filters import Filter
from xpander_mock.storage.task_table import TaskTable

from .caller import Caller, FrozenClock, make_rules


class LargeTable(TaskTable):
    """A table that uses its cache however few rows it has, unless it is told to count."""

    counting = False

    @property
    def large(self) -> bool:
        return not self.counting


@pytest.fixture
def caller(monkeypatch: pytest.MonkeyPatch) -> Iterator[Caller]:
    """A caller of rules whose table is large, and all of whose pages are far from the start."""
    monkeypatch.setattr(task_table, "_NEAR", -1)
    rules = make_rules(300, 0, Parts(clock=FrozenClock, table=LargeTable))
    yield Caller(rules)
    rules.repository.table.database.close()


def queries(chance: random.Random) -> dict[str, Any]:
    """Return the parameters of a random page of a random list."""
    choices: dict[str, list[str]] = {
        "agent_id": [EXAMPLE_AGENT, "nobody"],
        "status": ["pending", "executing", "completed", "stopped"],
        "user_id": ["user_42", "user_50"],
        "parent_task_id": [EXAMPLE_TASK],
        "from_date": ["2026-02-07T01:00:00Z", "2026-01-01T00:00:00Z"],
        "to_date": ["2026-02-07T02:00:00Z"],
    }
    asked: dict[str, Any] = {name: chance.choice(values) for name, values in choices.items() if chance.random() < 0.3}
    return asked | {"page": chance.randrange(1, 4), "per_page": chance.choice([1, 7, 50])}


@pytest.mark.parametrize("number", range(5))
def test_the_cache_agrees_with_counting_whatever_happens(caller: Caller, number: int) -> None:
    """PAGE-3, PAGE-5: while tasks are created, run, stopped and deleted, pages and totals equal counted ones."""
    chance = random.Random(number)
    lists = [queries(chance) for _ in range(12)]
    made: list[str] = []
    for _ in range(300):
        action = chance.choice(["invoke", "sub", "again", "stop", "delete", "advance"])
        if action == "invoke" or not made:
            made.append(caller.invoke(input={"text": "x", "user": {"id": "user_42", "email": "a@example.com"}})["id"])
        elif action == "sub":
            made.append(caller.invoke(parent_execution_id=chance.choice([EXAMPLE_TASK, made[-1]]))["id"])
        elif action == "again":
            caller.invoke(id=chance.choice(made))
        elif action == "stop":
            caller.stop(chance.choice(made))
        elif action == "delete":
            caller.delete(chance.choice(made))
            made = [task_id for task_id in made if caller.rules.repository.table.find(task_id)]
        else:
            caller.advance(chance.choice([0.5, 1, 2]))
        asked = chance.choice(lists)
        assert caller.page(**asked) == counted(caller, asked)


def test_what_was_rolled_back_is_not_counted(caller: Caller) -> None:
    """A change that is rolled back leaves totals as they were."""
    before = caller.page()
    with pytest.raises(RuntimeError):
        fail_after_invoke(caller)
    assert caller.page() == before


def fail_after_invoke(caller: Caller) -> None:
    with caller.rules.repository.transaction():
        caller.invoke()
        raise RuntimeError


def counted(caller: Caller, asked: dict[str, Any]) -> dict[str, Any]:
    """Return the page as a table gives it that counts each time."""
    table = caller.rules.repository.table
    assert isinstance(table, LargeTable)
    table.counting = True
    try:
        return caller.page(**asked)
    finally:
        table.counting = False


def test_the_cache_is_updated_and_not_rebuilt(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """A filter is counted once; changes are followed without counting again."""
    total = caller.page(status="pending")["total"]

    def never(chosen: Filter) -> int:
        raise AssertionError(f"counted again: {chosen}")

    monkeypatch.setattr(caller.rules.repository.table.filters, "count", never)
    task_id = caller.invoke()["id"]
    assert caller.page(status="pending")["total"] == total + 1
    assert caller.ids(status="pending")[0] == task_id
    caller.advance(1)
    assert caller.page(status="pending")["total"] == total


def test_the_cache_does_not_grow_without_bound(caller: Caller) -> None:
    """Only the filters used last are cached."""
    for number in range(100):
        caller.page(user_id=f"user_{number}")
    assert len(caller.rules.repository.table.cache) == MAX_FILTERS
