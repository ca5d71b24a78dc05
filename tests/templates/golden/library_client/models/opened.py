from __future__ import annotations

import datetime

from attrs import define as _define

from ..models.opened_kind import OpenedKind
from ..types import Model as _Model


@_define(kw_only=True)
class Opened(_Model):
    kind: OpenedKind
    at: datetime.datetime
