from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define as _define

from ..types import UNSET, Unset
from ..types import Model as _Model

if TYPE_CHECKING:
    from ..models.request import Request


@_define(kw_only=True)
class Model(_Model):
    """Another one."""

    request: Request | Unset = UNSET
