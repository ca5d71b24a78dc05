from __future__ import annotations

import datetime
from uuid import UUID

from attrs import define as _define

from ..conversion import Model as _Model


@_define(kw_only=True)
class LoanBase(_Model):
    id: UUID
    opened: datetime.datetime
