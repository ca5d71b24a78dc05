from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..conversion import ResponseModel as _ResponseModel
from ..layout import OTHERS as _OTHERS
from ..layout import define as _define
from ..layout import field as _field

if TYPE_CHECKING:
    from ..models.deep_planning_item import DeepPlanningItem


@_define(kw_only=True)
class DeepPlanning(_ResponseModel):
    """The agent's plan, when it works with one."""

    enabled: bool = False
    """Whether the agent plans."""
    enforce: bool = False
    """Whether the plan must be completed."""
    started: bool = False
    """Whether work on the plan has begun."""
    question_raised: bool = False
    """Whether the agent has asked something back."""
    tasks: list[DeepPlanningItem] = _field(factory=list)
    """The steps, in order."""
    additional_properties: dict[str, Any] = _field(factory=dict, metadata=_OTHERS)
    """The undeclared properties."""
