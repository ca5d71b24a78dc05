from __future__ import annotations

from typing import Literal

from attrs import define as _define

from ..conversion import ResponseModel as _ResponseModel


@_define(kw_only=True)
class LentBook(_ResponseModel):
    kind: Literal["book"]
    isbn: str
