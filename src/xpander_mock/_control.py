"""What a test or a person may do to a running mock."""

from typing import TYPE_CHECKING, Any

import msgspec

from xpander_mock._faults import Fault
from xpander_mock._given import given_task
from xpander_mock._limit import RateLimit
from xpander_mock._scripts import Script
from xpander_mock._seed import seed
from xpander_mock._times import format_instant, parse_instant

if TYPE_CHECKING:
    from xpander_mock._app import Mock

_SNAPSHOT_UP_TO = 10_000  # tasks; a larger history is made up again


class Control:
    """Changes a mock from outside the API.

    Args:
        mock: a mock that was just made.
    """

    def __init__(self, mock: "Mock") -> None:
        self.mock = mock
        self._first: bytes | None = None
        if mock.settings.data is None and mock.settings.tasks <= _SNAPSHOT_UP_TO:
            self._first = mock.store.snapshot()

    @property
    def shared(self) -> bool:
        """Whether other processes serve the same tasks; they know nothing of this one's clock, scripts and faults."""
        return self.mock.settings.workers > 1

    def state(self) -> dict[str, Any]:
        """What is kept and what is set."""
        mock = self.mock
        mock.service.settle_all()
        return {
            "time": format_instant(mock.clock.now()),
            "frozen": mock.clock.frozen,
            "tasks": mock.store.statuses(),
            "waiting": len(mock.service.bells),
            "scripts": mock.service.agents.scripts,
            "faults": mock.watch.faults.rules,
            "rate_limit": None if mock.limiter.limit is None else str(mock.limiter.limit),
        }

    def reset(self) -> None:
        """Back to the state in which the mock was started: tasks, clock, scripts, faults, limit, seen requests."""
        mock = self.mock
        if self._first is None:
            self.seed(mock.settings.tasks, mock.settings.seed)
        else:
            mock.store.restore(self._first)
        mock.service.agents.scripts.clear()
        mock.watch.faults.clear()
        mock.watch.forget()
        mock.limiter.limit = mock.settings.rate_limit
        mock.clock.reset()

    def seed(self, tasks: int, number: int) -> None:
        """Make up new tasks in place of all that are kept."""
        with self.mock.store.transaction():
            self.mock.store.clear()
            seed(self.mock.service, tasks, number)
        self.mock.service.bells.ring_all()

    def add_task(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Keep a task with the given fields; the task in full.

        Raises:
            ValueError: a field is unknown or has a wrong value.
        """
        service = self.mock.service
        task = given_task(service, fields)
        with service.store.transaction():
            if service.store.find(task.id) is not None:
                raise ValueError(f"expected an id that no task has, got {task.id!r}")
            service.save(task)
        return service.view_of(task)

    def set_clock(self, change: dict[str, Any]) -> dict[str, Any]:
        """Freeze, advance or reset the clock; how it stands then.

        Args:
            change: `freeze` true or a date-time, `advance` seconds, `reset` true; in this order.

        Raises:
            ValueError: it says something else.
        """
        clock = self.mock.clock
        if unknown := change.keys() - {"freeze", "advance", "reset"}:
            raise ValueError(f"expected freeze, advance or reset, got {', '.join(sorted(unknown))}")
        if freeze := change.get("freeze"):
            clock.freeze(None if freeze is True else parse_instant(freeze))
        if "advance" in change:
            clock.advance(msgspec.convert(change["advance"], float))
        if change.get("reset"):
            clock.reset()
        return {"time": format_instant(clock.now()), "frozen": clock.frozen}

    def add_script(self, script: Any) -> None:
        """Tell agents what to answer, before all scripts that were added earlier.

        Raises:
            ValueError: it is not a `Script`.
        """
        self.mock.service.agents.scripts.insert(0, msgspec.convert(script, Script))

    def clear_scripts(self) -> None:
        """Let agents answer by themselves."""
        self.mock.service.agents.scripts.clear()

    def add_fault(self, fault: Any) -> None:
        """Let calls go wrong by a rule.

        Raises:
            ValueError: it is not a `Fault`, or names an operation that does not exist.
        """
        rule = msgspec.convert(fault, Fault)
        operations = self.mock.service.contract.operations
        if rule.operation is not None and rule.operation not in operations:
            raise ValueError(f"expected an operation of {', '.join(operations)}, got {rule.operation!r}")
        self.mock.watch.faults.add(rule)

    def clear_faults(self) -> None:
        """Let no call go wrong any more."""
        self.mock.watch.faults.clear()

    def set_rate_limit(self, limit: str | None) -> None:
        """Set the rate limit, such as `100/60`, or take it away, and count from nothing.

        Raises:
            ValueError: it is not a rate limit.
        """
        self.mock.limiter.set(None if limit is None else RateLimit.parse(limit))

    def requests(self) -> list[dict[str, Any]]:
        """The last thousand requests to the API, oldest first."""
        return self.mock.watch.seen()

    def forget_requests(self) -> None:
        """Forget the requests that came."""
        self.mock.watch.forget()

    def save(self) -> bytes:
        """All tasks and agents."""
        return self.mock.store.snapshot()

    def load(self, snapshot: bytes) -> None:
        """Take up what `save` gave.

        Raises:
            NotADataFile: it is something else.
        """
        self.mock.store.restore(snapshot)
        self.mock.service.bells.ring_all()
