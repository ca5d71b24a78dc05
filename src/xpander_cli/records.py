"""Tasks as records: plain dictionaries with the API's names, the same fields in each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from xpander_cli.errors import CommandError

if TYPE_CHECKING:
    from xpander_tasks import Task, TaskEvent, TasksListItem

LIST_FIELDS = (
    "id",
    "agent_id",
    "organization_id",
    "status",
    "title",
    "created_at",
    "updated_at",
    "user_id",
    "parent_task_id",
    "triggering_agent_id",
    "source_node_type",
    "result",
)
"""The fields of a task in a list, in the order in which they are printed."""

# What a task in full says that nobody should find in a terminal's history or a log.
SECRET_FIELDS = frozenset({"user_oidc_token", "user_tokens", "mcp_servers"})


def of_item(item: TasksListItem) -> dict[str, Any]:
    """Return a task of a list as a record; what the API left out is None."""
    record: dict[str, Any] = {}
    # `to_dict` does the same for any model; this is four times as fast, and exports are made of it.
    for name in LIST_FIELDS:
        value = getattr(item, name)
        if isinstance(value, Enum):
            value = value.value
        elif isinstance(value, datetime) and value.tzinfo is UTC:
            value = value.isoformat()
        elif not (value is None or isinstance(value, str)):
            given = item.to_dict()
            return {name: given.get(name) for name in LIST_FIELDS}
        record[name] = value
    return record


def of_task(task: Task) -> dict[str, Any]:
    """Return a task in full as a record, with what the API said beyond the documented fields; secrets are left out."""
    return {name: value for name, value in (task.to_dict() | task.extra).items() if name not in SECRET_FIELDS}


def task_fields(records: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the names of all fields that tasks in full can have: documented ones, and others that these records have.

    Documented fields count even if no record has them, so that a script can name a field that only some tasks have.
    """
    import attrs

    from xpander_tasks import Task

    documented = (field.name for field in attrs.fields(Task) if field.name != "additional_properties")
    names = dict.fromkeys([*documented, *(name for record in records for name in record)])
    return [name for name in names if name not in SECRET_FIELDS]


def of_event(event: TaskEvent) -> dict[str, Any]:
    """Return an event of a stream as a record; secrets of a task in it are left out."""
    record = event.to_dict()
    if isinstance(data := record.get("data"), dict):
        record["data"] = {name: value for name, value in data.items() if name not in SECRET_FIELDS}
    return record


def chosen_fields(names: str | None, known: Sequence[str]) -> list[str]:
    """Return the fields that `--fields` names, all that are known without it.

    Raises:
        CommandError: One is unknown, or comes twice.
    """
    if names is None:
        return list(known)
    chosen = [name.strip() for name in names.split(",")]
    if unknown := [name for name in chosen if name not in known]:
        raise CommandError(f"unknown field {', '.join(map(repr, unknown))}", hint=f"Known are: {', '.join(known)}.")
    if len(set(chosen)) < len(chosen):
        raise CommandError("expected each of --fields once")
    return chosen


def only(record: Mapping[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """Return a record with these fields, in this order."""
    return {name: record.get(name) for name in fields}
