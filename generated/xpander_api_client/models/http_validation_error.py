from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define as _define

from ..conversion import ResponseModel as _ResponseModel

if TYPE_CHECKING:
    from ..models.validation_error import ValidationError


@_define(kw_only=True)
class HTTPValidationError(_ResponseModel):
    """All parts of a request that are not as documented."""

    detail: list[ValidationError] | None = None
    """The parts."""
