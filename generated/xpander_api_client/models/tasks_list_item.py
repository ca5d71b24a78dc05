from __future__ import annotations

import datetime

from attrs import define as _define

from ..models.agent_execution_status import AgentExecutionStatus
from ..types import UNSET, Unset
from ..types import Model as _Model


@_define(kw_only=True)
class TasksListItem(_Model):
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
    user_id: None | str | Unset = UNSET
    """Id of the user who created it; null when none is known."""
    parent_task_id: None | str | Unset = UNSET
    """Id of the task that delegated this one; null for a task of its own."""
    triggering_agent_id: None | str | Unset = UNSET
    """Id of the agent that called for it; null when no agent did."""
    created_at: datetime.datetime | None | Unset = UNSET
    """When it was created."""
    updated_at: datetime.datetime | None | Unset = UNSET
    """When it last changed."""
    source_node_type: None | str | Unset = UNSET
    """Where it came from, such as `sdk`, `api` or `webhook`."""
    result: None | str | Unset = UNSET
    """Result of the latest turn, once there is one."""
    title: None | str | Unset = UNSET
    """Title of the latest turn."""
