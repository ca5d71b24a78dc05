from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ..conversion import Model as _Model
from ..layout import OTHERS as _OTHERS
from ..layout import define as _define
from ..layout import field as _field
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.book import Book


@_define(kw_only=True)
class Author(_Model):
    """Someone who has written books, which name their authors in turn."""

    id: UUID
    born: datetime.date | None | Unset = UNSET
    books: list[Book] | Unset = UNSET
    additional_properties: dict[str, Any] = _field(factory=dict, metadata=_OTHERS)
    """The undeclared properties."""
