from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..conversion import ResponseModel as _ResponseModel
from ..layout import OTHERS as _OTHERS
from ..layout import define as _define
from ..layout import field as _field

if TYPE_CHECKING:
    from ..models.tasks_list_item import TasksListItem


@_define(kw_only=True)
class TasksPage(_ResponseModel):
    """One page of tasks, and how many there are in all."""

    items: list[TasksListItem]
    """Tasks of this page, newest first."""
    total: int
    """Tasks that match, on all pages together."""
    page: int
    """Number of this page, starting from 1."""
    per_page: int
    """Tasks on a full page."""
    total_pages: int
    """Number of pages, `total` / `per_page` rounded up."""
    additional_properties: dict[str, Any] = _field(factory=dict, metadata=_OTHERS)
    """The undeclared properties."""
