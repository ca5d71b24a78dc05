from __future__ import annotations

from attrs import define as _define

from ..conversion import ResponseModel as _ResponseModel


@_define(kw_only=True)
class DeepPlanningItem(_ResponseModel):
    """One step of the agent's plan."""

    id: str
    """Id of the step."""
    title: str
    """What the step is."""
    completed: bool = False
    """Whether it is done."""
