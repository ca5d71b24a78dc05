"""Rules for parents and sub-tasks."""

from collections.abc import Iterator

from .history_rule import HistoryRules
from .observation import LISTS, Observation
from .rule import Violation
from .traffic import TaskLog, Traffic, Write, sightings

RULES = HistoryRules()
PLAIN = {"parent_task_id", "page", "per_page"}


def _known_children(traffic: Traffic, log: TaskLog, seen: Observation) -> Iterator[tuple[str, Write]]:
    """Yield the sub-tasks that certainly exist while an observation was made."""
    for child, created in log.children.items():
        below = traffic.log(child)
        if below.gone or traffic.is_in_flight(child, "delete_task") or not below.simple:
            continue
        if created.exchange.ended <= seen.exchange.started and created.exchange.caller == seen.exchange.caller:
            yield child, created


@RULES.add("INVOKE-6", "STREAM-2", "DEL-4", "AUTH-2")
def a_parent_names_its_sub_tasks(traffic: Traffic, seen: Observation) -> Iterator[Violation]:
    """Check that `sub_executions` has every known sub-task, and neither a deleted one nor another organization's."""
    for sighting in sightings(seen):
        log = traffic.log(sighting.task)
        if sighting.kind != "task" or log.gone or not log.children:
            continue
        shown = sighting.data["sub_executions"] or []
        for child, created in _known_children(traffic, log, seen):
            if child not in shown:
                claim = "STREAM-2" if seen.name == "invoke_agent_stream" else "INVOKE-6"
                yield Violation(claim, f"{child} in sub_executions", f"{shown}", (created.exchange,))
                break
        for child, created in log.children.items():
            gone = traffic.log(child).gone
            if child in shown and gone and gone.exchange.ended <= seen.exchange.started:
                yield Violation("DEL-4", f"{child} no longer in sub_executions", f"{shown}", (gone.exchange,))
            if child in shown and log.created and created.exchange.caller != log.created.exchange.caller:
                yield Violation("AUTH-2", "no sub-task of another organization", f"{child}", (created.exchange,))
        if "" in shown:
            yield Violation("DEL-4", "ids in sub_executions", f"{shown}")


@RULES.add("INVOKE-6")
def a_sub_task_is_listed_under_its_parent(traffic: Traffic, seen: Observation) -> Iterator[Violation]:
    """Check that a list of all sub-tasks of a parent has every known one."""
    parent = seen.value("parent_task_id")
    if seen.name not in LISTS or seen.status != 200 or not parent or not PLAIN.issuperset(dict(seen.query)):
        return
    if seen.answer["page"] != 1 or seen.answer["total"] > seen.answer["per_page"]:
        return
    listed = {item["id"] for item in seen.items}
    for child, created in _known_children(traffic, traffic.log(parent), seen):
        if seen.agent_id and f"/agents/{seen.agent_id}/" not in created.exchange.request.url:
            continue
        if child not in listed:
            yield Violation("INVOKE-6", f"{child} under its parent", f"{sorted(listed)}", (created.exchange,))
            return
