"""What an invoke carries, and the id by which its task can be found whatever happens to the answer."""

from __future__ import annotations

import uuid
from typing import Any, Protocol, TypedDict

import attrs
from xpander_api_client.client import Request as Plain
from xpander_api_client.models import InvokeRequest, TaskInput, User
from xpander_api_client.types import UNSET, Unset

from xpander_tasks._errors import MisuseError
from xpander_tasks._models import Task, TasksListItem

TaskOrId = str | Task | TasksListItem
Input = str | TaskInput
"""What the agent is asked."""


class InvokeOptions(TypedDict, total=False):
    """What an invoke can carry beside its input: the fields of `InvokeRequest`, and the agent's `version`."""

    version: str
    files: list[str]
    user: User
    id: str
    title: str
    source: str
    worker_id: str
    parent_execution_id: str
    triggering_agent_id: str
    additional_context: str
    instructions_override: str
    expected_output: str
    output_format: str
    output_schema: dict[str, Any]
    payload_extension: dict[str, Any]
    events_streaming: bool
    run_locally: bool
    mcp_servers: list[dict[str, Any]]
    think_mode: str
    disable_attachment_injection: bool
    return_metrics: bool
    user_tokens: dict[str, Any]
    user_oidc_token: str
    voice_id: str
    test_run_node_id: str
    llm_model_provider: str
    llm_model_name: str
    llm_reasoning_effort: str


class _Operation(Protocol):
    def build_request(self, agent_id: str, *, body: InvokeRequest, version: str | Unset) -> Plain: ...


@attrs.define(frozen=True)
class Invocation:
    """An invoke that is ready to be sent."""

    plain: Plain
    task_id: str
    own_id: bool
    """Whether the id was made here, so that a task of that id can only come from this invoke."""


def invocation(operation: _Operation, agent_id: str, input: Input, options: InvokeOptions) -> Invocation:
    """Put an invoke together.

    Raises:
        MisuseError: An option is unknown, or the agent's id is empty.
    """
    chosen: dict[str, Any] = dict(options)
    if unknown := chosen.keys() - InvokeOptions.__annotations__.keys():
        raise MisuseError(0, f"unknown option {', '.join(sorted(unknown))} of an invoke")
    version = chosen.pop("version", UNSET)
    if isinstance(input, str):
        input = TaskInput(text=input)
    input = attrs.evolve(input, **{name: chosen.pop(name) for name in ("files", "user") if name in chosen})
    own_id = "id" not in chosen
    if own_id:
        chosen["id"] = str(uuid.uuid4())
    body = InvokeRequest(input=input, **chosen)
    plain = operation.build_request(checked_id(agent_id, "agent_id"), body=body, version=version)
    return Invocation(plain, chosen["id"], own_id)


def checked_id(value: TaskOrId, name: str = "task_id") -> str:
    """Return the id of a task, or any id, as it can stand in a path.

    Raises:
        MisuseError: It is empty or no text, so that the path would be another one.
    """
    value = value if isinstance(value, str) else getattr(value, "id", "")
    if not isinstance(value, str) or not value:
        raise MisuseError(0, f"expected {name} as text that is not empty, or what has an id")
    return value
