from __future__ import annotations

from typing import Any

from ..conversion import ResponseModel as _ResponseModel
from ..layout import OTHERS as _OTHERS
from ..layout import define as _define
from ..layout import field as _field


@_define(kw_only=True)
class DeepPlanningItem(_ResponseModel):
    """One step of the agent's plan."""

    id: str
    """Id of the step."""
    title: str
    """What the step is."""
    completed: bool = False
    """Whether it is done."""
    additional_properties: dict[str, Any] = _field(factory=dict, metadata=_OTHERS)
    """The undeclared properties."""
