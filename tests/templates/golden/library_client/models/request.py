from __future__ import annotations

from attrs import define as _define

from ..types import UNSET, Unset
from ..types import Model as _Model


@_define(kw_only=True)
class Request(_Model):
    field: str
    define: str
    attrs: str | Unset = UNSET
