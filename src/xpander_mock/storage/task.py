"""The records that the mock stores: a task, its turns, and the answer that a turn still waits for."""

from typing import Any

import msgspec

PENDING, EXECUTING, PAUSED, ERROR, FAILED, COMPLETED, STOPPED = (
    "pending",
    "executing",
    "paused",
    "error",
    "failed",
    "completed",
    "stopped",
)
RUNNING = frozenset({PENDING, EXECUTING})
FINAL = frozenset({COMPLETED, FAILED, ERROR, STOPPED})


class Answer(msgspec.Struct, kw_only=True, omit_defaults=True):
    """An agent's answer, decided when it is invoked and shown when its time has come. All times in microseconds."""

    status: str = COMPLETED
    result: str | None = None
    chunks: list[str] = []
    fields: dict[str, Any] = {}
    delegated: list[dict[str, Any]] = []
    pending: int
    executing: int
    sample: bool = False
    """Whether the turn is one of a sample task, which takes hours: a further invoke ends it at once."""


class Turn(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One invoke of a task: the request and its outcome. All instants in microseconds since 1970."""

    asked: int
    input: dict[str, Any]
    title: str | None = None
    source: str | None = None
    fields: dict[str, Any] = {}
    status: str = PENDING
    internal_status: str | None = None
    started: int | None = None
    paused: int | None = None
    ended: int | None = None
    result: str | None = None
    stopped: bool = False
    answer: Answer | None = None
    """The answer that is still to come; None once the turn changes no more by itself."""

    @property
    def text(self) -> str:
        """The text of the input."""
        return self.input.get("text") or ""


class Task(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A task with all its turns, oldest first. Instants in microseconds since 1970."""

    id: str
    organization_id: str
    agent_id: str
    created: int
    updated: int
    turns: list[Turn]
    user_id: str | None = None
    parent: str | None = None
    triggering_agent_id: str | None = None

    @property
    def current(self) -> Turn:
        """The turn that the task shows: the first that is pending or executing, or else the last."""
        return next((turn for turn in self.turns if turn.status in RUNNING), self.turns[-1])

    @property
    def status(self) -> str:
        """The status of the current turn."""
        return self.current.status

    def before(self, turn: Turn) -> Turn | None:
        """Return the turn before the given one, None for the first."""
        position = next(number for number, other in enumerate(self.turns) if other is turn)
        return self.turns[position - 1] if position else None
