from __future__ import annotations

import datetime
from typing import Any

from ..conversion import ResponseModel as _ResponseModel
from ..layout import OTHERS as _OTHERS
from ..layout import define as _define
from ..layout import field as _field


@_define(kw_only=True)
class TaskEvent(_ResponseModel):
    """One event of a streamed task."""

    type: str
    """What happened: `connected`, `task_created`, `task_updated`, `think`, `analyze`, `tool_call_request`,
    `tool_call_result`, `sub_agent_trigger`, `plan_updated`, `auth_event`, `chunk` or `task_finished`. More
    types exist; pass over those you do not know."""
    task_id: str
    """Id of the task."""
    organization_id: str
    """Id of the organization that owns the task."""
    time: datetime.datetime
    """When it happened."""
    data: Any
    """What belongs to the type: the task for `task_created`, `task_updated` and `task_finished`, a piece of the
    answer as a string for `chunk`."""
    additional_properties: dict[str, Any] = _field(factory=dict, metadata=_OTHERS)
    """The undeclared properties."""
