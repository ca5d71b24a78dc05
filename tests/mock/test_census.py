"""Large stores count and page by what they remember, with the same answers as by counting."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from xpander_mock import Clock, _store
from xpander_mock._agents import Agents
from xpander_mock._contract import load_contract
from xpander_mock._keys import DEMO_ORGANIZATION
from xpander_mock._seed import EXAMPLE_AGENT, EXAMPLE_TASK, seed
from xpander_mock._service import Service
from xpander_mock._store import Filter, Store

from .rules import Rules


class Large(Store):
    """A store that takes itself for large."""

    counting = False

    @property
    def large(self) -> bool:
        return not self.counting


@pytest.fixture
def rules(monkeypatch: pytest.MonkeyPatch) -> Iterator[Rules]:
    """A large store all of whose pages are far."""
    monkeypatch.setattr(_store, "_NEAR", -1)
    clock = Clock()
    clock.freeze()
    service = Service(Large(), clock, Agents(pending=1, executing=2), load_contract())
    seed(service, 300, 0)
    yield Rules(service, DEMO_ORGANIZATION, EXAMPLE_AGENT)
    service.store.close()


def queries(chance: random.Random) -> dict[str, Any]:
    """A random page of a random list."""
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
def test_a_census_agrees_with_counting_whatever_happens(rules: Rules, number: int) -> None:
    """PAGE-3, PAGE-5: while tasks come, run, end, are stopped and deleted, pages and totals are as if counted then."""
    chance = random.Random(number)
    lists = [queries(chance) for _ in range(12)]
    made: list[str] = []
    for _ in range(300):
        action = chance.choice(["invoke", "sub", "again", "stop", "delete", "advance"])
        if action == "invoke" or not made:
            made.append(rules.invoke(input={"text": "x", "user": {"id": "user_42", "email": "a@example.com"}})["id"])
        elif action == "sub":
            made.append(rules.invoke(parent_execution_id=chance.choice([EXAMPLE_TASK, made[-1]]))["id"])
        elif action == "again":
            rules.invoke(id=chance.choice(made))
        elif action == "stop":
            rules.stop(chance.choice(made))
        elif action == "delete":
            rules.delete(chance.choice(made))
            made = [task_id for task_id in made if rules.service.store.find(task_id)]
        else:
            rules.advance(chance.choice([0.5, 1, 2]))
        asked = chance.choice(lists)
        assert rules.page(**asked) == counted(rules, asked)


def test_what_was_rolled_back_is_not_counted(rules: Rules) -> None:
    """A change that fails in the end leaves totals as they were."""
    before = rules.page()
    with pytest.raises(RuntimeError):
        fail_after_invoke(rules)
    assert rules.page() == before


def fail_after_invoke(rules: Rules) -> None:
    with rules.service.store.transaction():
        rules.invoke()
        raise RuntimeError


def counted(rules: Rules, asked: dict[str, Any]) -> dict[str, Any]:
    """The page as a store gives it that counts each time."""
    store = rules.service.store
    assert isinstance(store, Large)
    store.counting = True
    try:
        return rules.page(**asked)
    finally:
        store.counting = False


def test_a_census_is_kept_up_and_not_made_anew(rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    """A filter is counted once; changes are followed without counting again."""
    total = rules.page(status="pending")["total"]

    def never(chosen: Filter) -> int:
        raise AssertionError(f"counted again: {chosen}")

    monkeypatch.setattr(rules.service.store, "count_rows", never)
    task_id = rules.invoke()["id"]
    assert rules.page(status="pending")["total"] == total + 1
    assert rules.ids(status="pending")[0] == task_id
    rules.advance(1)
    assert rules.page(status="pending")["total"] == total


def test_a_census_does_not_grow_without_bound(rules: Rules) -> None:
    """Only the filters used last are remembered."""
    for number in range(100):
        rules.page(user_id=f"user_{number}")
    assert len(rules.service.store._census._selections) <= 32
