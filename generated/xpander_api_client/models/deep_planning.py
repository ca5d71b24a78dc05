from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define as _define
from attrs import field as _field

from ..types import Model as _Model
from ..types import Unset

if TYPE_CHECKING:
    from ..models.deep_planning_item import DeepPlanningItem


@_define(kw_only=True)
class DeepPlanning(_Model):
    """The agent's plan, when it works with one."""

    enabled: bool | Unset = False
    """Whether the agent plans."""
    enforce: bool | Unset = False
    """Whether the plan must be completed."""
    started: bool | Unset = False
    """Whether work on the plan has begun."""
    question_raised: bool | Unset = False
    """Whether the agent has asked something back."""
    tasks: list[DeepPlanningItem] | Unset = _field(factory=list)
    """The steps, in order."""
