from __future__ import annotations

from ..conversion import Model as _Model
from ..layout import OTHERS as _OTHERS
from ..layout import define as _define
from ..layout import field as _field


@_define(kw_only=True)
class Shelves(_Model):
    """Shelves that hold shelves."""

    additional_properties: dict[str, Shelves] = _field(factory=dict, metadata=_OTHERS)
    """The undeclared properties."""
