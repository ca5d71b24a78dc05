from __future__ import annotations

from typing import Any, Literal

from ..conversion import ResponseModel as _ResponseModel
from ..layout import OTHERS as _OTHERS
from ..layout import define as _define
from ..layout import field as _field


@_define(kw_only=True)
class LentRoom(_ResponseModel):
    """A `LentRoom`."""

    kind: Literal["room"]
    number: int
    additional_properties: dict[str, Any] = _field(factory=dict, metadata=_OTHERS)
    """The undeclared properties."""
