"""Everything that a test or a person can do to a running mock."""

import time
from typing import Any

import msgspec

from xpander_mock.contract import Contract
from xpander_mock.control.sample_tasks import fill
from xpander_mock.control.task_factory import make_task
from xpander_mock.control.world_export import export_tasks
from xpander_mock.http.authentication import Authentication
from xpander_mock.http.faults import Fault, FaultRules
from xpander_mock.http.rate_limit import RateLimit, RateLimiter
from xpander_mock.http.request_log import RequestLog
from xpander_mock.rules.rules import Rules
from xpander_mock.rules.scripts import Script
from xpander_mock.rules.times import EARLIEST, LATEST, format_instant, parse_instant
from xpander_mock.settings import Settings
from xpander_mock.storage.start_state import StartState
from xpander_mock.world import Agent, Organization, World, WorldError, make_world

_MAX_SNAPSHOT_TASKS = 10_000  # a larger history is generated again at a reset
_MAX_SAMPLES = 5_000_000  # a few minutes, and some gigabytes
_HOURS_LEFT = 31_536_000_000_000  # a year in microseconds, in which tasks that begin at the end of the clock can end
_MINIMAL_TASK = {"id": "", "agent_id": "", "organization_id": "", "input": {}, "created_at": "1970-01-01T00:00:00Z"}
# What the mock itself says of a task, and a script cannot.
_NOT_SCRIPTED = frozenset(_MINIMAL_TASK) | {
    "status",
    "started_at",
    "paused_at",
    "finished_at",
    "result",
    "parent_execution",
    "sub_executions",
    "finished_sub_executions",
    "is_manually_stopped",
    "source",
    "title",
    "triggering_agent_id",
    "tokens",
    "internal_status",
}
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
        authentication: Who calls.
        new: Whether the database was empty until now, so that the world's tasks are still to be added.

    Raises:
        WorldError: The world has a task, script, fault or clock that is not valid.
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
        authentication: Authentication,
        *,
        new: bool,
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
        self._authentication = authentication
        self._world = settings.world or World()
        self._apply_world(tasks=new)
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
        refilled = False
        if self._start.held_tasks:
            self._start.restore(self._database)
        elif self._samples is None or self._rules.clock.now() - self._samples_made > _SAMPLES_LAST:
            self._replace_by_samples(self.settings.tasks, self.settings.seed)
            refilled = True
        else:
            self._database.restore(self._samples, own=True)
        self._rules.notifier.notify_all()
        self._rules.agents.clear_scripts()
        self._faults.clear()
        self._log.clear()
        self._limiter.limit = self.settings.rate_limit
        self._apply_world(tasks=refilled)
        if refilled:
            self._keep_samples()

    def seed(self, tasks: int, number: int = 0) -> None:
        """Replace all tasks by sample tasks.

        Args:
            tasks: How many.
            number: What they are generated from; the same number gives the same tasks.

        Raises:
            ResetRefused: The data file held tasks at the start, and `allow_reset` is not set.
            ValueError: A number is out of bounds.
        """
        if not 0 <= tasks <= _MAX_SAMPLES or not 0 <= number < 2**63:
            raise ValueError(f"expected `tasks` from 0 to {_MAX_SAMPLES} and `number` of 0 or more")
        if self._world.organizations:
            raise ValueError("sample tasks are for the demo organizations, and this mock has others")
        self._check_replaceable()
        self._replace_by_samples(tasks, number)
        self._rules.notifier.notify_all()

    def _check_replaceable(self) -> None:
        if self._start.held_tasks and not self.settings.allow_reset:
            raise ResetRefused(
                f"{self.settings.data} held tasks when the mock was started: start it with --allow-reset to let them "
                "be replaced"
            )

    def world(self) -> dict[str, Any]:
        """Return the present state as a world: each task with its latest turn, running ones without their answer."""
        organizations: dict[str, Organization] = {}
        for kind in ("api_keys", "bearer_tokens"):
            for credential, organization in getattr(self._authentication, kind).items():
                known = organizations.setdefault(organization, Organization(id=organization))
                getattr(known, kind).append(credential)
        order = [agent.id for known in self._world.all_organizations for agent in known.agents]
        agents = self._rules.ownership.agents.all()
        agents.sort(key=lambda agent: order.index(agent[0]) if agent[0] in order else len(order))
        for agent, organization, name in agents:
            known = organizations.setdefault(organization, Organization(id=organization))
            known.agents.append(Agent(id=agent, name=name))
        set_now = self.settings_in_force()
        world = World(
            organizations=list(organizations.values()),
            clock={"freeze": set_now["time"]} if set_now["frozen"] else {},
            rate_limit=set_now["rate_limit"],
            tasks=export_tasks(self._rules.repository, self.contract.blank("Task")),
        )
        exported: dict[str, Any] = msgspec.to_builtins(world)
        return exported | {name: msgspec.to_builtins(set_now[name]) for name in ("scripts", "faults")}

    def set_world(self, value: Any) -> None:
        """Replace organizations, credentials, agents, tasks, scripts, faults, clock and limit; a reset returns to them.

        Raises:
            ResetRefused: The data file held tasks at the start, and `allow_reset` is not set.
            WorldError: The value is not a world.
        """
        world, before = make_world(value), self._world
        self._check_replaceable()
        self._world = world
        try:
            self._begin_world()
        except WorldError:
            self._world = before
            self._begin_world()
            raise

    def _begin_world(self) -> None:
        self._authentication.set_organizations(self._world.all_organizations)
        self._rules.clock.reset()
        self._rules.agents.clear_scripts()
        self._faults.clear()
        self._limiter.limit = self.settings.rate_limit
        self._replace_by_samples(self.settings.tasks, self.settings.seed)
        self._apply_world(tasks=True)
        self._keep_samples()
        self._rules.notifier.notify_all()

    def _apply_world(self, *, tasks: bool) -> None:
        place = "clock"
        try:
            self.set_clock(self._world.clock)
            place = "rate_limit"
            if self._world.rate_limit is not None:
                self.set_rate_limit(self._world.rate_limit)
            for name, add in (("tasks", self.add_task), ("scripts", self.add_script), ("faults", self.add_fault)):
                for number, item in enumerate(getattr(self._world, name) if tasks or name != "tasks" else ()):
                    place = f"{name}[{number}]"
                    add(item)
        except (ValueError, TypeError) as error:
            raise WorldError(f"{place}: {error}") from error

    def _keep_samples(self) -> None:
        if self.settings.data is None and self.settings.tasks <= _MAX_SNAPSHOT_TASKS:
            self._samples, self._samples_made = self._database.snapshot(), self._rules.clock.now()

    def _replace_by_samples(self, tasks: int, number: int) -> None:
        with self._database.transaction():
            self._database.clear()
            fill(self._rules.repository, self._rules.ownership.agents, self._world, tasks, number)

    def add_task(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Store a task with the given fields, and return it in full.

        Raises:
            ValueError: A field is unknown or has a wrong value.
        """
        repository = self._rules.repository
        task = make_task(repository, self.contract, self._world.all_organizations[0], fields)
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
        freeze = change.get("freeze")
        at = parse_instant(freeze) if isinstance(freeze, str) else clock.now()
        seconds = msgspec.convert(change.get("advance", 0), float)
        if not (freeze is None or isinstance(freeze, bool | str)) or not isinstance(change.get("reset", False), bool):
            raise ValueError("expected `freeze` of true or a date-time, and `reset` of true")
        if seconds < 0:
            raise ValueError(f"a clock advances by 0 seconds or more, got {seconds}")
        if not (seconds < 1e12 and EARLIEST <= at <= at + seconds * 1_000_000 < LATEST - _HOURS_LEFT):
            raise ValueError(f"expected a time within the years 1 to 9998, got {change}")
        if freeze:
            clock.freeze(at if isinstance(freeze, str) else None)
        if seconds:
            clock.advance(seconds)
        if change.get("reset"):
            clock.reset()
        return {"time": format_instant(clock.now()), "frozen": clock.frozen}

    def add_script(self, script: Any) -> None:
        """Add an answer for agents.

        Raises:
            ValueError: It is not a `Script`, or sets a field to a value that the contract does not allow.
        """
        answer = msgspec.convert(script, Script)
        settable = self.contract.names("Task") - _NOT_SCRIPTED
        if unknown := answer.fields.keys() - settable:
            raise ValueError(f"expected `fields` of {', '.join(sorted(settable))}, got {', '.join(sorted(unknown))}")
        self.contract.check("Task", _MINIMAL_TASK | answer.fields)
        self._rules.agents.add_script(answer)

    def unused(self) -> dict[str, Any]:
        """Return the scripts and the faults that no request has used."""
        return {"scripts": self._rules.agents.unused_scripts(), "faults": self._faults.unused()}

    def clear_scripts(self) -> None:
        """Delete all scripts."""
        self._rules.agents.clear_scripts()

    def add_fault(self, fault: Any) -> None:
        """Add a rule by which calls go wrong.

        Raises:
            ValueError: It is not a `Fault`, or names an operation that does not exist.
        """
        rule = msgspec.convert(fault, Fault)
        self._check_operation(rule.operation)
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

    def requests(self, operation: str | None = None) -> list[dict[str, Any]]:
        """Return the last thousand requests to the API, or those of one operation, oldest first.

        Raises:
            ValueError: There is no such operation.
        """
        self._check_operation(operation)
        return [request for request in self._log.requests() if operation in (None, request["operation"])]

    def _check_operation(self, operation: str | None) -> None:
        operations = self.contract.operations
        if operation is not None and operation not in operations:
            raise ValueError(f"expected an operation of {', '.join(operations)}, got {operation!r}")

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
