from __future__ import annotations

from typing import Any

from ..conversion import ResponseModel as _ResponseModel
from ..layout import OTHERS as _OTHERS
from ..layout import define as _define
from ..layout import field as _field


@_define(kw_only=True)
class MessageMetrics(_ResponseModel):
    """Language model tokens that a message has used."""

    input_tokens: int | None = None
    """Tokens read."""
    output_tokens: int | None = None
    """Tokens written."""
    total_tokens: int | None = None
    """Both together."""
    audio_input_tokens: int | None = None
    """Audio tokens read."""
    audio_output_tokens: int | None = None
    """Audio tokens written."""
    audio_total_tokens: int | None = None
    """Audio tokens in all."""
    cache_read_tokens: int | None = None
    """Tokens read from the provider's cache."""
    cache_write_tokens: int | None = None
    """Tokens written to the provider's cache."""
    reasoning_tokens: int | None = None
    """Tokens used for reasoning."""
    timer: Any = None
    """Timer of the call. Null in all published examples, so its type is unknown."""
    time_to_first_token: Any = None
    """Time until the first token came. Null in all published examples, so its type is unknown."""
    duration: Any = None
    """Duration of the call. Null in all published examples, so its type is unknown."""
    provider_metrics: Any = None
    """Metrics of the model's provider. Null in all published examples, so its type is unknown."""
    additional_metrics: Any = None
    """Other metrics. Null in all published examples, so its type is unknown."""
    additional_properties: dict[str, Any] = _field(factory=dict, metadata=_OTHERS)
    """The undeclared properties."""
