from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define as _define

from ..conversion import ResponseModel as _ResponseModel

if TYPE_CHECKING:
    from ..models.model import Model


@_define(kw_only=True)
class Response(_ResponseModel):
    """A model with the name of a class of the client."""

    model: Model
    """Another one."""
