"""Queries for hypothesis to choose from: what a scope holds, and what nearly matches it."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from contract_tests.claims import _instants
from contract_tests.claims._scope import FILTERS, Scope, Snapshot, created_at
from contract_tests.claims._tasks import STATUSES

Value = TypeVar("Value")
Generated = Callable[[Callable[..., Any]], Callable[..., None]]
MOST_FILTERS = 4


def near_misses(value: str) -> list[str]:
    """Return other values that a loose comparison takes for this one."""
    found = [
        value.swapcase(),
        value.upper(),
        value.lower(),
        value[:-1],
        value[1:],
        value[: len(value) // 2],
        f"{value}x",
        f"{value} ",
        f" {value}",
        f"{value[:-1]}%",
        f"{value[:-1]}_",
        f"{value[:-1]}*",
        "%",
        "*",
        ".*",
        f'"{value}"',
        unicodedata.normalize("NFD", value),
        unicodedata.normalize("NFC", value),
    ]
    return [other for other in dict.fromkeys(found) if other not in ("", value)]


@dataclass(frozen=True, slots=True)
class Choice:
    """What hypothesis chooses: numbers, which become a query once it is known what a list holds.

    What is drawn must not depend on what others may change meanwhile.

    Args:
        pivot: Which task's values to ask for.
        filters: Filters, and for each how to choose its value, and which.
        dates: Bounds, and for each at which task, how far from its creation, and how written.
        pages: How many pages to split the result into, at least.
    """

    pivot: int
    filters: list[tuple[str, str, int]]
    dates: list[tuple[str, int, int, int]]
    pages: int

    def query(self, scope: Scope, held: Snapshot) -> dict[str, str]:
        """Return filters and dates, mostly such that some task of the scope passes them all."""
        if not held.items:
            return {}
        query: dict[str, str] = {}
        pivot = _at(held.items, self.pivot)
        for name, how, number in self.filters:
            values: Sequence[str] = STATUSES if name == "status" else held.values(name)
            if name not in scope.filters() or not values:
                continue
            own = held.value(pivot, name)
            query[name] = own if own and how == "pivot" else _at(values, number)
            if how == "near" and name != "status":
                query[name] = _at(near_misses(query[name]), number // 7)
        return query | self.bounds(scope, held)

    def bounds(self, scope: Scope, held: Snapshot) -> dict[str, str]:
        """Return bounds at, just before or just after the creation of some task, written in any way."""
        instants = [instant for instant in map(created_at, held.items) if instant]
        if not scope.dated or not instants:
            return {}
        query: dict[str, str] = {}
        for name, number, steps, spelling in self.dates:
            bound = _at(instants, number) + steps * _instants.step(instants)
            confined = scope.base.get(name)
            if confined:
                limit = _instants.parse(confined)
                bound = max(bound, limit) if name == "from_date" else min(bound, limit)
            query[name] = _at(_instants.spellings(bound), spelling)
        return query


def unhurried(examples: int) -> settings:
    """Return settings for tests whose time goes into requests.

    Args:
        examples: How many to try.
    """
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        # What failed first is as good to read as a smaller one, which would cost many requests to find.
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
        print_blob=False,
    )


NUMBERS = st.integers(0, 9999)
BOUNDS = st.sampled_from(["from_date", "to_date"])


def choices(*, least_dates: int = 0) -> st.SearchStrategy[Choice]:
    """Return what hypothesis may choose."""
    filters = st.tuples(st.sampled_from(FILTERS), st.sampled_from(["pivot"] * 5 + ["any"] * 3 + ["near"]), NUMBERS)
    dates = st.tuples(BOUNDS, NUMBERS, st.sampled_from([0, 0, -1, 1]), NUMBERS)
    return st.builds(
        Choice,
        pivot=NUMBERS,
        filters=st.lists(filters, max_size=MOST_FILTERS, unique_by=lambda chosen: chosen[0]),
        dates=st.lists(dates, min_size=least_dates, max_size=2, unique_by=lambda chosen: chosen[0]),
        pages=st.integers(1, 8),
    )


def _at(values: Sequence[Value], number: int) -> Value:
    return values[number % len(values)]
