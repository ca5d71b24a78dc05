from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..conversion import Model as _Model
from ..layout import OTHERS as _OTHERS
from ..layout import define as _define
from ..layout import field as _field
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.user import User


@_define(kw_only=True)
class TaskInput(_Model):
    """What the agent is asked."""

    text: None | str | Unset = ""
    """The question or instruction."""
    files: list[str] | None | Unset = _field(factory=list)
    """Addresses of files to work on."""
    user: None | Unset | User = UNSET
    """The person who asks."""
    additional_properties: dict[str, Any] = _field(factory=dict, metadata=_OTHERS)
    """The undeclared properties."""
