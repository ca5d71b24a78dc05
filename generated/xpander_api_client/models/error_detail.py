from __future__ import annotations

from attrs import define as _define

from ..types import Model as _Model


@_define(kw_only=True)
class ErrorDetail(_Model):
    """Why a request was refused."""

    detail: str
    """The reason, for a person to read."""
