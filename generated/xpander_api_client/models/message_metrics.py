from __future__ import annotations

from attrs import define as _define

from ..conversion import ResponseModel as _ResponseModel


@_define(kw_only=True)
class MessageMetrics(_ResponseModel):
    """Language model tokens that a message has used."""

    input_tokens: int | None = None
    """Tokens read."""
    output_tokens: int | None = None
    """Tokens written."""
    total_tokens: int | None = None
    """Both together."""
