from __future__ import annotations

from typing import Any

from attrs import define as _define
from attrs import field as _field

from ..types import OTHERS as _OTHERS
from ..types import UNSET, Unset
from ..types import Model as _Model


@_define(kw_only=True)
class Problem(_Model):
    """Why a request was refused, as in RFC 9457."""

    type: str = "about:blank"
    title: str
    status: int | Unset = UNSET
    additional_properties: dict[str, Any] = _field(factory=dict, metadata=_OTHERS)
    """What has no field of its own."""
