"""Makes tasks from the fields that a test gives."""

from typing import Any
from uuid import uuid4

import msgspec

from xpander_mock.contract import Contract
from xpander_mock.rules.lifecycle import INTERNAL_STATUS
from xpander_mock.rules.repository import TaskRepository
from xpander_mock.rules.times import EARLIEST, LATEST, parse_instant
from xpander_mock.storage.task import COMPLETED, FINAL, PAUSED, PENDING, STOPPED, Task, Turn
from xpander_mock.world import Organization

_SYNONYMS = {"parent_task_id": "parent_execution", "source_node_type": "source"}
_DERIVED = frozenset({"sub_executions", "finished_sub_executions", "tokens"})
_TASK = ("id", "agent_id", "organization_id", "user_id", "parent_execution", "triggering_agent_id")
_TURN = ("input", "text", "title", "source", "status", "internal_status", "result", "is_manually_stopped")
_INSTANTS = ("created_at", "updated_at", "started_at", "paused_at", "finished_at")
_STORED_APART = frozenset(_TASK + _TURN + _INSTANTS)


def make_task(
    repository: TaskRepository, contract: Contract, organization: Organization, fields: dict[str, Any]
) -> Task:
    """Make a task from the given fields, and fill in the others to fit. Time does not change it, whatever its status.

    Args:
        repository: Where the task will be stored, and its parent is.
        contract: The documented fields.
        organization: Whose task it is, and the first of whose agents runs it, when the fields do not say so.
        fields: By the names of `Task` and `TasksListItem`, and `text` for the text of the input.

    Returns:
        The task, not yet stored.

    Raises:
        ValueError: A field is unknown, or its value is not valid for it.
    """
    fields = {_SYNONYMS.get(name, name): value for name, value in fields.items()}
    known = (_STORED_APART | contract.names("Task")) - _DERIVED
    if unknown := fields.keys() - known:
        raise ValueError(f"expected fields of {', '.join(sorted(known))}, got {', '.join(sorted(unknown))}")
    contract.check("Task", {"id": "", "agent_id": "", "organization_id": "", "input": {}} | _documented(fields))
    _check_listed(contract, fields)
    created = _instant(fields, "created_at", repository.clock.now())
    status = fields.get("status") or COMPLETED
    turn = _turn(fields, status, created)
    user = turn.input.get("user") or {}
    parent = fields.get("parent_execution")
    if parent is not None and repository.table.find(parent) is None:
        raise ValueError(f"expected parent_execution to be a task that exists, got {parent!r}")
    changed = max(instant for instant in (created, turn.started, turn.paused, turn.ended) if instant is not None)
    return Task(
        id=fields.get("id") or str(uuid4()),
        organization_id=fields.get("organization_id") or organization.id,
        agent_id=fields.get("agent_id") or (organization.agents[0].id if organization.agents else ""),
        user_id=fields.get("user_id", user.get("id")),
        parent=parent,
        triggering_agent_id=fields.get("triggering_agent_id"),
        created=created,
        updated=_instant(fields, "updated_at", changed),
        turns=[turn],
    )


def _check_listed(contract: Contract, fields: dict[str, Any]) -> None:
    """Check the fields that only lists show, by the schema of their items."""
    listed = {name: fields[name] for name in ("user_id", "updated_at") if name in fields}
    instant = fields.get("created_at", "1970-01-01T00:00:00Z")
    item = {"id": "", "agent_id": "", "organization_id": "", "status": COMPLETED, "updated_at": instant}
    contract.check("TasksListItem", item | {"created_at": instant} | listed)
    if not isinstance(fields.get("text", ""), str):
        raise ValueError(f"expected `text` to be a string, got {fields['text']!r}")
    for name in _INSTANTS:
        instant = _optional(fields, name, 0) or 0
        if not EARLIEST <= instant <= LATEST:
            raise ValueError(f"expected `{name}` within the years 1 to 9999, got {fields[name]!r}")


def _turn(fields: dict[str, Any], status: str, created: int) -> Turn:
    text = fields.get("text", "hello")
    started = None if status == PENDING else created
    return Turn(
        asked=created,
        input=fields.get("input") or {"text": text},
        title=fields.get("title", text),
        source=fields.get("source"),
        status=status,
        internal_status=fields.get("internal_status", INTERNAL_STATUS[status]),
        started=_optional(fields, "started_at", started),
        paused=_optional(fields, "paused_at", created if status == PAUSED else None),
        ended=_optional(fields, "finished_at", created if status in FINAL else None),
        result=fields.get("result", text if status == COMPLETED else None),
        stopped=fields.get("is_manually_stopped", status == STOPPED),
        fields={name: value for name, value in fields.items() if name not in _STORED_APART},
    )


def _documented(fields: dict[str, Any]) -> dict[str, Any]:
    created = fields.get("created_at", "1970-01-01T00:00:00Z")
    return {name: value for name, value in fields.items() if name not in ("text", "user_id", "updated_at")} | {
        "created_at": created
    }


def _instant(fields: dict[str, Any], name: str, default: int) -> int:
    found = _optional(fields, name, default)
    return default if found is None else found


def _optional(fields: dict[str, Any], name: str, default: int | None) -> int | None:
    if name not in fields:
        return default
    return None if fields[name] is None else parse_instant(msgspec.convert(fields[name], str))
