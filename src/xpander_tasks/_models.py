"""What this package adds to the generated models: the way back to the API, results, and what the contract lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

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

from xpander_tasks._errors import MisuseError, UndecodableError

if TYPE_CHECKING:
    from xpander_tasks._tasks import Tasks

T = TypeVar("T")


@attrs.define(frozen=True)
class Origin:
    """Where a model came from: the client that asked and the answer it stood in."""

    tasks: Tasks
    response: httpx.Response
    content: bytes
    """The JSON that held the model: the body, or the data of one event."""


class _Received:
    """A model that an answer held. Copies and pickles of it have no origin any more."""

    __slots__ = ()

    _origin: Origin

    @property
    def response(self) -> httpx.Response:
        """The raw answer that it stood in. Its request shows no credentials.

        Raises:
            MisuseError: It did not come from an answer.
        """
        return self._known_origin().response

    def _known_origin(self) -> Origin:
        try:
            return self._origin
        except AttributeError:
            raise MisuseError(
                0, f"this {type(self).__name__} is a copy or was made by hand; get it anew from Tasks"
            ) from None

    def _unknown(self, content: dict[str, Any]) -> dict[str, Any]:
        known = {field.name for field in attrs.fields(cast("type[attrs.AttrsInstance]", type(self)))}
        return {name: value for name, value in content.items() if name not in known}


class TasksListItem(models.TasksListItem, _Received):
    """What a list shows of a task; `load` and `aload` show the rest."""

    __slots__ = ("_origin",)

    def load(self) -> Task:
        """Get the whole task.

        Raises:
            TasksError: As `Tasks.get` does.
            MisuseError: The item did not come from a list, or is a copy.
        """
        return self._known_origin().tasks.get(self.id)

    async def aload(self) -> Task:
        """Get the whole task, awaited; otherwise like `load`."""
        return await self._known_origin().tasks.aget(self.id)

    @property
    def extra(self) -> dict[str, Any]:
        """What the answer said of the task beyond the documented fields."""
        page = msgspec.json.decode(self._known_origin().content)
        return self._unknown(next(item for item in page["items"] if item["id"] == self.id))


class Task(models.Task, _Received):
    """A task in full."""

    __slots__ = ("_origin",)

    @property
    def extra(self) -> dict[str, Any]:
        """What the answer said of the task beyond the documented fields."""
        return self._unknown(msgspec.json.decode(self._known_origin().content))

    @overload
    def parsed(self) -> Any: ...
    @overload
    def parsed(self, as_type: type[T]) -> T: ...
    def parsed(self, as_type: Any = None) -> Any:
        """Return the result: its text, or what the JSON says if JSON was asked for.

        Arguments:
            as_type: Decode the result as JSON into this type: a dataclass, attrs or msgspec class, TypedDict,
                pydantic model, or a built-in such as `dict[str, int]`.

        Raises:
            UndecodableError: There is no result, it is not JSON, or it does not fit the type.
        """
        result = self.result
        if not isinstance(result, str):
            raise UndecodableError(0, f"task {self.id} has no result; it is {self.status}", task_id=self.id)
        if as_type is None and self.output_format != OutputFormat.JSON:
            return result
        try:
            if validate := getattr(as_type, "model_validate_json", None):
                return validate(result)
            return msgspec.json.decode(result, type=Any if as_type is None else as_type)
        except ValueError as error:  # pydantic's and msgspec's errors are both ValueErrors
            raise UndecodableError(
                0, f"the result of task {self.id} is not what was expected: {error}", body=result, task_id=self.id
            ) from error


@attrs.define
class TasksPage:
    """One page of a list: its tasks, and how many there are in all."""

    items: list[TasksListItem]
    """Tasks of this page that no page before had."""
    total: int
    """Tasks that match, on all pages together."""
    page: int
    """Number of this page, starting from 1."""
    per_page: int
    """Tasks on a full page."""
    total_pages: int
    """Number of pages."""


class TaskEvent(models.TaskEvent):
    """One event of a streamed task.

    Types that this package adds: `connection_lost`, when the stream broke (`data` says how; what follows is found by
    polling), and `malformed` (`data` is the text that could not be read).
    """

    __slots__ = ("_task",)

    _task: Task

    @property
    def task(self) -> Task | None:
        """The task that the event shows, if it shows one."""
        return getattr(self, "_task", None)

    @property
    def text(self) -> str:
        """The piece of the answer that a `chunk` brings; empty in other events."""
        return self.data if self.type == "chunk" and isinstance(self.data, str) else ""


__all__ = [
    "AgentExecutionStatus",
    "FullThread",
    "LLMReasoningEffort",
    "Message",
    "Origin",
    "OutputFormat",
    "Task",
    "TaskEvent",
    "TaskInput",
    "TasksListItem",
    "TasksPage",
    "ThinkMode",
    "User",
]
