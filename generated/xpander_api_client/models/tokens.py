from __future__ import annotations

from attrs import define as _define

from ..conversion import ResponseModel as _ResponseModel


@_define(kw_only=True)
class Tokens(_ResponseModel):
    """Language model tokens that the task has used."""

    completion_tokens: int = 0
    """Tokens written."""
    prompt_tokens: int = 0
    """Tokens read."""
    total_tokens: int = 0
    """Both together."""
