from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..conversion import ResponseModel as _ResponseModel
from ..layout import OTHERS as _OTHERS
from ..layout import define as _define
from ..layout import field as _field
from ..models.message_role import MessageRole

if TYPE_CHECKING:
    from ..models.message_metrics import MessageMetrics


@_define(kw_only=True)
class Message(_ResponseModel):
    """One message of a conversation. More fields may appear."""

    id: str
    """Id of the message."""
    role: MessageRole
    """Who said a message."""
    content: str | None
    """What was said; null when the message only calls tools."""
    created_at: int
    """When it was said, in Unix seconds."""
    metrics: MessageMetrics | None = None
    """Language model tokens that a message has used."""
    tool_calls: list[Any] | None = None
    """Calls of tools that the message makes."""
    additional_properties: dict[str, Any] = _field(factory=dict, metadata=_OTHERS)
    """The undeclared properties."""
