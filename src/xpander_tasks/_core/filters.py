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


def checked_filters(filters: object, known: Iterable[str]) -> dict[str, Any]:
    """Check filters and return them as the generated operations take them.

    A filter whose value is None is refused: httpx would leave it out, and the list would be that of everybody.

    Args:
        filters: The filters that the caller gave: any mapping, or None for no filters.
        known: Names of the filters that this list has.

    Raises:
        UsageError: The filters are no mapping, a filter is unknown, or its value has the wrong type; a date is
            malformed or has no offset.
    """
    if filters is None:
        return {}
    if not isinstance(filters, Mapping):
        raise UsageError(0, f"expected filters as a mapping such as {{'status': 'failed'}}, got {_type(filters)}")
    given: dict[Any, Any] = dict(filters)
    if unknown := sorted(map(str, given.keys() - set(known))):
        hint = "; dates go with the organization's list, list(filters={...})" if set(unknown) & set(_DATES) else ""
        raise UsageError(0, f"unknown filter {', '.join(unknown)}; this list knows {', '.join(sorted(known))}{hint}")
    return {name: aware(name, value) if name in _DATES else _text(name, value) for name, value in given.items()}


def _text(name: str, value: object) -> str | AgentExecutionStatus:
    if not isinstance(value, str):
        hint = "; leave it out to list all values" if value is None else ""
        raise UsageError(0, f"expected filter {name} as a string, got {_type(value)}{hint}")
    return AgentExecutionStatus(str(value)) if name == "status" else value


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
            told = f"expected {name} in ISO 8601, such as 2026-02-01T00:00:00Z, got {moment!r:.80}"
            raise UsageError(0, told) from None
    if not isinstance(moment, datetime):
        raise UsageError(0, f"expected {name} as a datetime or ISO 8601 text, got {_type(moment)}")
    if moment.utcoffset() is None:
        raise UsageError(0, f"expected {name} with an offset; give it one, such as tzinfo=datetime.UTC")
    return moment


def _type(value: object) -> str:
    return "None" if value is None else type(value).__name__
