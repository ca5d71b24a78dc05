from __future__ import annotations

from attrs import define as _define
from attrs import field as _field

from ..types import UNSET, Unset
from ..types import Model as _Model


@_define(kw_only=True)
class Organization(_Model):
    name: str
    vat_number: str | Unset = _field(default=UNSET, metadata={"json_name": "vat-number"})
