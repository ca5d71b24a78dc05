"""Rules for the time from a task's creation to its deletion."""

from collections.abc import Iterator

from .history_rule import HistoryRules
from .observation import INVOKES, Observation
from .rule import Violation
from .traffic import TaskLog, Traffic, Write, is_by_id, sightings

RULES = HistoryRules()


@RULES.add("DEL-1", "DEL-2", "DEL-3")
def a_deleted_task_is_gone(traffic: Traffic, seen: Observation) -> Iterator[Violation]:
    """Check that no operation and no list shows a task after its delete was answered."""
    shown = [sighting.task for sighting in sightings(seen) if sighting.kind == "item"]
    if is_by_id(seen) and seen.status in (200, 204):
        shown.append(seen.task_id)
    for task in shown:
        log = traffic.log(task)
        gone = log.gone
        if gone and gone.exchange.ended <= seen.exchange.started and not traffic.is_in_flight(task, *INVOKES):
            where = "404" if is_by_id(seen) else "no list to show it"
            yield Violation(
                _delete_claim(log, gone), f"{where}: {task} was deleted", f"{seen.status}", (gone.exchange,)
            )
            return


def _delete_claim(log: TaskLog, gone: Write) -> str:
    if not gone.exchange.request.url.partition("?")[0].endswith(log.id) and gone not in log.writes:
        return "DEL-2"
    return "DEL-3" if gone.was_running else "DEL-1"


@RULES.add("INVOKE-8", "DEL-3", "DEL-5", "AUTH-2", "AUTH-4")
def a_created_task_is_found(traffic: Traffic, seen: Observation) -> Iterator[Violation]:
    """Check that a task which was created and not deleted is not a 404 or 403 for its creator."""
    if not is_by_id(seen) or seen.status not in (403, 404):
        return
    log = traffic.log(seen.task_id)
    created = log.created
    if created is None or log.gone or created.exchange.ended > seen.exchange.started:
        return
    if created.exchange.caller != seen.exchange.caller or traffic.is_in_flight(seen.task_id, "delete_task"):
        return
    if any(write.operation == "delete_task" for write in log.writes) or not _has_known_ancestors(traffic, log):
        return
    deletes = [write for write in log.refused if write.operation == "delete_task"]
    claim, earlier = "INVOKE-8", (created.exchange,)
    if any(write.exchange.status == 401 for write in deletes):
        claim, earlier = "AUTH-4", (deletes[-1].exchange,)
    elif any(write.exchange.caller != created.exchange.caller for write in deletes):
        claim, earlier = "AUTH-2", (deletes[-1].exchange,)
    elif log.reused:
        claim = "DEL-5"
    elif seen.name == "delete_task":
        claim = "DEL-3"
    yield Violation(claim, f"task {seen.task_id}, which was created and not deleted", f"{seen.status}", earlier)


def _has_known_ancestors(traffic: Traffic, log: TaskLog) -> bool:
    """Check that every ancestor was created in this traffic and not deleted, even by a request without an answer."""
    names = [log.id, *traffic.ancestors(log.id)]
    logs = [traffic.log(name) for name in names]
    if any(each.created is None or each.gone for each in logs):
        return False
    return not any(write.operation == "delete_task" for each in logs for write in each.writes)


@RULES.add("INVOKE-7", "AUTH-4")
def a_refused_invoke_makes_no_task(traffic: Traffic, seen: Observation) -> Iterator[Violation]:
    """Check that no task exists whose id only refused invokes have named."""
    if seen.name != "get_task" or seen.status != 200:
        return
    log = traffic.log(seen.task_id)
    refused = [write for write in log.refused if write.operation in INVOKES]
    if not refused or log.writes or log.entries or log.gone or log.reused or traffic.is_in_flight(seen.task_id):
        return
    last = refused[-1].exchange
    if last.ended <= seen.exchange.started:
        claim = "AUTH-4" if last.status == 401 else "INVOKE-7"
        yield Violation(claim, f"no task {seen.task_id}: its invoke was refused", "200", (last,))


@RULES.add("AUTH-5")
def another_organizations_id_cannot_be_invoked(traffic: Traffic, seen: Observation) -> Iterator[Violation]:
    """Check that an invoke with the id of another organization's task is refused."""
    if seen.name not in INVOKES or seen.status != 200 or not isinstance(seen.sent, dict):
        return
    log = traffic.log(str(seen.sent.get("id") or ""))
    callers = {log.created.exchange.caller, seen.exchange.caller} if log.created and not log.gone else set()
    if callers == {"own", "other"} and log.created:
        yield Violation("AUTH-5", f"403 or 404: {log.id} is another organization's", "200", (log.created.exchange,))
