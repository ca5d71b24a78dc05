"""What the mock remembers of a task: its place among other tasks, and its turns."""

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
    """What an agent will have made of an input, and how long it takes. All times in microseconds."""

    status: str = COMPLETED
    result: str | None = None
    chunks: list[str] = []
    fields: dict[str, Any] = {}
    delegated: list[dict[str, Any]] = []
    pending: int
    executing: int


class Turn(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One invoke of a task: what was asked, and what came of it. All instants in microseconds since 1970."""

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
    """What is still to come; None once the turn stands where it will stay."""

    @property
    def text(self) -> str:
        """The text of the input."""
        return self.input.get("text") or ""


class Task(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A task with all its turns, oldest first; the current turn is the first that still runs, or else the last."""

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
        """The turn that the task shows."""
        return next((turn for turn in self.turns if turn.status in RUNNING), self.turns[-1])

    @property
    def status(self) -> str:
        """Where the task stands."""
        return self.current.status

    def before(self, turn: Turn) -> Turn | None:
        """The turn before a given one."""
        position = next(number for number, other in enumerate(self.turns) if other is turn)
        return self.turns[position - 1] if position else None
