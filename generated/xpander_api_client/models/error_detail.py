from __future__ import annotations

from attrs import define as _define

from ..conversion import ResponseModel as _ResponseModel


@_define(kw_only=True)
class ErrorDetail(_ResponseModel):
    """Why a request was refused."""

    detail: str
    """The reason, for a person to read."""
