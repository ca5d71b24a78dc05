from __future__ import annotations

from attrs import define as _define

from ..types import Model as _Model
from ..types import Unset


@_define(kw_only=True)
class DeepPlanningItem(_Model):
    """One step of the agent's plan."""

    id: str
    """Id of the step."""
    title: str
    """What the step is."""
    completed: bool | Unset = False
    """Whether it is done."""
