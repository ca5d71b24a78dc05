"""What the traffic so far has shown of each task, for the rules that compare exchanges."""

from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from ..record.exchange import Caller, Exchange
from .observation import BY_ID, INVOKES, RUNNING, Observation

Kind = Literal["item", "task", "thread", "full"]
MOST_TASKS = 5_000
MOST_ENTRIES = 40
KEPT_BODY = 800
WRITES = (*INVOKES, "stop_task", "delete_task")


@dataclass(slots=True)
class Entry:
    """Something that an answer showed of a task.

    Args:
        kind: A list's item, a task, a thread or a full thread.
        operation: Id of the operation that showed it.
        data: What was shown.
        exchange: The exchange, with a shortened body.
        ended: Unix time in seconds when it was last shown like this.
    """

    kind: Kind
    operation: str
    data: Any
    exchange: Exchange
    ended: float

    @property
    def started(self) -> float:
        """Unix time in seconds from which on it was so: when a read was sent, or when a write was answered."""
        return self.exchange.ended if self.operation in WRITES else self.exchange.started


@dataclass(slots=True)
class Write:
    """An invoke, stop or delete of a task.

    Args:
        operation: Id of the operation.
        exchange: The exchange, with a shortened body.
        sent: Body of an invoke.
        was_running: Whether the task was last seen running.
    """

    operation: str
    exchange: Exchange
    sent: Any = None
    was_running: bool = False

    @property
    def accepted(self) -> bool:
        """Whether the server did not refuse it."""
        return self.exchange.status < 400 or self.exchange.status >= 500


@dataclass(slots=True)
class TaskLog:
    """The history of one task in the traffic.

    Args:
        id: Id of the task.
        entries: What answers showed, oldest first.
        writes: Accepted invokes, stops and deletes since its creation, oldest first.
        refused: Refused ones.
        created: The invoke that created it, if the traffic has it.
        gone: The delete of the task or of an ancestor, if it was deleted.
        reused: Whether its id was deleted and used again.
        simple: Whether each turn was sent after the one before had ended, as far as the traffic shows.
        children: Ids of the sub-tasks that were created in the traffic, with the invoke.
    """

    id: str
    entries: deque[Entry] = field(default_factory=lambda: deque(maxlen=MOST_ENTRIES))
    writes: list[Write] = field(default_factory=list)
    refused: list[Write] = field(default_factory=list)
    created: Write | None = None
    gone: Write | None = None
    reused: bool = False
    simple: bool = True
    children: dict[str, Write] = field(default_factory=dict)

    @property
    def turns(self) -> list[Write]:
        """The accepted invokes, oldest first."""
        return [write for write in self.writes if write.operation in INVOKES]

    @property
    def parent(self) -> str | None:
        """Id of the parent that the task was created under, or None."""
        sent = self.created.sent if self.created else None
        parent = sent.get("parent_execution_id") if isinstance(sent, dict) else None
        return parent if isinstance(parent, str) else None

    def latest(self, *kinds: Kind) -> Entry | None:
        """Return the latest entry of some kinds."""
        return next((entry for entry in reversed(self.entries) if entry.kind in kinds), None)

    def last_write_ended(self) -> float:
        """Return the Unix time in seconds at which the last write was answered."""
        return max((write.exchange.ended for write in self.writes), default=0.0)


@dataclass(frozen=True, slots=True)
class Sighting:
    """What an observation shows of one task.

    Args:
        task: Id of the task.
        kind: A list's item, a task, a thread or a full thread.
        data: What is shown.
    """

    task: str
    kind: Kind
    data: Any


def sightings(seen: Observation) -> Iterator[Sighting]:
    """Yield what an observation shows of each task."""
    for item in seen.items:
        yield Sighting(item["id"], "item", item)
    if seen.task is not None:
        yield Sighting(str(seen.task["id"]), "task", seen.task)
    if seen.status == 200 and seen.name in ("get_task_thread", "get_task_thread_full"):
        yield Sighting(seen.task_id, "thread" if seen.name == "get_task_thread" else "full", seen.answer)


def brief(exchange: Exchange) -> Exchange:
    """Return an exchange with a body short enough to store."""
    return replace(exchange, body=exchange.body[:KEPT_BODY])


class Traffic:
    """The history of all tasks in the traffic, limited to the latest ones."""

    def __init__(self) -> None:
        self._logs: OrderedDict[str, TaskLog] = OrderedDict()
        self._in_flight: dict[int, tuple[str | None, str]] = {}
        self.organizations: dict[Caller, str] = {}
        self.agents: dict[str, Caller] = {}
        self.ties: OrderedDict[tuple[str, str], Exchange] = OrderedDict()
        self.totals: OrderedDict[Any, deque[tuple[int, Exchange]]] = OrderedDict()

    def log(self, task: str) -> TaskLog:
        """Return the history of a task, empty if it is unknown."""
        return self._logs.get(task) or TaskLog(task)

    def begin(self, number: int, operation: str, task: str | None) -> None:
        """Note a write that was sent and not yet answered.

        Args:
            number: Number of the request.
            operation: Id of the operation.
            task: Id of the task that it changes; None for an invoke without an id.
        """
        if operation in WRITES:
            self._in_flight[number] = (task, operation)

    def end(self, number: int, *, answered: bool) -> None:
        """Forget a write that was answered; one that never is may still take effect."""
        if answered:
            self._in_flight.pop(number, None)

    def is_in_flight(self, task: str, *operations: str) -> bool:
        """Check whether a write to a task, or a delete of an ancestor, is not answered yet."""
        family = {task, *self.ancestors(task)}
        return any(
            (changed == task and (not operations or operation in operations))
            or (operation == "delete_task" and changed in family and (not operations or operation in operations))
            for changed, operation in self._in_flight.values()
        )

    def is_quiet(self, log: TaskLog, since: float) -> bool:
        """Check that nothing changed a task that was created in this traffic, from a time on.

        Args:
            log: History of the task.
            since: Unix time in seconds.
        """
        if log.created is None or not log.simple or log.gone is not None:
            return False
        return log.last_write_ended() <= since and not self.is_in_flight(log.id)

    def ancestors(self, task: str) -> list[str]:
        """Return the ids of the known ancestors of a task, the nearest first."""
        found: list[str] = []
        parent = self.log(task).parent
        while parent and parent not in found and parent != task:
            found.append(parent)
            parent = self.log(parent).parent
        return found

    def update(self, seen: Observation) -> None:
        """Add an observation to the histories."""
        exchange = brief(seen.exchange)
        if seen.name in WRITES:
            self._add_write(seen, exchange)
        if seen.malformed:
            return
        for sighting in sightings(seen):
            log = self._open(sighting.task)
            last = log.latest(sighting.kind)
            if last and last.data == sighting.data and log.last_write_ended() <= last.started:
                last.ended = exchange.ended
            else:
                log.entries.append(Entry(sighting.kind, seen.name, sighting.data, exchange, exchange.ended))
            if sighting.kind in ("item", "task") and seen.exchange.caller in ("own", "other"):
                self.organizations.setdefault(seen.exchange.caller, sighting.data["organization_id"])
                self.agents.setdefault(sighting.data["agent_id"], seen.exchange.caller)

    def _open(self, task: str) -> TaskLog:
        log = self._logs.get(task)
        if log is None:
            log = self._logs[task] = TaskLog(task)
            if len(self._logs) > MOST_TASKS:
                self._logs.popitem(last=False)
        else:
            self._logs.move_to_end(task)
        return log

    def _add_write(self, seen: Observation, exchange: Exchange) -> None:
        task = seen.task_id
        if seen.name in INVOKES:
            named = seen.sent.get("id") if isinstance(seen.sent, dict) else None
            made = seen.task["id"] if seen.task and not seen.malformed else None
            task = str(made or named or "")
        if not task:
            return
        log = self._open(task)
        state = log.latest("item", "task")
        write = Write(seen.name, exchange, seen.sent, bool(state and state.data["status"] in RUNNING))
        if not write.accepted:
            log.refused.append(write)
            return
        if seen.name in INVOKES and seen.status == 200:
            self._add_turn(log, write, state)
        elif seen.name == "delete_task" and seen.status == 204:
            self._delete(log, write)
        elif seen.name == "stop_task" and state and state.data["status"] not in (*RUNNING, "paused"):
            return  # nothing to stop
        log.writes.append(write)

    def _add_turn(self, log: TaskLog, write: Write, state: Entry | None) -> None:
        if log.gone is not None:
            fresh = TaskLog(log.id, reused=True)
            log.entries, log.writes, log.refused, log.children = fresh.entries, fresh.writes, fresh.refused, {}
            log.gone, log.created, log.reused, log.simple = None, None, True, True
            state = None
        named = isinstance(write.sent, dict) and write.sent.get("id")
        if log.created is None and not log.writes and (not named or not log.entries):
            log.created = write
            if log.parent:
                self._open(log.parent).children[log.id] = write
        elif state is None or write.was_running or state.ended < log.last_write_ended():
            log.simple = False
        if self.is_in_flight(log.id):
            log.simple = False

    def _delete(self, log: TaskLog, write: Write) -> None:
        log.gone = write
        for child, created in log.children.items():
            below = self.log(child)
            if below.gone is None and created.exchange.ended <= write.exchange.started:
                state = below.latest("item", "task")
                running = bool(state and state.data["status"] in RUNNING)
                self._delete(below, replace(write, was_running=running))


def is_by_id(seen: Observation) -> bool:
    """Check whether an operation names a task in its path."""
    return seen.name in BY_ID
