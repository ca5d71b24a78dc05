"""Filters of a list: which ones there are, and how their values are sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from xpander_api_client.models import AgentExecutionStatus

from xpander_tasks._errors import MisuseError

AGENT_FILTERS = ("user_id", "parent_task_id", "triggering_agent_id", "status", "internal_status")
ORGANIZATION_FILTERS = (*AGENT_FILTERS, "agent_id", "from_date", "to_date")
_DATES = ("from_date", "to_date")


def checked_filters(filters: Mapping[str, Any] | None, known: Iterable[str]) -> dict[str, Any]:
    """Return the filters as the generated operations take them, without those that are None.

    Raises:
        MisuseError: A filter is not known here, or a date is malformed or has no offset.
    """
    given = dict(filters or {})
    if unknown := sorted(given.keys() - set(known)):
        hint = "; dates go with the organization's list, list(filters={...})" if set(unknown) & set(_DATES) else ""
        raise MisuseError(0, f"unknown filter {', '.join(unknown)}; this list knows {', '.join(sorted(known))}{hint}")
    if given.get("status") is not None:
        given["status"] = AgentExecutionStatus(given["status"])
    for name in _DATES:
        if given.get(name) is not None:
            given[name] = aware(name, given[name])
    return {name: value for name, value in given.items() if value is not None}


def aware(name: str, moment: object) -> datetime:
    """Return a moment that has an offset, read from ISO 8601 if it is text.

    Raises:
        MisuseError: It is not a moment, or has no offset.
    """
    if isinstance(moment, str):
        try:
            moment = datetime.fromisoformat(moment)
        except ValueError:
            raise MisuseError(0, f"expected {name} in ISO 8601, such as 2026-02-01T00:00:00Z, got {moment!r}") from None
    if not isinstance(moment, datetime):
        raise MisuseError(0, f"expected {name} as a datetime or ISO 8601 text, got {type(moment).__name__}")
    if moment.utcoffset() is None:
        raise MisuseError(0, f"expected {name} with an offset; give it one, such as tzinfo=datetime.UTC")
    return moment
