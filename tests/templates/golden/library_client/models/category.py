from __future__ import annotations

from typing import Any

from ..conversion import Model as _Model
from ..layout import OTHERS as _OTHERS
from ..layout import define as _define
from ..layout import field as _field
from ..types import UNSET, Unset


@_define(kw_only=True)
class Category(_Model):
    """A place in the tree of categories."""

    name: str
    parent: Category | None | Unset = UNSET
    children: list[Category] | Unset = UNSET
    additional_properties: dict[str, Any] = _field(factory=dict, metadata=_OTHERS)
    """The undeclared properties."""
