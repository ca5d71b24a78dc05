"""Filters of a list: check them, and convert their values for the generated operations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from xpander_api_client.models import AgentExecutionStatus

from xpander_tasks.errors import UsageError

AGENT_FILTERS = ("user_id", "parent_task_id", "triggering_agent_id", "status", "internal_status")
ORGANIZATION_FILTERS = (*AGENT_FILTERS, "agent_id", "from_date", "to_date")
_DATES = ("from_date", "to_date")


def checked_filters(filters: Mapping[str, Any] | None, known: Iterable[str]) -> dict[str, Any]:
    """Check filters and return them as the generated operations take them, without those that are None.

    Args:
        filters: The filters that the caller gave.
        known: Names of the filters that this list has.

    Raises:
        UsageError: A filter is unknown, or a date is malformed or has no offset.
    """
    given = dict(filters or {})
    if unknown := sorted(given.keys() - set(known)):
        hint = "; dates go with the organization's list, list(filters={...})" if set(unknown) & set(_DATES) else ""
        raise UsageError(0, f"unknown filter {', '.join(unknown)}; this list knows {', '.join(sorted(known))}{hint}")
    if given.get("status") is not None:
        given["status"] = AgentExecutionStatus(given["status"])
    for name in _DATES:
        if given.get(name) is not None:
            given[name] = aware(name, given[name])
    return {name: value for name, value in given.items() if value is not None}


def aware(name: str, moment: object) -> datetime:
    """Check that a date has an offset, and return it as a datetime.

    Args:
        name: Name of the filter, for the message.
        moment: A datetime, or text in ISO 8601.

    Raises:
        UsageError: It is neither, or has no offset.
    """
    if isinstance(moment, str):
        try:
            moment = datetime.fromisoformat(moment)
        except ValueError:
            raise UsageError(0, f"expected {name} in ISO 8601, such as 2026-02-01T00:00:00Z, got {moment!r}") from None
    if not isinstance(moment, datetime):
        raise UsageError(0, f"expected {name} as a datetime or ISO 8601 text, got {type(moment).__name__}")
    if moment.utcoffset() is None:
        raise UsageError(0, f"expected {name} with an offset; give it one, such as tzinfo=datetime.UTC")
    return moment
