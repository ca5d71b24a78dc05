from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..conversion import ResponseModel as _ResponseModel
from ..layout import OTHERS as _OTHERS
from ..layout import define as _define
from ..layout import field as _field

if TYPE_CHECKING:
    from ..models.model import Model


@_define(kw_only=True)
class Response(_ResponseModel):
    """A model with the name of a class of the client."""

    model: Model
    """Another one."""
    additional_properties: dict[str, Any] = _field(factory=dict, metadata=_OTHERS)
    """The undeclared properties."""
