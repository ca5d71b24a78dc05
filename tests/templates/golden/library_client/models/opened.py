from __future__ import annotations

import datetime
from typing import Any

from ..conversion import ResponseModel as _ResponseModel
from ..layout import OTHERS as _OTHERS
from ..layout import define as _define
from ..layout import field as _field
from ..models.opened_kind import OpenedKind


@_define(kw_only=True)
class Opened(_ResponseModel):
    """A `Opened`."""

    kind: OpenedKind
    at: datetime.datetime
    additional_properties: dict[str, Any] = _field(factory=dict, metadata=_OTHERS)
    """The undeclared properties."""
