from __future__ import annotations

from attrs import define as _define

from ..conversion import Model as _Model


@_define(kw_only=True)
class Nothing(_Model):
    """An object that holds nothing."""
