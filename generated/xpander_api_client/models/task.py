from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from attrs import define as _define
from attrs import field as _field

from ..models.agent_execution_status import AgentExecutionStatus
from ..models.llm_reasoning_effort import LLMReasoningEffort
from ..models.output_format import OutputFormat
from ..models.think_mode import ThinkMode
from ..types import UNSET, Unset
from ..types import Model as _Model

if TYPE_CHECKING:
    from ..models.deep_planning import DeepPlanning
    from ..models.hitl_request import HITLRequest
    from ..models.json_object import JsonObject
    from ..models.pending_eca_request import PendingECARequest
    from ..models.task_input import TaskInput
    from ..models.tokens import Tokens


@_define(kw_only=True)
class Task(_Model):
    """A task in full: input, status, result and times of its latest turn, its place among other tasks, and how it was
    run."""

    id: str
    """Id of the task. Send it in a later invoke to continue the conversation."""
    agent_id: str
    """Id of the agent that runs it."""
    organization_id: str
    """Id of the organization that owns it."""
    input: TaskInput
    """What the agent is asked."""
    created_at: datetime.datetime
    """When it was created. Later turns do not change it."""
    status: AgentExecutionStatus | None | Unset = AgentExecutionStatus.PENDING
    """Where it stands."""
    internal_status: None | str | Unset = UNSET
    """Internal processing status."""
    last_executed_node_id: None | str | Unset = UNSET
    """Id of the workflow node that ran last."""
    agent_version: None | str | Unset = UNSET
    """Version of the agent that runs it."""
    started_at: datetime.datetime | None | Unset = UNSET
    """When the latest turn began to execute."""
    paused_at: datetime.datetime | None | Unset = UNSET
    """When it was paused."""
    finished_at: datetime.datetime | None | Unset = UNSET
    """When it reached a final state."""
    result: None | str | Unset = UNSET
    """Result of the latest turn; a JSON document when `output_format` is json."""
    parent_execution: None | str | Unset = UNSET
    """Id of the task that delegated this one."""
    sub_executions: list[str] | None | Unset = _field(factory=list)
    """Ids of the tasks that this one delegated."""
    finished_sub_executions: list[str] | None | Unset = _field(factory=list)
    """Those of them that have finished."""
    is_manually_stopped: bool | None | Unset = False
    """Whether someone stopped it."""
    is_orchestration: bool | None | Unset = False
    """Whether it only directs other tasks."""
    is_continuous: bool | None | Unset = False
    """Whether it runs until it is stopped."""
    source: None | str | Unset = UNSET
    """Where it came from, such as `sdk`, `api` or `webhook`."""
    worker_id: None | str | Unset = UNSET
    """Id of the worker that runs it."""
    title: None | str | Unset = UNSET
    """Title of the latest turn."""
    triggering_agent_id: None | str | Unset = UNSET
    """Id of the agent that called for it."""
    additional_context: None | str | Unset = UNSET
    """Context given to the agent beside the input."""
    instructions_override: None | str | Unset = UNSET
    """Instructions used in place of the agent's own."""
    expected_output: None | str | Unset = UNSET
    """What the answer should be like."""
    output_format: None | OutputFormat | Unset = OutputFormat.TEXT
    """Form of the result."""
    output_schema: JsonObject | None | Unset = UNSET
    """JSON Schema that a JSON result conforms to."""
    payload_extension: JsonObject | None | Unset = UNSET
    """Free data of the caller, returned as sent."""
    mcp_servers: list[JsonObject] | None | Unset = _field(factory=list)
    """MCP servers offered to the agent."""
    think_mode: None | ThinkMode | Unset = ThinkMode.DEFAULT
    """How hard the agent thinks."""
    llm_model_provider: None | str | Unset = UNSET
    """Provider of the language model that was used."""
    llm_model_name: None | str | Unset = UNSET
    """Language model that was used."""
    llm_reasoning_effort: LLMReasoningEffort | None | Unset = UNSET
    """Reasoning effort that was used."""
    execution_attempts: int | None | Unset = 1
    """How often the latest turn was tried."""
    events_streaming: bool | None | Unset = False
    """Whether its events are streamed."""
    used_mutating_tools: bool | None | Unset = False
    """Whether a tool that changes something was used."""
    disable_attachment_injection: bool | None | Unset = False
    """Whether files are kept out of the prompt."""
    return_metrics: bool | None | Unset = False
    """Whether metrics are returned with messages."""
    test_run_node_id: None | str | Unset = UNSET
    """Id of the workflow node under test."""
    voice_id: None | str | Unset = UNSET
    """Voice for a spoken result."""
    user_oidc_token: None | str | Unset = UNSET
    """OpenID Connect token of the user, for tools that act in the user's name."""
    user_tokens: JsonObject | None | Unset = UNSET
    """Tokens of the user for connectors, by connector."""
    hitl_request: HITLRequest | None | Unset = UNSET
    """Approval that it waits for."""
    pending_eca_request: None | PendingECARequest | Unset = UNSET
    """Sign-in that it waits for."""
    deep_planning: DeepPlanning | None | Unset = UNSET
    """The agent's plan."""
    tokens: None | Tokens | Unset = UNSET
    """Tokens used."""
