from __future__ import annotations

from typing import Any

from ..conversion import Model as _Model
from ..layout import OTHERS as _OTHERS
from ..layout import define as _define
from ..layout import field as _field
from ..types import UNSET, Unset


@_define(kw_only=True)
class BookForm(_Model):
    """A `BookForm`."""

    title: str
    page_count: int | Unset = _field(default=UNSET, metadata={"json_name": "page-count"})
    lent: bool | Unset = UNSET
    additional_properties: dict[str, Any] = _field(factory=dict, metadata=_OTHERS)
    """The undeclared properties."""
