from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..conversion import ResponseModel as _ResponseModel
from ..layout import OTHERS as _OTHERS
from ..layout import define as _define
from ..layout import field as _field

if TYPE_CHECKING:
    from ..models.validation_error import ValidationError


@_define(kw_only=True)
class HTTPValidationError(_ResponseModel):
    """All parts of a request that are not as documented."""

    detail: list[ValidationError] | None = None
    """The parts."""
    additional_properties: dict[str, Any] = _field(factory=dict, metadata=_OTHERS)
    """The undeclared properties."""
