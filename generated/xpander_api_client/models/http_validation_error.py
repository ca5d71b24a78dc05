from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define as _define

from ..types import UNSET, Unset
from ..types import Model as _Model

if TYPE_CHECKING:
    from ..models.validation_error import ValidationError


@_define(kw_only=True)
class HTTPValidationError(_Model):
    """All parts of a request that are not as documented."""

    detail: list[ValidationError] | Unset = UNSET
    """The parts."""
