"""Rules and the violations that they return."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from ..record.exchange import Exchange
from .observation import Observation


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule.

    Args:
        claim: Id of the broken claim.
        expected: What the claim promises in this case.
        actual: What the server did instead.
        earlier: Exchanges before the last one that show it, oldest first.
    """

    claim: str
    expected: str
    actual: str
    earlier: tuple[Exchange, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule for one exchange.

    Args:
        check: Returns the violations of an exchange.
        claims: Ids of the claims that it can find broken.
        operations: Ids of the operations that it is about.
        statuses: Statuses of the answers that it is about; empty means all.
        confirm: Violations of one claim that it takes before the first is reported; more than one where the answer of a
            healthy server may, rarely, look wrong because others write at the same time.
    """

    check: Callable[[Observation], Iterator[Violation]]
    claims: tuple[str, ...]
    operations: Collection[str]
    statuses: Collection[int] = ()
    confirm: int = 1

    @property
    def name(self) -> str:
        """Name of the rule, which says what holds."""
        return self.check.__name__

    def applies(self, seen: Observation) -> bool:
        """Check whether the rule is about an exchange."""
        return seen.name in self.operations and (not self.statuses or seen.status in self.statuses)


class Rules(list[Rule]):
    """A list of rules that functions join by decoration."""

    def add(
        self, *claims: str, operations: Collection[str], statuses: Collection[int] = (), confirm: int = 1
    ) -> Callable[[Callable[[Observation], Iterator[Violation]]], Callable[[Observation], Iterator[Violation]]]:
        """Return a decorator that adds a function to the list; the arguments are those of `Rule`."""

        def decorate(
            check: Callable[[Observation], Iterator[Violation]],
        ) -> Callable[[Observation], Iterator[Violation]]:
            self.append(Rule(check, claims, operations, statuses, confirm))
            return check

        return decorate
