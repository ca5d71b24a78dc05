from __future__ import annotations

from typing import Literal

from attrs import define as _define

from ..types import Model as _Model


@_define(kw_only=True)
class LentRoom(_Model):
    kind: Literal["room"]
    number: int
