from __future__ import annotations

import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from attrs import define as _define

from ..conversion import Model as _Model
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.book import Book


@_define(kw_only=True)
class Author(_Model):
    """Someone who has written books, which name their authors in turn."""

    id: UUID
    born: datetime.date | None | Unset = UNSET
    books: list[Book] | Unset = UNSET
