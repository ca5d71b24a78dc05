from __future__ import annotations

import datetime

from attrs import define as _define

from ..conversion import ResponseModel as _ResponseModel
from ..models.opened_kind import OpenedKind


@_define(kw_only=True)
class Opened(_ResponseModel):
    kind: OpenedKind
    at: datetime.datetime
