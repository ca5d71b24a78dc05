from __future__ import annotations

from attrs import define as _define

from ..types import UNSET, Unset
from ..types import Model as _Model


@_define(kw_only=True)
class MessageMetrics(_Model):
    """Language model tokens that a message has used."""

    input_tokens: int | Unset = UNSET
    """Tokens read."""
    output_tokens: int | Unset = UNSET
    """Tokens written."""
    total_tokens: int | Unset = UNSET
    """Both together."""
