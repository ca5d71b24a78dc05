"""The tasks that a command is about: those whose ids were given, or those that match the filters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from xpander_cli.errors import CommandError
from xpander_cli.options import ACTIVE, Filters
from xpander_cli.output import say
from xpander_cli.records import of_item, of_task
from xpander_cli.text import one_line

if TYPE_CHECKING:
    from xpander_tasks import TaskFilters, Tasks


def selected(tasks: Tasks, ids: Sequence[str], filters: Filters, *, active: bool) -> tuple[list[dict[str, Any]], bool]:
    """Return records of the tasks that are meant, each once.

    Args:
        tasks: The client.
        ids: Ids, of which those that do not exist are told and left out.
        filters: Used when there are no ids.
        active: Whether filters without a status mean only tasks that can still change.

    Returns:
        The records, and whether every id was found.

    Raises:
        CommandError: There is neither id nor filter, or there are both.
    """
    given = filters.given()
    if bool(ids) == bool(given):
        raise CommandError("expected ids or filters, got " + ("both" if ids else "neither"))
    if ids:
        return _by_id(tasks, ids)
    lists: list[TaskFilters] = [given]
    if active and "status" not in given:
        lists = [{**given, "status": status} for status in ACTIVE]
    found = [of_item(item) for filters_of_list in lists for item in tasks.list(filters=filters_of_list)]
    return list({record["id"]: record for record in found}.values()), True


def _by_id(tasks: Tasks, ids: Sequence[str]) -> tuple[list[dict[str, Any]], bool]:
    from xpander_tasks import NotFoundError

    found, complete = [], True
    for task_id in dict.fromkeys(ids):
        try:
            found.append(of_task(tasks.get(task_id)))
        except NotFoundError:
            complete = False
            say(f"{one_line(task_id)}: not found")
    return found, complete
