from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..conversion import Model as _Model
from ..layout import OTHERS as _OTHERS
from ..layout import define as _define
from ..layout import field as _field
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.branch_settings import BranchSettings
    from ..models.nothing import Nothing
    from ..models.shelves import Shelves


@_define(kw_only=True)
class Settings(_Model):
    """Settings, with those of each branch by its name."""

    default_branch: str | Unset = _field(default=UNSET, metadata={"json_name": "default-branch"})
    shelves: Shelves | Unset = UNSET
    """Shelves that hold shelves."""
    nothing: Nothing | Unset = UNSET
    """An object that holds nothing."""
    anything: Any = UNSET
    additional_properties: dict[str, BranchSettings] = _field(factory=dict, metadata=_OTHERS)
    """The undeclared properties."""
