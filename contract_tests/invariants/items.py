"""Rules for the items of a list: they match the query, and their values make sense."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from ..contract.instants import parse_instant
from .observation import LISTS, Observation
from .parameters import DATES, is_valid
from .rule import Rules, Violation

RULES = Rules()
FILTERS = ("user_id", "agent_id", "parent_task_id", "triggering_agent_id", "status")
MICROSECOND = timedelta(microseconds=1)


@RULES.add("LIST-1", "LIST-2", "LIST-10", "LIST-11", "LIST-12", operations=LISTS, statuses=[200])
def items_have_the_values_of_the_filters(seen: Observation) -> Iterator[Violation]:
    """Check that every item has exactly the value of each filter."""
    names = [name for name in FILTERS if name in seen.operation.parameters and seen.value(name) is not None]
    names = [name for name in names if not (name == "agent_id" and seen.agent_id)]
    for name in names:
        wanted = str(seen.value(name))
        for item in seen.items:
            if item[name] != wanted:
                claim = _claim(wanted, item[name], len(names))
                yield Violation(claim, f"only tasks with {name} {wanted!r}", f"task {item['id']} with {item[name]!r}")
                break


def _claim(wanted: str, actual: str | None, filters: int) -> str:
    if not wanted:
        return "LIST-11" if actual else "LIST-12"
    if actual and _is_loosely_equal(wanted, actual):
        return "LIST-10"
    return "LIST-2" if filters > 1 else "LIST-1"


def _is_loosely_equal(wanted: str, actual: str) -> bool:
    first, second = (unicodedata.normalize("NFC", text).casefold().strip() for text in (wanted, actual))
    return first == second or second.startswith(first) or bool(re.search(r"[%*_]", wanted))


@RULES.add("AGENT-1", operations=["list_agent_tasks"], statuses=[200])
def items_are_of_the_agent_in_the_path(seen: Observation) -> Iterator[Violation]:
    """Check that every item's `agent_id` is the one in the path."""
    for item in seen.items:
        if item["agent_id"] != seen.agent_id:
            yield Violation(
                "AGENT-1", f"only tasks of agent {seen.agent_id}", f"task {item['id']} of {item['agent_id']}"
            )
            return


@RULES.add("LIST-4", operations=["list_tasks"], statuses=[200])
def items_lie_between_the_dates(seen: Observation) -> Iterator[Violation]:
    """Check that every item was created between `from_date` and `to_date`, both included."""
    for name in DATES:
        text = seen.value(name)
        if text is None or not is_valid(name, text):
            continue
        # Python drops digits after the sixth, so that the bound may lie up to a microsecond later.
        bound = parse_instant(text)
        if name == "to_date" and re.search(r"\.[0-9]{7}", text):
            bound += MICROSECOND
        for item in seen.items:
            if not item["created_at"]:
                continue
            created = parse_instant(item["created_at"])
            if created < bound if name == "from_date" else created > bound:
                yield Violation("LIST-4", f"only tasks with {name} {text}", f"a task created at {item['created_at']}")
                break


@RULES.add("LIST-7", operations=LISTS, statuses=[200])
def items_are_of_one_organization(seen: Observation) -> Iterator[Violation]:
    """Check that all items of a page belong to the same organization."""
    owners = {item["organization_id"] for item in seen.items}
    if len(owners) > 1 or "" in owners:
        yield Violation("LIST-7", "tasks of the caller's organization alone", f"organizations {sorted(owners)}")


@RULES.add("LIST-8", operations=LISTS, statuses=[200])
def completed_items_have_a_result(seen: Observation) -> Iterator[Violation]:
    """Check that every completed item has a `result`."""
    yield from _first(seen, "LIST-8", "a result in every completed task", _lacks_result)


@RULES.add("LIST-9", operations=LISTS, statuses=[200])
def items_are_not_updated_before_they_are_created(seen: Observation) -> Iterator[Violation]:
    """Check that `updated_at` is not before `created_at`."""
    yield from _first(seen, "LIST-9", "updated_at not before created_at", _is_updated_too_early)


def _lacks_result(item: dict[str, Any]) -> bool:
    return item["status"] == "completed" and item["result"] is None


def _is_updated_too_early(item: dict[str, Any]) -> bool:
    created, updated = item["created_at"], item["updated_at"]
    return bool(created and updated) and parse_instant(updated) < parse_instant(created)


def _first(seen: Observation, claim: str, expected: str, is_wrong: Any) -> Iterator[Violation]:
    for item in seen.items:
        if is_wrong(item):
            yield Violation(claim, expected, f"{item}")
            return
