"""Scripts: answers that a test gives to an agent."""

import re
from typing import Any, Literal

import msgspec

from xpander_mock.rules.matching import Request, RequestMatch
from xpander_mock.storage.task import PAUSED, Answer

Seconds = float
Status = Literal["completed", "failed", "error", "paused"]


class SubTask(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A sub-task that the agent delegates; it takes half as long as the task that delegates it."""

    text: str
    agent_id: str | None = None
    status: Status = "completed"
    result: str | None = None


class Script(RequestMatch, kw_only=True, forbid_unknown_fields=True):
    """An answer, and which invokes get it: those that also match the conditions of `RequestMatch`.

    Args:
        text: A regular expression that must match somewhere in the input's text.
        times: How many invokes get it; all without it.
        status: The status that the turn ends with.
        result: The answer.
        value: The answer as a JSON value, in place of `result`.
        chunks: The pieces in which a stream sends the answer; joined, they are the result.
        pending: Seconds before the agent begins.
        executing: Seconds that it works.
        sub_tasks: The sub-tasks that it delegates.
        fields: Other fields of the task, set when it ends.
    """

    text: str | None = None
    times: int | None = None
    status: Status = "completed"
    result: str | None = None
    value: Any = msgspec.UNSET
    chunks: list[str] | None = None
    pending: Seconds | None = None
    executing: Seconds | None = None
    sub_tasks: list[SubTask] = msgspec.field(default_factory=list)
    fields: dict[str, Any] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check what the types alone do not.

        Raises:
            ValueError: The answer is given in two ways, or a value is out of bounds.
        """
        if sum((self.result is not None, self.value is not msgspec.UNSET, self.chunks is not None)) > 1:
            raise ValueError("expected one of `result`, `value` and `chunks`, got several")
        if any(seconds is not None and not 0 <= seconds < 1e9 for seconds in (self.pending, self.executing)):
            raise ValueError("expected `pending` and `executing` in seconds, 0 or more")
        try:
            re.compile(self.text or "")
        except re.error as error:
            raise ValueError(f"expected a regular expression as `text`: {error}") from error

    def applies(self, request: Request) -> bool:
        """Tell whether an invoke gets the answer."""
        text = request.body["input"].get("text") or ""
        return (
            self.times != 0 and self.matches(request) and (self.text is None or re.search(self.text, text) is not None)
        )

    def rewrite(self, answer: Answer) -> None:
        """Change the answer that the agent would have given into this one, and count the use."""
        if self.times is not None:
            self.times -= 1
        answer.status = self.status
        answer.result = self.result_for(answer)
        if self.pending is not None:
            answer.pending = round(self.pending * 1_000_000)
        if self.executing is not None:
            answer.executing = round(self.executing * 1_000_000)
        answer.fields = answer.fields | self.fields
        answer.delegated = [msgspec.to_builtins(sub_task) for sub_task in self.sub_tasks]

    def result_for(self, answer: Answer) -> str | None:
        """Return the script's result, or the agent's own when the script has none."""
        if self.value is not msgspec.UNSET:
            return msgspec.json.encode(self.value).decode()
        if self.chunks is not None:
            return "".join(self.chunks)
        if self.result is None and self.status != PAUSED:
            return answer.result
        return self.result
