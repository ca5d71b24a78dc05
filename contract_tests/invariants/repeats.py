"""Rules for lists that are read more than once."""

from collections import deque
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from ..contract.instants import parse_instant
from .history_rule import HistoryRules
from .observation import FINAL, LISTS, Observation
from .parameters import is_valid
from .rule import Violation
from .traffic import Traffic, brief

RULES = HistoryRules()
PAGING = ("page", "per_page")
MOST_TIES = 20_000
MOST_QUERIES = 2_000
KEPT_TOTALS = 3
# The clock of the server may differ from ours.
GRACE_SECONDS = 3600


def ties(seen: Observation) -> Iterator[tuple[str, str]]:
    """Yield the pairs of neighbours on a page that were created at the same instant."""
    for first, second in pairwise(seen.items):
        if first["created_at"] and first["created_at"] == second["created_at"] and first["id"] != second["id"]:
            yield first["id"], second["id"]


def query_key(seen: Observation) -> Any:
    """Return the list and its filters, without page and size."""
    filters = tuple(sorted((name, value) for name, value in seen.query if name not in PAGING))
    return seen.name, seen.agent_id, filters, seen.exchange.caller


def remember(traffic: Traffic, seen: Observation) -> None:
    """Add a page to what the rules of this module compare."""
    if seen.name not in LISTS or seen.status != 200 or seen.malformed:
        return
    exchange = brief(seen.exchange)
    for pair in ties(seen):
        traffic.ties.setdefault(pair, exchange)
    totals = traffic.totals.setdefault(query_key(seen), deque(maxlen=KEPT_TOTALS))
    totals.append((seen.answer["total"], exchange))
    while len(traffic.ties) > MOST_TIES:
        traffic.ties.popitem(last=False)
    while len(traffic.totals) > MOST_QUERIES:
        traffic.totals.popitem(last=False)


@RULES.add("META-3", "META-4")
def ties_keep_their_order(traffic: Traffic, seen: Observation) -> Iterator[Violation]:
    """Check that tasks which were created at the same instant always come in the same order."""
    for first, second in ties(seen):
        earlier = traffic.ties.get((second, first))
        if earlier:
            same_size = f"per_page={seen.answer['per_page']}" in earlier.request.url
            claim = "META-3" if same_size else "META-4"
            yield Violation(claim, f"{second} before {first}, as on an earlier page", "the other order", (earlier,))
            return


@RULES.add("PAGE-3", "PAGE-6", confirm=3)
def the_total_is_the_same_on_every_page(traffic: Traffic, seen: Observation) -> Iterator[Violation]:
    """Check that a page has the `total` of the pages before and after it, if those two agree."""
    if seen.name not in LISTS or seen.status != 200:
        return
    totals = traffic.totals.get(query_key(seen), ())
    if len(totals) < KEPT_TOTALS - 1:
        return
    (first, before), (middle, between) = list(totals)[-2:]
    calm = before.ended <= between.started and between.ended <= seen.exchange.started
    if calm and _is_confined(traffic, seen, before.started) and first == seen.answer["total"] != middle:
        claim = "PAGE-6" if middle == 0 else "PAGE-3"
        yield Violation(claim, f"total {first} on every page", f"total {middle} in between", (before, between))


def _is_confined(traffic: Traffic, seen: Observation, since: float) -> bool:
    """Check that nobody can have added tasks to a list: to the past, or to the sub-tasks of a task of this traffic."""
    if (seen.value("status") or "completed") not in FINAL or seen.value("internal_status"):
        return False
    until, parent = seen.value("to_date"), seen.value("parent_task_id")
    if seen.name == "list_tasks" and until and is_valid("to_date", until):
        return parse_instant(until).timestamp() < since - GRACE_SECONDS
    log = traffic.log(parent or "")
    if log.created is None or log.gone or traffic.is_in_flight(log.id):
        return False
    logs = [traffic.log(child) for child in log.children]
    writes = [*log.children.values(), *(each.gone for each in logs if each.gone)]
    writes += [write for each in logs for write in each.writes]
    return all(write.exchange.ended <= since for write in writes)
