from __future__ import annotations

from attrs import define as _define

from ..conversion import ResponseModel as _ResponseModel


@_define(kw_only=True)
class Request(_ResponseModel):
    field: str
    define: str
    attrs: str | None = None
