from __future__ import annotations

from attrs import define as _define
from attrs import field as _field

from ..conversion import Model as _Model
from ..types import UNSET, Unset


@_define(kw_only=True)
class BookForm(_Model):
    title: str
    page_count: int | Unset = _field(default=UNSET, metadata={"json_name": "page-count"})
    lent: bool | Unset = UNSET
