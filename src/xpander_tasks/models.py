"""The generated models with a way back to the API: load, unknown fields, the raw answer, decoded results."""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias, TypeVar, cast, overload

import attrs
import httpx
import msgspec
from xpander_api_client import models
from xpander_api_client.models import (
    AgentExecutionStatus,
    FullThread,
    LLMReasoningEffort,
    Message,
    OutputFormat,
    TaskInput,
    ThinkMode,
    User,
)

from xpander_tasks._results import decode_result
from xpander_tasks.errors import DecodeError, UsageError

T = TypeVar("T")

SENSITIVE_FIELDS = tuple(field.name for field in attrs.fields(models.Task) if not field.repr)
"""Fields of a task that hold credentials of its users, or headers with such; no `repr` and no error shows them."""


class TaskReader(Protocol):
    """What models call to read more from the API; `Tasks` offers it."""

    def get(self, task_id: str) -> Task:
        """Return a task in full."""
        ...

    async def aget(self, task_id: str) -> Task:
        """Return a task in full."""
        ...


@attrs.define(frozen=True)
class Origin:
    """Where a model came from: the client that asked for it and the answer that it was in."""

    tasks: TaskReader
    response: httpx.Response
    content: bytes
    """The JSON that held the model: the body, or the data of one event."""


class _Received:
    """A model that came in an answer. Copies and pickles of it have no origin."""

    __slots__ = ()

    _origin: Origin

    @property
    def response(self) -> httpx.Response:
        """The raw answer that it came in. Its request has no credentials.

        Raises:
            UsageError: It is a copy or was made by hand.
        """
        return self._known_origin().response

    def _known_origin(self) -> Origin:
        try:
            return self._origin
        except AttributeError:
            raise UsageError(
                0, f"this {type(self).__name__} is a copy or was made by hand; get it anew from Tasks"
            ) from None

    def _unknown(self, content: dict[str, Any]) -> dict[str, Any]:
        known = {field.name for field in attrs.fields(cast("type[attrs.AttrsInstance]", type(self)))}
        return {name: value for name, value in content.items() if name not in known}


class TasksListItem(models.TasksListItem, _Received):
    """A task as a list shows it; `load` and `aload` return it in full."""

    __slots__ = ("_origin",)

    def load(self) -> Task:
        """Return the task in full.

        Raises:
            UsageError: The item is a copy or was made by hand, so that it knows no client.
            NotFoundError: The task was deleted.
            TasksError: The request failed in another way.
        """
        return self._known_origin().tasks.get(self.id)

    async def aload(self) -> Task:
        """Return the task in full, asynchronously.

        Raises:
            UsageError: The item is a copy or was made by hand, so that it knows no client.
            NotFoundError: The task was deleted.
            TasksError: The request failed in another way.
        """
        return await self._known_origin().tasks.aget(self.id)

    @property
    def extra(self) -> dict[str, Any]:
        """Fields of the answer that the API does not document, by name."""
        page = msgspec.json.decode(self._known_origin().content)
        return self._unknown(next(item for item in page["items"] if item["id"] == self.id))


class Task(models.Task, _Received):
    """A task in full."""

    __slots__ = ("_origin",)

    @property
    def extra(self) -> dict[str, Any]:
        """Fields of the answer that the API does not document, by name."""
        return self._unknown(msgspec.json.decode(self._known_origin().content))

    @overload
    def parsed(self) -> Any: ...
    @overload
    def parsed(self, as_type: type[T]) -> T: ...
    def parsed(self, as_type: Any = None) -> Any:
        """Return the result: text, or the decoded value of a JSON result.

        Args:
            as_type: Decode the result as JSON into this type: a dataclass, attrs or msgspec class, TypedDict,
                pydantic model, or a built-in such as `dict[str, int]`. Without it, a result is decoded only if
                the task's `output_format` is json.

        Raises:
            DecodeError: There is no result, it is not JSON, or it does not fit the type.
            UsageError: Nothing can be decoded into the type.
        """
        result = self.result
        if not isinstance(result, str):
            raise DecodeError(0, f"task {self.id} has no result; it is {self.status}", task_id=self.id)
        if as_type is None and self.output_format != OutputFormat.JSON:
            return result
        return decode_result(self.id, result, Any if as_type is None else as_type)


@attrs.define
class TasksPage:
    """One page of a list: its tasks, and how many there are in all."""

    items: list[TasksListItem]
    """Tasks of this page that no earlier page had."""
    total: int
    """Number of tasks that match, on all pages together."""
    page: int
    """Number of this page, starting from 1."""
    per_page: int
    """Number of tasks on a full page."""
    total_pages: int
    """Number of pages."""


class TaskEvent(models.TaskEvent):
    """One event of a streamed task.

    This package adds two types: `connection_lost` when the stream broke (`data` says how; the events after it come from
    polling), and `malformed` (`data` is the text that could not be decoded).
    """

    __slots__ = ("_task",)

    _task: Task

    @property
    def task(self) -> Task | None:
        """The task in the event; None in events without a whole task."""
        return getattr(self, "_task", None)

    def __repr__(self) -> str:
        """Return the fields, of `data` only text that the agent wrote: elsewhere it may hold credentials of users."""
        shown = repr(self.data) if self.type in ("chunk", "connection_lost") else f"<{type(self.data).__name__}>"
        return f"TaskEvent(type={self.type!r}, task_id={self.task_id!r}, time={self.time!r}, data={shown})"

    @property
    def text(self) -> str:
        """The piece of the result in a `chunk` event; empty in other events."""
        return self.data if self.type == "chunk" and isinstance(self.data, str) else ""


TaskOrId: TypeAlias = str | Task | TasksListItem
"""A task, an item of a list, or an id."""

TaskItems: TypeAlias = list[TasksListItem]
"""The tasks of a list."""

Messages: TypeAlias = list[Message]
"""The messages of a conversation, oldest first."""

Input: TypeAlias = str | TaskInput
"""What the agent is asked: text, or text with files and a user."""

__all__ = [
    "AgentExecutionStatus",
    "FullThread",
    "Input",
    "LLMReasoningEffort",
    "Message",
    "Messages",
    "Origin",
    "OutputFormat",
    "Task",
    "TaskEvent",
    "TaskInput",
    "TaskItems",
    "TaskOrId",
    "TaskReader",
    "TasksListItem",
    "TasksPage",
    "ThinkMode",
    "User",
]
