from __future__ import annotations

from attrs import define as _define
from attrs import field as _field

from ..conversion import Model as _Model
from ..types import UNSET, Unset


@_define(kw_only=True)
class SearchFilter(_Model):
    """A filter whose fields become query parameters of their own."""

    min_pages: int | Unset = _field(default=UNSET, metadata={"json_name": "min-pages"})
    language: None | str | Unset = UNSET
