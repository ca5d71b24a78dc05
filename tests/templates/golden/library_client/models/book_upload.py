from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from ..conversion import Model as _Model
from ..layout import OTHERS as _OTHERS
from ..layout import define as _define
from ..layout import field as _field
from ..models.genre import Genre
from ..types import UNSET, File, Unset

if TYPE_CHECKING:
    from ..models.category import Category


@_define(kw_only=True)
class BookUpload(_Model):
    """A `body`."""

    file: File
    scans: list[File] | Unset = UNSET
    tags: list[Genre] | Unset = UNSET
    printed_on: datetime.date | Unset = _field(default=UNSET, metadata={"json_name": "printed-on"})
    category: Category | Unset = UNSET
    """A place in the tree of categories."""
    lent: bool | Unset = UNSET
    pages: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _field(factory=dict, metadata=_OTHERS)
    """The undeclared properties."""
