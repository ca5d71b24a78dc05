from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID

from ..conversion import Model as _Model
from ..layout import OTHERS as _OTHERS
from ..layout import define as _define
from ..layout import field as _field


@_define(kw_only=True)
class LoanBase(_Model):
    """A `LoanBase`."""

    id: UUID
    opened: datetime.datetime
    additional_properties: dict[str, Any] = _field(factory=dict, metadata=_OTHERS)
    """The undeclared properties."""
