from __future__ import annotations

from attrs import define as _define

from ..types import Model as _Model
from ..types import Unset


@_define(kw_only=True)
class Tokens(_Model):
    """Language model tokens that the task has used."""

    completion_tokens: int | Unset = 0
    """Tokens written."""
    prompt_tokens: int | Unset = 0
    """Tokens read."""
    total_tokens: int | Unset = 0
    """Both together."""
