"""Generated queries: values that occur in a scope, and values that nearly match them."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from . import _instants
from ._scope import FILTERS, Scope, Snapshot, created_at
from ._task_factory import STATUSES

Value = TypeVar("Value")
Generated = Callable[[Callable[..., Any]], Callable[..., None]]
MOST_FILTERS = 4


def near_misses(value: str) -> list[str]:
    """Return values that a loose comparison would confuse with this one."""
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
    """Numbers that hypothesis draws, and that become a query once the tasks of a list are known.

    The draw itself must not depend on tasks that others may change.

    Args:
        pivot: Number of the task whose values to filter by.
        filters: Name of each filter, how to choose its value, and a number that chooses it.
        dates: Name of each bound, the number of a task, steps from its creation, and the spelling of the instant.
        pages: The least number of pages to split the result into.
    """

    pivot: int
    filters: list[tuple[str, str, int]]
    dates: list[tuple[str, int, int, int]]
    pages: int

    def query(self, scope: Scope, snapshot: Snapshot) -> dict[str, str]:
        """Return filters and dates that mostly match at least one task of the scope."""
        if not snapshot.items:
            return {}
        query: dict[str, str] = {}
        pivot = _at(snapshot.items, self.pivot)
        for name, how, number in self.filters:
            values: Sequence[str] = STATUSES if name == "status" else snapshot.values(name)
            if name not in scope.filters() or not values:
                continue
            own = snapshot.value(pivot, name)
            query[name] = own if own and how == "pivot" else _at(values, number)
            if how == "near" and name != "status":
                query[name] = _at(near_misses(query[name]), number // 7)
        return query | self.bounds(scope, snapshot)

    def bounds(self, scope: Scope, snapshot: Snapshot) -> dict[str, str]:
        """Return bounds at, just before or just after the creation of a task, in any spelling."""
        instants = [instant for instant in map(created_at, snapshot.items) if instant]
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


def hypothesis_settings(examples: int) -> settings:
    """Return settings for tests that spend their time on requests.

    Args:
        examples: Number of examples to try.
    """
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        # Shrinking a failure would cost many requests, and the first one is as easy to read.
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
        print_blob=False,
    )


NUMBERS = st.integers(0, 9999)
BOUNDS = st.sampled_from(["from_date", "to_date"])


def choices(*, least_dates: int = 0) -> st.SearchStrategy[Choice]:
    """Return a strategy for queries.

    Args:
        least_dates: The least number of date bounds.
    """
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
