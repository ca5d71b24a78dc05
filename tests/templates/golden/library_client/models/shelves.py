from __future__ import annotations

from attrs import define as _define
from attrs import field as _field

from ..conversion import OTHERS as _OTHERS
from ..conversion import Model as _Model


@_define(kw_only=True)
class Shelves(_Model):
    """Shelves that hold shelves."""

    additional_properties: dict[str, Shelves] = _field(factory=dict, metadata=_OTHERS)
    """The undeclared properties."""
