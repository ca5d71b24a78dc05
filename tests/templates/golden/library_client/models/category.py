from __future__ import annotations

from attrs import define as _define

from ..conversion import Model as _Model
from ..types import UNSET, Unset


@_define(kw_only=True)
class Category(_Model):
    """A place in the tree of categories."""

    name: str
    parent: Category | None | Unset = UNSET
    children: list[Category] | Unset = UNSET
