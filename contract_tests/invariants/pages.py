"""Rules for one page of a list: its numbers, its size and its order."""

import re
from collections.abc import Iterator
from itertools import pairwise

from ..contract.instants import parse_instant
from .observation import LISTS, Observation
from .rule import Rules, Violation

RULES = Rules()
PLAIN_INTEGER = re.compile(r"[0-9]{1,9}", re.ASCII)
DEFAULTS = {"page": 1, "per_page": 20}


@RULES.add("PAGE-1", operations=LISTS, statuses=[200])
def page_and_per_page_come_back_as_asked(seen: Observation) -> Iterator[Violation]:
    """Check that `page` and `per_page` are those of the request, or 1 and 20."""
    for name, default in DEFAULTS.items():
        values = seen.values(name)
        if len(values) > 1 or (values and not PLAIN_INTEGER.fullmatch(values[0])):
            continue
        expected, actual = int(values[0]) if values else default, seen.answer[name]
        if expected != actual and expected >= 1:
            yield Violation("PAGE-1", f"{name} {expected}", f"{name} {actual}")


@RULES.add("PAGE-3", operations=LISTS, statuses=[200])
def total_pages_is_total_divided_by_per_page(seen: Observation) -> Iterator[Violation]:
    """Check that `total_pages` is `total` / `per_page`, rounded up."""
    total, size, actual = (seen.answer[name] for name in ("total", "per_page", "total_pages"))
    if size >= 1 and actual != -(-total // size):
        yield Violation(
            "PAGE-3", f"total_pages {-(-total // size)} for {total} tasks of {size} a page", f"total_pages {actual}"
        )


@RULES.add("PAGE-3", operations=LISTS, statuses=[200], confirm=2)
def total_counts_at_least_the_items_up_to_this_page(seen: Observation) -> Iterator[Violation]:
    """Check that `total` is not less than the items on this page and those before it."""
    page, size, total = (seen.answer[name] for name in ("page", "per_page", "total"))
    least = (page - 1) * size + len(seen.items)
    if seen.items and total < least:
        yield Violation("PAGE-3", f"a total of at least {least}", f"total {total}")


@RULES.add("PAGE-4", operations=LISTS, statuses=[200])
def a_page_holds_at_most_per_page_items(seen: Observation) -> Iterator[Violation]:
    """Check that a page has no more items than `per_page`."""
    asked = seen.value("per_page")
    size = int(asked) if asked and PLAIN_INTEGER.fullmatch(asked) else seen.answer["per_page"]
    if len(seen.items) > size >= 1:
        yield Violation("PAGE-4", f"at most {size} items", f"{len(seen.items)} items")


@RULES.add("PAGE-4", operations=LISTS, statuses=[200], confirm=2)
def a_page_holds_all_the_items_that_it_should(seen: Observation) -> Iterator[Violation]:
    """Check that every page but the last is full, and that the last one holds the rest."""
    page, size, total, pages = (seen.answer[name] for name in ("page", "per_page", "total", "total_pages"))
    if not 1 <= page <= pages or pages != -(-total // max(size, 1)):
        return
    expected = size if page < pages else total - (page - 1) * size
    if len(seen.items) < expected:
        yield Violation(
            "PAGE-4", f"{expected} items on page {page} of {pages}, with {total} in all", f"{len(seen.items)} items"
        )


@RULES.add("PAGE-5", operations=LISTS, statuses=[200])
def a_page_holds_each_task_once(seen: Observation) -> Iterator[Violation]:
    """Check that no task is on a page twice."""
    ids = [item["id"] for item in seen.items]
    if len(set(ids)) < len(ids):
        twice = sorted({task for task in ids if ids.count(task) > 1})
        yield Violation("PAGE-5", "each task once", f"more than once: {', '.join(twice[:3])}")


@RULES.add("PAGE-6", "PAGE-7", operations=LISTS, statuses=[200])
def a_page_past_the_end_is_empty(seen: Observation) -> Iterator[Violation]:
    """Check that a page after the last one has no items."""
    asked = seen.value("page")
    if asked is None or not re.fullmatch(r"[0-9]+", asked, re.ASCII) or not seen.items:
        return
    if len(asked) > 9:
        yield Violation("PAGE-7", "an empty page or a 422", f"{len(seen.items)} items")
    elif int(asked) > max(1, seen.answer["total_pages"]):
        yield Violation(
            "PAGE-6", f"no items after page {seen.answer['total_pages']}", f"{len(seen.items)} items on page {asked}"
        )


@RULES.add("PAGE-7", operations=LISTS, statuses=[500])
def a_huge_page_is_no_server_error(seen: Observation) -> Iterator[Violation]:
    """Check that a page number that no list can have is not a 500."""
    asked = seen.value("page")
    if asked and re.fullmatch(r"[0-9]{10,}", asked, re.ASCII):
        yield Violation("PAGE-7", "an empty page or a 422", "500")


@RULES.add("LIST-6", "LIST-6A", operations=LISTS, statuses=[200])
def items_come_newest_first(seen: Observation) -> Iterator[Violation]:
    """Check that items are sorted by `created_at`, newest first."""
    times = [item["created_at"] for item in seen.items if item["created_at"]]
    for newer, older in pairwise(times):
        if newer != older and parse_instant(newer) < parse_instant(older):
            claim = "LIST-6A" if seen.name == "list_tasks" else "LIST-6"
            yield Violation(claim, "newest first", f"{newer} before {older}")
            return
