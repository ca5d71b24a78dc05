from __future__ import annotations

from typing import Any

from ..conversion import Model as _Model
from ..layout import OTHERS as _OTHERS
from ..layout import define as _define
from ..layout import field as _field


@_define(kw_only=True)
class BranchSettings(_Model):
    """A `BranchSettings`."""

    opening: None | str
    additional_properties: dict[str, Any] = _field(factory=dict, metadata=_OTHERS)
    """The undeclared properties."""
