from __future__ import annotations

import datetime
from typing import Any

from ..conversion import ResponseModel as _ResponseModel
from ..layout import OTHERS as _OTHERS
from ..layout import define as _define
from ..layout import field as _field
from ..models.agent_execution_status import AgentExecutionStatus


@_define(kw_only=True)
class TasksListItem(_ResponseModel):
    """What a list shows of a task; `get_task` shows the rest."""

    id: str
    """Id of the task."""
    agent_id: str
    """Id of the agent that ran it."""
    organization_id: str
    """Id of the organization that owns it."""
    status: AgentExecutionStatus
    """Where a task stands. `completed`, `failed`, `error` and `stopped` are final; `pending`, `executing` and `paused`
    are not."""
    user_id: str | None = None
    """Id of the user who created it; null when none is known."""
    parent_task_id: str | None = None
    """Id of the task that delegated this one; null for a task of its own."""
    triggering_agent_id: str | None = None
    """Id of the agent that called for it; null when no agent did."""
    created_at: datetime.datetime | None = None
    """When it was created."""
    updated_at: datetime.datetime | None = None
    """When it last changed."""
    source_node_type: str | None = None
    """Where it came from, such as `sdk`, `api` or `webhook`."""
    result: str | None = None
    """Result of the latest turn, once there is one."""
    title: str | None = None
    """Title of the latest turn."""
    additional_properties: dict[str, Any] = _field(factory=dict, metadata=_OTHERS)
    """The undeclared properties."""
