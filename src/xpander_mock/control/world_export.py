"""Writes the present state of a mock as a world, from which another one can start."""

from collections.abc import Iterator
from typing import Any

from xpander_mock.rules.repository import TaskRepository
from xpander_mock.rules.times import format_instant
from xpander_mock.storage.task import Task

_DERIVED = frozenset({"sub_executions", "finished_sub_executions", "tokens"})


def export_tasks(repository: TaskRepository, blank: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the fields of all tasks, each with its latest turn, parents before their sub-tasks.

    Args:
        repository: The tasks.
        blank: The documented defaults of a task, which need not be written.
    """
    repository.apply_due()
    tasks = {task.id: task for task in repository.table.all()}
    return [_fields(repository, task, blank) for task in _parents_first(tasks)]


def _fields(repository: TaskRepository, task: Task, blank: dict[str, Any]) -> dict[str, Any]:
    shown = repository.views.task_view(task, ())
    fields = {name: value for name, value in shown.items() if name not in _DERIVED and value != blank.get(name)}
    # A default that differs from what `add_task` fills in must be written.
    for name in ("status", "title", "started_at", "paused_at", "finished_at", "result", "is_manually_stopped"):
        fields[name] = shown[name]
    return fields | {"user_id": task.user_id, "updated_at": format_instant(task.updated)}


def _parents_first(tasks: dict[str, Task]) -> Iterator[Task]:
    seen: set[str] = set()
    for task in tasks.values():
        chain: list[Task] = []
        current: Task | None = task
        while current is not None and current.id not in seen:
            seen.add(current.id)
            chain.append(current)
            current = tasks.get(current.parent or "")
        yield from reversed(chain)
