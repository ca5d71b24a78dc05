"""What a test tells an agent to answer."""

import re
from typing import Any, Literal

import msgspec

from xpander_mock._task import PAUSED, Answer

Seconds = float
Status = Literal["completed", "failed", "error", "paused"]


class SubTask(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A task that an agent delegates; it takes half the time of the task that delegates it."""

    text: str
    agent_id: str | None = None
    status: Status = "completed"
    result: str | None = None


class Script(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An answer, and the invokes that get it.

    Args:
        agent_id: only this agent's.
        text: a regular expression that the input's text must contain.
        times: how many invokes get it; without it, all.
        status: how the turn ends.
        result: the answer.
        value: the answer as a JSON value, in place of `result`.
        chunks: the pieces in which a stream sends it; joined, they are the result.
        pending: seconds before the agent begins.
        executing: seconds that it works.
        sub_tasks: what it delegates.
        fields: other fields of the task, set when it ends.
    """

    agent_id: str | None = None
    text: str | None = None
    times: int | None = None
    status: Status = "completed"
    result: str | None = None
    value: Any = msgspec.UNSET
    chunks: list[str] | None = None
    pending: Seconds | None = None
    executing: Seconds | None = None
    sub_tasks: list[SubTask] = []
    fields: dict[str, Any] = {}

    def __post_init__(self) -> None:
        """Judge what the types alone do not say.

        Raises:
            ValueError: the answer is said in two ways, or a value is out of bounds.
        """
        if sum((self.result is not None, self.value is not msgspec.UNSET, self.chunks is not None)) > 1:
            raise ValueError("expected one of `result`, `value` and `chunks`, got several")
        if any(seconds is not None and not 0 <= seconds < 1e9 for seconds in (self.pending, self.executing)):
            raise ValueError("expected `pending` and `executing` in seconds, 0 or more")
        try:
            re.compile(self.text or "")
        except re.error as error:
            raise ValueError(f"expected a regular expression as `text`: {error}") from error

    def applies(self, agent_id: str, text: str) -> bool:
        """Whether an invoke gets this answer."""
        return (
            self.times != 0
            and self.agent_id in (None, agent_id)
            and (self.text is None or re.search(self.text, text) is not None)
        )

    def rewrite(self, answer: Answer) -> None:
        """Turn the answer that the agent would have given into this one."""
        if self.times is not None:
            self.times -= 1
        answer.status = self.status
        answer.result = self.said(answer)
        if self.pending is not None:
            answer.pending = round(self.pending * 1_000_000)
        if self.executing is not None:
            answer.executing = round(self.executing * 1_000_000)
        answer.fields = answer.fields | self.fields
        answer.delegated = [msgspec.to_builtins(sub_task) for sub_task in self.sub_tasks]

    def said(self, answer: Answer) -> str | None:
        """The result: what the script says, or else what the agent would have said."""
        if self.value is not msgspec.UNSET:
            return msgspec.json.encode(self.value).decode()
        if self.chunks is not None:
            return "".join(self.chunks)
        if self.result is None and self.status != PAUSED:
            return answer.result
        return self.result
