from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..conversion import Model as _Model
from ..layout import OTHERS as _OTHERS
from ..layout import define as _define
from ..layout import field as _field
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.json_object import JsonObject


@_define(kw_only=True)
class User(_Model):
    """The person on whose behalf an agent runs."""

    email: str
    """Email address."""
    id: None | str | Unset = UNSET
    """Id of the user."""
    first_name: None | str | Unset = UNSET
    """Given name."""
    last_name: None | str | Unset = UNSET
    """Family name."""
    display_name: None | str | Unset = UNSET
    """Name to show."""
    timezone: None | str | Unset = UNSET
    """Time zone, such as `Europe/Paris`."""
    additional_attributes: JsonObject | None | Unset = UNSET
    """Anything else worth knowing about the user."""
    additional_properties: dict[str, Any] = _field(factory=dict, metadata=_OTHERS)
    """The undeclared properties."""
