"""Records of tasks are what the API sent."""

from __future__ import annotations

from typing import Any

import pytest

from xpander_cli.records import LIST_FIELDS, of_item
from xpander_tasks import TasksListItem

ITEM = {"id": "t-1", "agent_id": "a-1", "organization_id": "o-1", "status": "completed"}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"created_at": "2026-02-01T10:00:00Z", "updated_at": "2026-02-01T10:00:00.123456+00:00", "title": "A title"},
        {"created_at": "2026-02-01T10:00:00+05:30", "result": "done"},
        {"created_at": "2026-02-01T10:00:00"},
        {"status": "brand-new", "title": None},
        {"status": "paused", "something_else": {"deep": [1, 2]}},
    ],
)
def test_a_record_of_a_list_is_what_the_model_says(fields: dict[str, Any]) -> None:
    """Each field has the value of `to_dict`, with None for what is absent, whatever the offset of a date is."""
    item = TasksListItem.from_dict(ITEM | fields)
    given = item.to_dict()
    assert of_item(item) == {name: given.get(name) for name in LIST_FIELDS}
    assert {type(value) for value in of_item(item).values()} <= {str, type(None)}
