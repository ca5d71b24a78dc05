from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from ..conversion import ResponseModel as _ResponseModel
from ..layout import OTHERS as _OTHERS
from ..layout import define as _define
from ..layout import field as _field
from ..models.agent_execution_status import AgentExecutionStatus
from ..models.llm_reasoning_effort import LLMReasoningEffort
from ..models.output_format import OutputFormat
from ..models.think_mode import ThinkMode

if TYPE_CHECKING:
    from ..models.deep_planning import DeepPlanning
    from ..models.hitl_request import HITLRequest
    from ..models.json_object import JsonObject
    from ..models.pending_eca_request import PendingECARequest
    from ..models.task_input import TaskInput
    from ..models.tokens import Tokens


@_define(kw_only=True)
class Task(_ResponseModel):
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
    status: AgentExecutionStatus = AgentExecutionStatus.PENDING
    """Where it stands."""
    internal_status: str | None = None
    """Internal processing status."""
    last_executed_node_id: str | None = None
    """Id of the workflow node that ran last."""
    agent_version: str | None = None
    """Version of the agent that runs it."""
    started_at: datetime.datetime | None = None
    """When the latest turn began to execute."""
    paused_at: datetime.datetime | None = None
    """When it was paused."""
    finished_at: datetime.datetime | None = None
    """When it reached a final state."""
    result: str | None = None
    """Result of the latest turn; a JSON document when `output_format` is json."""
    parent_execution: str | None = None
    """Id of the task that delegated this one."""
    sub_executions: list[str] = _field(factory=list)
    """Ids of the tasks that this one delegated."""
    finished_sub_executions: list[str] = _field(factory=list)
    """Those of them that have finished."""
    is_manually_stopped: bool = False
    """Whether someone stopped it."""
    is_orchestration: bool = False
    """Whether it only directs other tasks."""
    is_continuous: bool = False
    """Whether it runs until it is stopped."""
    source: str | None = None
    """Where it came from, such as `sdk`, `api` or `webhook`."""
    worker_id: str | None = None
    """Id of the worker that runs it."""
    title: str | None = None
    """Title of the latest turn."""
    triggering_agent_id: str | None = None
    """Id of the agent that called for it."""
    additional_context: str | None = None
    """Context given to the agent beside the input."""
    instructions_override: str | None = None
    """Instructions used in place of the agent's own."""
    expected_output: str | None = None
    """What the answer should be like."""
    output_format: OutputFormat = OutputFormat.TEXT
    """Form of the result."""
    output_schema: JsonObject | None = None
    """JSON Schema that a JSON result conforms to."""
    payload_extension: JsonObject | None = None
    """Free data of the caller, returned as sent."""
    mcp_servers: list[JsonObject] = _field(factory=list, repr=False)
    """MCP servers offered to the agent."""
    think_mode: ThinkMode = ThinkMode.DEFAULT
    """How hard the agent thinks."""
    llm_model_provider: str | None = None
    """Provider of the language model that was used."""
    llm_model_name: str | None = None
    """Language model that was used."""
    llm_reasoning_effort: LLMReasoningEffort | None = None
    """Reasoning effort that was used."""
    execution_attempts: int = 1
    """How often the latest turn was tried."""
    events_streaming: bool = False
    """Whether its events are streamed."""
    used_mutating_tools: bool = False
    """Whether a tool that changes something was used."""
    disable_attachment_injection: bool = False
    """Whether files are kept out of the prompt."""
    return_metrics: bool = False
    """Whether metrics are returned with messages."""
    test_run_node_id: str | None = None
    """Id of the workflow node under test."""
    voice_id: str | None = None
    """Voice for a spoken result."""
    user_oidc_token: str | None = _field(default=None, repr=False)
    """OpenID Connect token of the user, for tools that act in the user's name."""
    user_tokens: JsonObject | None = _field(default=None, repr=False)
    """Tokens of the user for connectors, by connector."""
    hitl_request: HITLRequest | None = None
    """Approval that it waits for."""
    pending_eca_request: PendingECARequest | None = None
    """Sign-in that it waits for."""
    deep_planning: DeepPlanning | None = None
    """The agent's plan."""
    tokens: Tokens | None = None
    """Tokens used."""
    additional_properties: dict[str, Any] = _field(factory=dict, metadata=_OTHERS)
    """The undeclared properties."""
