from __future__ import annotations

import datetime

from attrs import define as _define

from ..models.closed_kind import ClosedKind
from ..types import Model as _Model


@_define(kw_only=True)
class Closed(_Model):
    kind: ClosedKind
    at: datetime.datetime
