from __future__ import annotations

from attrs import define as _define
from attrs import field as _field

from ..conversion import ResponseModel as _ResponseModel


@_define(kw_only=True)
class Organization(_ResponseModel):
    name: str
    vat_number: str | None = _field(default=None, metadata={"json_name": "vat-number"})
