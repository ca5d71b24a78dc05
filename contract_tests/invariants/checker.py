"""The rules applied to traffic, one exchange after another."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from urllib.parse import unquote, urlsplit

from ..contract.instants import UnreadableInstant
from ..contract.json_body import parse_json
from ..contract.openapi import find
from ..record.exchange import Exchange, SentRequest
from . import (
    conversations,
    families,
    invokes,
    items,
    lifetimes,
    organizations,
    pages,
    parameters,
    refusals,
    repeats,
    states,
    streams,
    tasks,
    threads,
)
from .history_rule import HistoryRule
from .observation import INVOKES, Observation, observe
from .rule import Rule, Violation
from .traffic import Traffic

WIRE_RULE = Rule(refusals.answer_is_documented, ("WIRE-1",), refusals.EVERY)
CREDENTIALS_RULE = Rule(refusals.wrong_credentials_are_a_401, ("AUTH-1",), refusals.EVERY)
RULES: tuple[Rule, ...] = (
    *pages.RULES,
    *parameters.RULES,
    *items.RULES,
    *tasks.RULES,
    *invokes.RULES,
    *streams.RULES,
    *threads.RULES,
    *refusals.RULES,
)
HISTORY_RULES: tuple[HistoryRule, ...] = (
    *lifetimes.RULES,
    *states.RULES,
    *conversations.RULES,
    *families.RULES,
    *organizations.RULES,
    *repeats.RULES,
)
AnyRule = Rule | HistoryRule
ALL_RULES: tuple[AnyRule, ...] = (WIRE_RULE, CREDENTIALS_RULE, *RULES, *HISTORY_RULES)


@dataclass(frozen=True, slots=True)
class Found:
    """A violation with the rule and the exchange that show it.

    Args:
        rule: Name of the rule.
        violation: The violation.
        exchange: The exchange.
    """

    rule: str
    violation: Violation
    exchange: Exchange


class Checker:
    """Applies all rules to each exchange, and reports each broken rule once for a claim and an operation.

    Args:
        base_path: Path of the API's root, empty or without a trailing slash.
    """

    def __init__(self, base_path: str) -> None:
        self._base_path = base_path
        self._seen: Counter[tuple[str, str, str]] = Counter()
        self.traffic = Traffic()

    def begin(self, number: int, request: SentRequest) -> None:
        """Note a request that was sent and not yet answered, because it may change a task.

        Args:
            number: Number of the request.
            request: The request.
        """
        path = urlsplit(request.url).path.removeprefix(self._base_path)
        operation = find(request.method, path)
        if operation is None or operation.method == "GET":
            return
        task: object = unquote(path.split("/")[3])
        if operation.id in INVOKES:
            body = parse_json(request.body)
            task = body.get("id") if isinstance(body, dict) else None
        self.traffic.begin(number, operation.id, task if isinstance(task, str) else None)

    def end(self, number: int, *, answered: bool) -> None:
        """Note that a request was answered, or that it never will be, so that its effect is not known."""
        self.traffic.end(number, answered=answered)

    def check(self, exchange: Exchange) -> list[Found]:
        """Return what is new in an exchange, and add the exchange to the history."""
        seen = observe(exchange, self._base_path)
        if seen is None:
            return []
        found = []
        for rule, violation in self._violations(seen):
            key = (rule.name, violation.claim, seen.name)
            self._seen[key] += 1
            if self._seen[key] == rule.confirm:
                found.append(Found(rule.name, violation, exchange))
        repeats.remember(self.traffic, seen)
        self.traffic.update(seen)
        return found

    def forget(self, rule: str, claim: str) -> None:
        """Report a broken rule again when it is next broken.

        Args:
            rule: Name of the rule.
            claim: Id of the claim that it breaks.
        """
        confirm = next(one.confirm for one in ALL_RULES if one.name == rule)
        for key, count in self._seen.items():
            if key[:2] == (rule, claim) and count >= confirm:
                self._seen[key] = confirm - 1

    def _violations(self, seen: Observation) -> Iterator[tuple[AnyRule, Violation]]:
        try:
            yield from violations(self.traffic, seen)
        except UnreadableInstant as error:  # a date-time by its form, such as one in the year 0000
            yield WIRE_RULE, Violation("WIRE-1", "dates and times that exist", str(error))


def violations(traffic: Traffic, seen: Observation) -> Iterator[tuple[AnyRule, Violation]]:
    """Yield each violation of an observation, given the traffic before it."""
    for rule in (WIRE_RULE, CREDENTIALS_RULE):
        yield from ((rule, violation) for violation in rule.check(seen))
    if seen.malformed:
        return
    for rule in _rules_for(seen.name, seen.status):
        yield from ((rule, violation) for violation in rule.check(seen))
    if seen.exchange.caller in ("nobody", "wrong"):
        return
    for history_rule in HISTORY_RULES:
        yield from ((history_rule, violation) for violation in history_rule.check(traffic, seen))


@cache
def _rules_for(operation: str, status: int) -> tuple[Rule, ...]:
    return tuple(
        rule for rule in RULES if operation in rule.operations and (not rule.statuses or status in rule.statuses)
    )


def claims_with_rules() -> dict[str, list[str]]:
    """Return the names of the rules that can find each claim broken."""
    found: dict[str, list[str]] = {}
    for rule in ALL_RULES:
        for claim in rule.claims:
            found.setdefault(claim, []).append(rule.name)
    return found
