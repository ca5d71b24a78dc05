"""Rules that compare an exchange with earlier ones."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .observation import Observation
from .rule import Violation
from .traffic import Traffic

Check = Callable[[Traffic, Observation], Iterator[Violation]]


@dataclass(frozen=True, slots=True)
class HistoryRule:
    """A rule for an exchange and those before it.

    Args:
        check: Returns the violations of an observation, given the traffic before it; it changes neither.
        claims: Ids of the claims that it can find broken.
        confirm: Violations of one claim that it takes before the first is reported; see `Rule`.
    """

    check: Check
    claims: tuple[str, ...]
    confirm: int = 1

    @property
    def name(self) -> str:
        """Name of the rule, which says what holds."""
        return self.check.__name__


class HistoryRules(list[HistoryRule]):
    """A list of rules that functions join by decoration."""

    def add(self, *claims: str, confirm: int = 1) -> Callable[[Check], Check]:
        """Return a decorator that adds a function to the list; the arguments are those of `HistoryRule`."""

        def decorate(check: Check) -> Check:
            self.append(HistoryRule(check, claims, confirm))
            return check

        return decorate
