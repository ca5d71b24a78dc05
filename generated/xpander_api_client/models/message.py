from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define as _define
from attrs import field as _field

from ..models.message_role import MessageRole
from ..types import OTHERS as _OTHERS
from ..types import UNSET, Unset
from ..types import Model as _Model

if TYPE_CHECKING:
    from ..models.message_metrics import MessageMetrics


@_define(kw_only=True)
class Message(_Model):
    """One message of a conversation. More fields may appear."""

    id: str
    """Id of the message."""
    role: MessageRole
    """Who said a message."""
    content: None | str
    """What was said; null when the message only calls tools."""
    created_at: int
    """When it was said, in Unix seconds."""
    metrics: MessageMetrics | Unset = UNSET
    """Language model tokens that a message has used."""
    tool_calls: list[Any] | None | Unset = UNSET
    """Calls of tools that the message makes."""
    additional_properties: dict[str, Any] = _field(factory=dict, metadata=_OTHERS)
    """What has no field of its own."""
