from __future__ import annotations

from typing import TYPE_CHECKING

from ..conversion import ResponseModel as _ResponseModel
from ..layout import OTHERS as _OTHERS
from ..layout import define as _define
from ..layout import field as _field

if TYPE_CHECKING:
    from ..models.message import Message


@_define(kw_only=True)
class FullThread(_ResponseModel):
    """The conversation of a task under `root`, and of each of its sub-tasks under the sub-task's id."""

    root: list[Message]
    """Messages of the task itself, oldest first."""
    additional_properties: dict[str, list[Message]] = _field(factory=dict, metadata=_OTHERS)
    """The undeclared properties."""
