"""The request of an invoke, with an id by which its task can be found even if the answer is lost."""

from __future__ import annotations

import uuid
from typing import Any, Protocol

import attrs
from xpander_api_client.models import InvokeRequest, TaskInput
from xpander_api_client.requests import Request as RequestParts
from xpander_api_client.types import UNSET, Unset

from xpander_tasks.errors import UsageError
from xpander_tasks.models import Input, TaskOrId
from xpander_tasks.options import InvokeOptions


class _Operation(Protocol):
    def build_request(self, agent_id: str, *, body: InvokeRequest, version: str | Unset) -> RequestParts: ...


@attrs.define(frozen=True)
class Invocation:
    """An invoke that is ready to be sent."""

    parts: RequestParts
    task_id: str
    own_id: bool
    """Whether the id was generated here, so that a task with it can only come from this invoke."""


def invocation(operation: _Operation, agent_id: str, input: Input, options: InvokeOptions) -> Invocation:
    """Build the request of an invoke.

    Args:
        operation: The generated operation to use.
        agent_id: The agent.
        input: Text, or a `TaskInput`.
        options: The other fields of the request.

    Raises:
        UsageError: An option is unknown, or the agent's id is empty.
    """
    chosen: dict[str, Any] = dict(options)
    if unknown := chosen.keys() - InvokeOptions.__annotations__.keys():
        raise UsageError(0, f"unknown option {', '.join(sorted(unknown))} of an invoke")
    version = chosen.pop("version", UNSET)
    if isinstance(input, str):
        input = TaskInput(text=input)
    input = attrs.evolve(input, **{name: chosen.pop(name) for name in ("files", "user") if name in chosen})
    own_id = chosen.get("id") is None
    if own_id:
        chosen["id"] = str(uuid.uuid4())
    body = InvokeRequest(input=input, **chosen)
    parts = operation.build_request(checked_id(agent_id, "agent_id"), body=body, version=version)
    return Invocation(parts, chosen["id"], own_id)


def checked_id(value: TaskOrId, name: str = "task_id") -> str:
    """Return an id that can be put into a path.

    Args:
        value: The id, or what has one: a task or an item of a list.
        name: Name of the parameter, for the message.

    Raises:
        UsageError: The id is empty or not a string, so that the path would be a different one.
    """
    value = value if isinstance(value, str) else getattr(value, "id", "")
    if not isinstance(value, str) or not value:
        raise UsageError(0, f"expected {name} as text that is not empty, or what has an id")
    return value
