from __future__ import annotations

from typing import Any

from ..conversion import ResponseModel as _ResponseModel
from ..layout import OTHERS as _OTHERS
from ..layout import define as _define
from ..layout import field as _field


@_define(kw_only=True)
class ValidationError(_ResponseModel):
    """One part of a request that is not as documented."""

    loc: list[int | str]
    """Where it is, such as `["query", "page"]` or `["body", "input", "user", "email"]`."""
    msg: str
    """What was expected, for a person to read."""
    type: str
    """Kind of error, for a program to read."""
    additional_properties: dict[str, Any] = _field(factory=dict, metadata=_OTHERS)
    """The undeclared properties."""
