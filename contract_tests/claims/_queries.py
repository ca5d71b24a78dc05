"""Queries for hypothesis to choose from: what a scope holds, and what nearly matches it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from contract_tests.claims import _instants
from contract_tests.claims._scope import Scope, Snapshot, created_at
from contract_tests.claims._tasks import STATUSES

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
    ]
    return [other for other in dict.fromkeys(found) if other not in ("", value)]


@st.composite
def queries(draw: st.DrawFn, scope: Scope, held: Snapshot) -> dict[str, str]:
    """Return filters and dates, mostly such that some task of the scope passes them all."""
    query: dict[str, str] = {}
    if not held.items:
        return query
    pivot = draw(st.sampled_from(held.items))
    names = [name for name in scope.filters() if held.values(name) or name == "status"]
    for name in draw(st.lists(st.sampled_from(names), unique=True, max_size=MOST_FILTERS)) if names else []:
        own = held.value(pivot, name)
        choice = draw(st.sampled_from(["pivot"] * 5 + ["any"] * 3 + ["near"]))
        if choice == "pivot" and own:
            query[name] = own
        elif name == "status":
            query[name] = draw(st.sampled_from(STATUSES))
        elif choice == "near":
            query[name] = draw(st.sampled_from(near_misses(draw(st.sampled_from(held.values(name))))))
        else:
            query[name] = draw(st.sampled_from(held.values(name)))
    if scope.dated and draw(st.booleans()):
        query |= draw(dates(scope, held))
    return query


@st.composite
def dates(draw: st.DrawFn, scope: Scope, held: Snapshot) -> dict[str, str]:
    """Return one or two bounds at, just before or just after the creation of some task, written in any way."""
    query: dict[str, str] = {}
    instants = [instant for instant in map(created_at, held.items) if instant]
    if not instants:
        return query
    step = _instants.step(instants)
    for name in draw(st.lists(st.sampled_from(["from_date", "to_date"]), unique=True, min_size=1)):
        bound = draw(st.sampled_from(instants)) + draw(st.sampled_from([-step, timedelta(0), timedelta(0), step]))
        confined = scope.base.get(name)
        if confined:
            limit = _instants.parse(confined)
            bound = max(bound, limit) if name == "from_date" else min(bound, limit)
        query[name] = draw(st.sampled_from(_instants.spellings(bound)))
    return query
