"""The request of an invoke, with an id by which its task can be found even if the answer is lost."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Protocol

import attrs
from xpander_api_client.errors import ApiError
from xpander_api_client.models import InvokeRequest, TaskInput
from xpander_api_client.requests import Request as RequestParts
from xpander_api_client.types import UNSET, Unset

from xpander_tasks.errors import UsageError
from xpander_tasks.models import Task, TasksListItem
from xpander_tasks.options import InvokeOptions

# A longer path is refused by servers and by httpx.
_LONGEST_ID = 4096


class _Operation(Protocol):
    def build_request(self, agent_id: str, *, body: InvokeRequest, version: str | Unset) -> RequestParts: ...


@attrs.define(frozen=True)
class Invocation:
    """An invoke that is ready to be sent."""

    parts: RequestParts
    task_id: str
    own_id: bool
    """Whether the id was generated here, so that a task with it can only come from this invoke."""


def invocation(operation: _Operation, agent_id: str, input: object, options: InvokeOptions) -> Invocation:
    """Build the request of an invoke.

    Args:
        operation: The generated operation to use.
        agent_id: The agent.
        input: Text, a `TaskInput`, or a mapping with its fields.
        options: The other fields of the request. An `id` of None is generated, like one that is not given.

    Raises:
        UsageError: An option is unknown or cannot be sent, or the agent's id is empty.
    """
    chosen: dict[str, Any] = dict(options)
    if unknown := chosen.keys() - InvokeOptions.__annotations__.keys():
        raise UsageError(0, f"unknown option {', '.join(sorted(unknown))} of an invoke")
    version = chosen.pop("version", None)
    task_input = attrs.evolve(
        checked_input(input), **{name: chosen.pop(name) for name in ("files", "user") if name in chosen}
    )
    own_id = chosen.get("id") is None
    chosen["id"] = str(uuid.uuid4()) if own_id else checked_id(chosen["id"], "id")
    agent_id = checked_id(agent_id, "agent_id")
    try:
        body = InvokeRequest(input=task_input, **chosen)
        parts = operation.build_request(agent_id, body=body, version=UNSET if version is None else version)
    except (ApiError, TypeError, ValueError, RecursionError) as error:
        raise UsageError(0, f"this invoke cannot be sent: {error or type(error).__name__}") from None
    return Invocation(parts, chosen["id"], own_id)


def checked_input(input: object) -> TaskInput:
    """Return what the agent is asked, as the request has it.

    Raises:
        UsageError: It is neither text, nor a `TaskInput`, nor a mapping with the fields of one.
    """
    if isinstance(input, str):
        return TaskInput(text=input)
    if isinstance(input, TaskInput):
        return input
    if isinstance(input, Mapping):
        try:
            return TaskInput.from_dict(input)
        except (ApiError, TypeError, ValueError, RecursionError) as error:
            raise UsageError(0, f"expected input with the fields of TaskInput: {error}") from None
    raise UsageError(0, f"expected input as text, a TaskInput or a mapping, got {type(input).__name__}")


def checked_task(task: object) -> Task | TasksListItem:
    """Return a task that a reply can continue.

    Raises:
        UsageError: It is an id or something else, which does not tell the agent.
    """
    if not isinstance(task, (Task, TasksListItem)):
        raise UsageError(0, f"expected a task or an item of a list, which tell the agent, got {type(task).__name__}")
    return task


def checked_id(value: object, name: str = "task_id") -> str:
    """Return an id that can be put into a path.

    Args:
        value: The id, or what has one: a task or an item of a list.
        name: Name of the parameter, for the message.

    Raises:
        UsageError: The id is empty, too long or not a string, so that the path would be another one or none.
    """
    value = value if isinstance(value, str) else getattr(value, "id", None)
    if not isinstance(value, str) or not value:
        raise UsageError(0, f"expected {name} as text that is not empty, or what has an id")
    try:
        size = len(value.encode())
    except UnicodeEncodeError:
        raise UsageError(0, f"expected {name} as text that UTF-8 can encode; it has half a surrogate pair") from None
    if size > _LONGEST_ID:
        raise UsageError(0, f"expected {name} of at most {_LONGEST_ID} bytes, got {size}")
    return value
