from __future__ import annotations

from typing import Any

from ..conversion import ResponseModel as _ResponseModel
from ..layout import OTHERS as _OTHERS
from ..layout import define as _define
from ..layout import field as _field


@_define(kw_only=True)
class PendingECARequest(_ResponseModel):
    """A sign-in by the user that the task waits for."""

    connector_name: str
    """Connector to sign in to."""
    auth_url: str
    """Address to sign in at."""
    additional_properties: dict[str, Any] = _field(factory=dict, metadata=_OTHERS)
    """The undeclared properties."""
