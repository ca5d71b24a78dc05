from __future__ import annotations

from ..conversion import Model as _Model
from ..layout import define as _define


@_define(kw_only=True)
class Nothing(_Model):
    """An object that holds nothing."""
