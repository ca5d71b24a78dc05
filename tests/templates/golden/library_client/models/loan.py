from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ..conversion import ResponseModel as _ResponseModel
from ..layout import OTHERS as _OTHERS
from ..layout import define as _define
from ..layout import field as _field
from ..models.genre import Genre

if TYPE_CHECKING:
    from ..models.lent_book import LentBook
    from ..models.lent_room import LentRoom
    from ..models.organization import Organization
    from ..models.person import Person


@_define(kw_only=True)
class Loan(_ResponseModel):
    """A loan; composed of a base and more."""

    id: UUID
    opened: datetime.datetime
    subject: LentBook | LentRoom
    """What is lent; a constant tells the kinds apart."""
    returned: datetime.datetime | None = None
    borrower: Organization | Person | None = None
    """Either form; nothing but their fields tells them apart."""
    due: datetime.date | str | None = None
    """A day, or words."""
    reminder: Genre | str | None = None
    """A kind of reminder, one of our own or any other."""
    additional_properties: dict[str, Any] = _field(factory=dict, metadata=_OTHERS)
    """The undeclared properties."""
