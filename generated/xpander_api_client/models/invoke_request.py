from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..conversion import Model as _Model
from ..layout import OTHERS as _OTHERS
from ..layout import define as _define
from ..layout import field as _field
from ..models.llm_reasoning_effort import LLMReasoningEffort
from ..models.output_format import OutputFormat
from ..models.think_mode import ThinkMode
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.json_object import JsonObject
    from ..models.task_input import TaskInput


@_define(kw_only=True)
class InvokeRequest(_Model):
    """A turn for an agent to run."""

    input: TaskInput
    """What the agent is asked."""
    id: None | str | Unset = UNSET
    """Id that the task shall have; without one the server makes a UUID. The id of an earlier task continues its
    conversation."""
    title: None | str | Unset = UNSET
    """Title for the task."""
    source: None | str | Unset = UNSET
    """Where the invoke comes from, such as `sdk`, `api` or `webhook`."""
    worker_id: None | str | Unset = UNSET
    """Id of the worker that shall run it."""
    parent_execution_id: None | str | Unset = UNSET
    """Id of the task that delegates this one, which becomes its sub-task."""
    triggering_agent_id: None | str | Unset = UNSET
    """Id of the agent that calls for it."""
    additional_context: None | str | Unset = UNSET
    """Context for the agent beside the input."""
    instructions_override: None | str | Unset = UNSET
    """Instructions to use in place of the agent's own."""
    expected_output: None | str | Unset = UNSET
    """What the answer should be like."""
    output_format: None | OutputFormat | Unset = UNSET
    """Form of the result."""
    output_schema: JsonObject | None | Unset = UNSET
    """JSON Schema that the result shall conform to; goes with `output_format` json."""
    payload_extension: JsonObject | None | Unset = UNSET
    """Free data of the caller, which comes back with the task."""
    events_streaming: bool | None | Unset = UNSET
    """Whether to stream the task's events."""
    run_locally: bool | None | Unset = UNSET
    """Whether the caller's own worker shall run it."""
    mcp_servers: list[JsonObject] | None | Unset = _field(default=UNSET, repr=False)
    """MCP servers to offer to the agent."""
    think_mode: None | ThinkMode | Unset = UNSET
    """How hard the agent shall think."""
    disable_attachment_injection: bool | None | Unset = UNSET
    """Whether to keep files out of the prompt."""
    return_metrics: bool | None | Unset = UNSET
    """Whether to return metrics with messages."""
    user_tokens: JsonObject | None | Unset = _field(default=UNSET, repr=False)
    """Tokens of the user for connectors, by connector."""
    user_oidc_token: None | str | Unset = _field(default=UNSET, repr=False)
    """OpenID Connect token of the user, for tools that act in the user's name."""
    voice_id: None | str | Unset = UNSET
    """Voice for a spoken result."""
    test_run_node_id: None | str | Unset = UNSET
    """Id of the workflow node to test."""
    llm_model_provider: None | str | Unset = UNSET
    """Provider of the language model to use."""
    llm_model_name: None | str | Unset = UNSET
    """Language model to use."""
    llm_reasoning_effort: LLMReasoningEffort | None | Unset = UNSET
    """Reasoning effort to ask of the language model."""
    additional_properties: dict[str, Any] = _field(factory=dict, metadata=_OTHERS)
    """The undeclared properties."""
