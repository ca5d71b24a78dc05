from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define as _define

from ..conversion import ResponseModel as _ResponseModel

if TYPE_CHECKING:
    from ..models.request import Request


@_define(kw_only=True)
class Model(_ResponseModel):
    """Another one."""

    request: Request | None = None
