from __future__ import annotations

from typing import Any

from ..conversion import ResponseModel as _ResponseModel
from ..layout import OTHERS as _OTHERS
from ..layout import define as _define
from ..layout import field as _field


@_define(kw_only=True)
class Tokens(_ResponseModel):
    """Language model tokens that the task has used."""

    completion_tokens: int = 0
    """Tokens written."""
    prompt_tokens: int = 0
    """Tokens read."""
    total_tokens: int = 0
    """Both together."""
    additional_properties: dict[str, Any] = _field(factory=dict, metadata=_OTHERS)
    """The undeclared properties."""
