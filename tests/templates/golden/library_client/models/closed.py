from __future__ import annotations

import datetime

from attrs import define as _define

from ..conversion import ResponseModel as _ResponseModel
from ..models.closed_kind import ClosedKind


@_define(kw_only=True)
class Closed(_ResponseModel):
    kind: ClosedKind
    at: datetime.datetime
