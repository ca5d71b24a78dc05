"""Everything that a test or a person can do to a running mock."""

import time
from typing import Any

import msgspec

from xpander_mock.contract import Contract
from xpander_mock.control.sample_tasks import insert_samples
from xpander_mock.control.task_factory import make_task
from xpander_mock.http.faults import Fault, FaultRules
from xpander_mock.http.rate_limit import RateLimit, RateLimiter
from xpander_mock.http.request_log import RequestLog
from xpander_mock.rules.rules import Rules
from xpander_mock.rules.scripts import Script
from xpander_mock.rules.times import format_instant, parse_instant
from xpander_mock.settings import Settings
from xpander_mock.storage.start_state import StartState

_MAX_SNAPSHOT_TASKS = 10_000  # a larger history is generated again at a reset
_SAMPLES_LAST = 1_800_000_000  # microseconds after which running sample tasks have begun to end


class ResetRefused(Exception):
    """The data file held tasks when the mock was started, and nothing has allowed to replace them."""


class Control:
    """Changes a mock from outside the API.

    Args:
        settings: What the mock was started with.
        start: What its data file held then.
        contract: The documented operations and fields.
        rules: The parts that answer operations.
        limiter: The rate limit.
        faults: Which calls go wrong.
        log: The requests that came.
    """

    def __init__(
        self,
        settings: Settings,
        start: StartState,
        contract: Contract,
        rules: Rules,
        limiter: RateLimiter,
        faults: FaultRules,
        log: RequestLog,
    ) -> None:
        self.settings = settings
        self.contract = contract
        self._rules = rules
        self._limiter = limiter
        self._faults = faults
        self._log = log
        self._database = rules.repository.table.database
        self._start = start
        self._samples: bytes | None = None
        self._samples_made = 0
        self._keep_samples()

    @property
    def shared(self) -> bool:
        """Whether other processes serve the same tasks. This one's clock, scripts and faults do not reach them."""
        return self.settings.workers > 1

    def state(self) -> dict[str, Any]:
        """Return what is stored and what is set."""
        return self.settings_in_force() | {"tasks": self.count_by_status()}

    def count_by_status(self) -> dict[str, dict[str, int]]:
        """Return how many tasks each organization has in each status."""
        self._rules.repository.apply_due()
        return self._rules.repository.table.count_by_status()

    def settings_in_force(self) -> dict[str, Any]:
        """Return what is set, which costs little, however many tasks there are."""
        return {
            "time": format_instant(self._rules.clock.now()),
            "frozen": self._rules.clock.frozen,
            "waiting": len(self._rules.notifier),
            "scripts": self._rules.agents.scripts,
            "faults": self._faults.rules,
            "rate_limit": None if self._limiter.limit is None else str(self._limiter.limit),
        }

    def reset(self) -> None:
        """Restore the state in which the mock was started: tasks, clock, scripts, faults, limit, logged requests.

        Raises:
            ResetRefused: The data file held tasks then, and `allow_reset` is not set.
        """
        self._check_replaceable()
        self._rules.clock.reset()
        if self._start.held_tasks:
            self._start.restore(self._database)
        elif self._samples is None or self._rules.clock.now() - self._samples_made > _SAMPLES_LAST:
            self._replace_by_samples(self.settings.tasks, self.settings.seed)
            self._keep_samples()
        else:
            self._database.restore(self._samples)
        self._rules.notifier.notify_all()
        self._rules.agents.scripts.clear()
        self._faults.clear()
        self._log.clear()
        self._limiter.limit = self.settings.rate_limit

    def seed(self, tasks: int, number: int) -> None:
        """Replace all tasks by sample tasks.

        Args:
            tasks: How many.
            number: What they are generated from; the same number gives the same tasks.

        Raises:
            ResetRefused: The data file held tasks at the start, and `allow_reset` is not set.
        """
        self._check_replaceable()
        self._replace_by_samples(tasks, number)
        self._rules.notifier.notify_all()

    def _check_replaceable(self) -> None:
        if self._start.held_tasks and not self.settings.allow_reset:
            raise ResetRefused(
                f"{self.settings.data} held tasks when the mock was started: start it with --allow-reset to let them "
                "be replaced"
            )

    def _keep_samples(self) -> None:
        if self.settings.data is None and self.settings.tasks <= _MAX_SNAPSHOT_TASKS:
            self._samples, self._samples_made = self._database.snapshot(), self._rules.clock.now()

    def _replace_by_samples(self, tasks: int, number: int) -> None:
        with self._database.transaction():
            self._database.clear()
            insert_samples(self._rules.repository, self._rules.ownership.agents, tasks, number)

    def add_task(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Store a task with the given fields, and return it in full.

        Raises:
            ValueError: A field is unknown or has a wrong value.
        """
        repository = self._rules.repository
        task = make_task(repository, self.contract, fields)
        with repository.transaction():
            if repository.table.find(task.id) is not None:
                raise ValueError(f"expected an id that no task has, got {task.id!r}")
            repository.save(task)
        return repository.show(task)

    def set_clock(self, change: dict[str, Any]) -> dict[str, Any]:
        """Freeze, advance or reset the clock, and return how it stands then.

        Args:
            change: `freeze` true or a date-time, `advance` seconds, `reset` true; applied in this order.

        Raises:
            ValueError: A key or a value is something else.
        """
        clock = self._rules.clock
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
        """Add an answer for agents, which takes precedence over all scripts that were added earlier.

        Raises:
            ValueError: It is not a `Script`.
        """
        self._rules.agents.scripts.insert(0, msgspec.convert(script, Script))

    def clear_scripts(self) -> None:
        """Delete all scripts."""
        self._rules.agents.scripts.clear()

    def add_fault(self, fault: Any) -> None:
        """Add a rule by which calls go wrong.

        Raises:
            ValueError: It is not a `Fault`, or names an operation that does not exist.
        """
        rule = msgspec.convert(fault, Fault)
        operations = self.contract.operations
        if rule.operation is not None and rule.operation not in operations:
            raise ValueError(f"expected an operation of {', '.join(operations)}, got {rule.operation!r}")
        self._faults.add(rule)

    def clear_faults(self) -> None:
        """Delete all faults."""
        self._faults.clear()

    def set_rate_limit(self, limit: str | None) -> None:
        """Set the rate limit, such as `100/60s`, or remove it, and begin counting again.

        Raises:
            ValueError: It is not a rate.
        """
        self._limiter.set(None if limit is None else RateLimit.parse(limit))

    def requests(self) -> list[dict[str, Any]]:
        """Return the last thousand requests to the API, oldest first."""
        return self._log.requests()

    def newest_requests(self, count: int) -> list[dict[str, Any]]:
        """Return the last requests to the API without headers and bodies, newest first."""
        return self._log.newest(count)

    def find_request(self, number: int) -> dict[str, Any] | None:
        """Return the request of a number, None when it is no longer remembered."""
        return self._log.find(number)

    def requests_per_second(self) -> list[int]:
        """Return the number of requests in each of the last 60 seconds, oldest first."""
        return self._log.rate.last_minute(time.perf_counter())

    def forget_requests(self) -> None:
        """Clear the log of requests."""
        self._log.clear()

    def save(self) -> bytes:
        """Return all tasks and agents as a snapshot."""
        return self._database.snapshot()

    def load(self, snapshot: bytes) -> None:
        """Replace all tasks and agents by those of a snapshot.

        Raises:
            NotADataFile: The bytes are not a snapshot.
            ResetRefused: The data file held tasks at the start, and `allow_reset` is not set.
        """
        self._check_replaceable()
        self._database.restore(snapshot)
        self._rules.notifier.notify_all()
