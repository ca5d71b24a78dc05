"""Arguments of calls other than ids: the filters of a list, the options of an invoke, timeouts."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, TypeAlias, TypedDict

import httpx
from xpander_api_client.models import AgentExecutionStatus, LLMReasoningEffort, OutputFormat, ThinkMode, User

Timeout: TypeAlias = float | httpx.Timeout | None
"""Seconds for each of connecting, sending, the next part of the answer and a free connection; None: as configured."""


class TaskFilters(TypedDict, total=False):
    """Filters of a list; a task is listed when it has every given value.

    `agent_id`, `from_date` and `to_date` are for lists of the whole organization only. Dates are inclusive bounds on
    the creation: datetimes with an offset, or such as text in ISO 8601. A status that the API adds later is a string.
    """

    user_id: str
    parent_task_id: str
    triggering_agent_id: str
    status: AgentExecutionStatus | str
    internal_status: str
    agent_id: str
    from_date: datetime | str
    to_date: datetime | str


class InvokeOptions(TypedDict, total=False):
    """The options of an invoke: the fields of `InvokeRequest`, and the agent's `version`."""

    version: str | None
    files: list[str] | None
    user: User | None
    id: str | None
    title: str | None
    source: str | None
    worker_id: str | None
    parent_execution_id: str | None
    triggering_agent_id: str | None
    additional_context: str | None
    instructions_override: str | None
    expected_output: str | None
    output_format: OutputFormat | Literal["text", "markdown", "json", "voice"] | None
    output_schema: dict[str, Any] | None
    payload_extension: dict[str, Any] | None
    events_streaming: bool | None
    run_locally: bool | None
    mcp_servers: list[dict[str, Any]] | None
    think_mode: ThinkMode | Literal["default", "harder"] | None
    disable_attachment_injection: bool | None
    return_metrics: bool | None
    user_tokens: dict[str, Any] | None
    user_oidc_token: str | None
    voice_id: str | None
    test_run_node_id: str | None
    llm_model_provider: str | None
    llm_model_name: str | None
    llm_reasoning_effort: LLMReasoningEffort | Literal["low", "medium", "high", "xhigh"] | None
