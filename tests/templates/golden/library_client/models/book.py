from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from ..conversion import Model as _Model
from ..layout import OTHERS as _OTHERS
from ..layout import define as _define
from ..layout import field as _field
from ..models.genre import Genre
from ..models.rank import Rank
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.author import Author
    from ..models.category import Category
    from ..models.copies_by_branch import CopiesByBranch
    from ..models.notes import Notes


@_define(kw_only=True)
class Book(_Model):
    """A book, with "quotes" and a back\\slash."""

    isbn: str
    """Number of the book, its "ISBN" """
    title: str
    class_: str = _field(metadata={"json_name": "class"})
    """A reserved word of Python."""
    genres: list[Genre]
    pages: int
    from_: datetime.date | None | Unset = _field(default=UNSET, metadata={"json_name": "from"})
    list_: list[str] | Unset = _field(factory=list, metadata={"json_name": "list"})
    """A builtin that the annotations use."""
    str_: str | Unset = _field(default='it\'s "quoted"', metadata={"json_name": "str"})
    self_: bool | Unset = _field(default=True, metadata={"json_name": "self"})
    datetime_: datetime.datetime | None | Unset = _field(default=UNSET, metadata={"json_name": "datetime"})
    format: str | Unset = UNSET
    """A builtin that is a legal attribute."""
    shelfMark: str | Unset = UNSET
    shelfmark: str | Unset = _field(default=UNSET, metadata={"json_name": "shelf-mark"})
    """Another name that looks the same in Python."""
    ref_count: int | Unset = _field(default=UNSET, metadata={"json_name": "$ref-count"})
    rank: None | Rank | Unset = UNSET
    price: float | None | Unset = UNSET
    category: Category | Unset = UNSET
    """A place in the tree of categories."""
    authors: list[Author] | None | Unset = UNSET
    copies: CopiesByBranch | Unset = UNSET
    """How many copies each branch has."""
    notes: Notes | Unset = UNSET
    """Notes by their authors."""
    additional_properties: dict[str, Any] = _field(factory=dict, metadata=_OTHERS)
    """The undeclared properties."""
