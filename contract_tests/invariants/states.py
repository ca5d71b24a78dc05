"""Rules for the state of a task over time."""

from collections.abc import Iterator
from typing import Any

from ..contract.instants import parse_instant
from .history_rule import HistoryRules
from .invokes import ECHOED, is_sent
from .observation import FINAL, INVOKES, RUNNING, Observation
from .rule import Violation
from .traffic import Entry, Sighting, TaskLog, Traffic, sightings

RULES = HistoryRules()
LASTING = ("status", "result", "finished_at", "is_manually_stopped")
ITEM_FIELD = {"parent_execution": "parent_task_id"}
MOST_READ_CHANGES = 2


def _news(seen: Observation, traffic: Traffic) -> Iterator[tuple[Sighting, TaskLog]]:
    """Yield the items and tasks that an observation shows, without those that are as they were last seen."""
    for sighting in sightings(seen):
        if sighting.kind not in ("item", "task"):
            continue
        log = traffic.log(sighting.task)
        last = log.latest(sighting.kind)
        if log.gone is None and (last is None or last.data != sighting.data or seen.name == "stop_task"):
            yield sighting, log


def _states(seen: Observation, traffic: Traffic) -> Iterator[tuple[Sighting, TaskLog]]:
    """Yield the same, but nothing for an invoke, which changes the task itself."""
    if seen.name not in INVOKES:
        yield from _news(seen, traffic)


def _value(data: dict[str, Any], kind: str, name: str) -> Any:
    """Return a task's field by its name in a task, from a task or an item; `...` if the kind does not have it."""
    return data.get(ITEM_FIELD.get(name, name) if kind == "item" else name, ...)


@RULES.add("GET-4", "STOP-1", "STOP-2", "META-5", "STREAM-2", "INVOKE-8")
def a_final_state_stays(traffic: Traffic, seen: Observation) -> Iterator[Violation]:
    """Check that a task in a final state keeps status, result and end until it is invoked again."""
    for sighting, log in _states(seen, traffic):
        for entry in reversed(log.entries):
            if entry.kind not in ("item", "task") or entry.ended > seen.exchange.started:
                continue
            if entry.data["status"] not in FINAL or not traffic.is_quiet(log, entry.started):
                continue
            for name in LASTING:
                before, now = _value(entry.data, entry.kind, name), _value(sighting.data, sighting.kind, name)
                if ... not in (before, now) and before != now:
                    claim = _final_claim(entry, sighting, seen, name)
                    yield Violation(claim, f"{name} {before!r} for good", f"{name} {now!r}", (entry.exchange,))
                    return
            break


def _final_claim(entry: Entry, sighting: Sighting, seen: Observation, name: str) -> str:
    if seen.name == "stop_task":
        return "STOP-2"
    if entry.operation == "stop_task" or (entry.data["status"] == "stopped" and name == "status"):
        return "STOP-1"
    if entry.kind != sighting.kind:
        return "META-5"
    return {"invoke_agent_stream": "STREAM-2", "invoke_agent": "INVOKE-8"}.get(entry.operation, "GET-4")


@RULES.add("GET-1", "TURN-2", "INVOKE-8")
def what_identifies_a_task_never_changes(traffic: Traffic, seen: Observation) -> Iterator[Violation]:
    """Check that agent, organization and `created_at` are always those that were first shown."""
    for sighting, log in _news(seen, traffic):
        first = next((entry for entry in log.entries if entry.kind in ("item", "task")), None)
        if first is None or log.created is None:  # others may have deleted it and used its id again
            continue
        for name in ("created_at", "agent_id", "organization_id"):
            before, now = first.data[name], sighting.data[name]
            if before == now or None in (before, now):
                continue
            if name == "created_at" and parse_instant(before) == parse_instant(now):
                continue
            claim = "GET-1"
            if len(log.turns) > 1 and name == "created_at":
                claim = "TURN-2"
            elif sighting.kind == "task":
                claim = "INVOKE-8"
            yield Violation(claim, f"{name} {before}", f"{name} {now}", (first.exchange,))
            return


@RULES.add("GET-6", "TURN-2", "INVOKE-4")
def a_task_shows_its_latest_turn(traffic: Traffic, seen: Observation) -> Iterator[Violation]:
    """Check that a task shows the fields and the input text that its latest invoke sent."""
    for sighting, log in _states(seen, traffic):
        if not log.turns or not traffic.is_quiet(log, seen.exchange.started):
            continue
        last, sent = log.turns[-1], log.turns[-1].sent
        if not isinstance(sent, dict):
            continue
        for name, shown in ECHOED.items():
            actual = _value(sighting.data, sighting.kind, shown)
            if is_sent(sent, name) and actual is not ... and actual != sent[name]:
                claim = "TURN-2" if name == "title" and len(log.turns) > 1 else "INVOKE-4"
                yield Violation(claim, f"{shown} {sent[name]!r}", f"{shown} {actual!r}", (last.exchange,))
                return
        text = (sent.get("input") or {}).get("text")
        if sighting.kind == "task" and text and sighting.data["input"].get("text") != text:
            actual = sighting.data["input"].get("text")
            yield Violation("GET-6", f"input text {text!r}", f"{actual!r}", (last.exchange,))


@RULES.add("LIST-8")
def a_task_has_no_result_before_its_first_end(traffic: Traffic, seen: Observation) -> Iterator[Violation]:
    """Check that a task which runs for the first time has no `result`."""
    for sighting, log in _states(seen, traffic):
        first = log.created and len(log.turns) == 1 and not log.reused and not traffic.is_in_flight(log.id)
        if first and log.simple and sighting.data["status"] in RUNNING and sighting.data["result"] is not None:
            yield Violation("LIST-8", "no result before the first end", f"{sighting.data['result']!r}")


@RULES.add("META-8", "META-10", "AUTH-2", "AUTH-4")
def only_a_stop_stops_a_task(traffic: Traffic, seen: Observation) -> Iterator[Violation]:
    """Check that no task is manually stopped that nobody has stopped since its latest invoke."""
    if seen.name == "stop_task":
        return
    for sighting, log in _states(seen, traffic):
        if sighting.kind != "task" or not sighting.data["is_manually_stopped"] or not log.created or not log.simple:
            continue
        family = [log, *(traffic.log(name) for name in traffic.ancestors(log.id))]
        stops = [write for each in family for write in each.writes if write.operation == "stop_task"]
        began = log.turns[-1].exchange.started
        if any(write.exchange.ended > began for write in stops) or traffic.is_in_flight(log.id):
            continue
        if any(each.created is None or traffic.is_in_flight(each.id) for each in family):
            continue
        refused = [write for write in log.refused if write.operation == "stop_task"]
        claim = "META-10" if stops else "META-8"
        if refused:
            claim = "AUTH-4" if refused[-1].exchange.status == 401 else "AUTH-2"
        earlier = tuple(write.exchange for write in refused[-1:])
        yield Violation(claim, "a task that nobody has stopped", "is_manually_stopped true", earlier)


@RULES.add("STOP-1")
def a_stopped_task_is_flagged(traffic: Traffic, seen: Observation) -> Iterator[Violation]:
    """Check that `is_manually_stopped` is true in a task of this traffic that a stop has ended."""
    if seen.name != "stop_task" or seen.status != 200 or not traffic.log(seen.task_id).created:
        return
    if seen.answer["status"] == "stopped" and not seen.answer["is_manually_stopped"]:
        yield Violation("STOP-1", "is_manually_stopped true in a stopped task", "false")


@RULES.add("META-7")
def reading_changes_nothing(traffic: Traffic, seen: Observation) -> Iterator[Violation]:
    """Check that an ended task does not change again and again while it is only read."""
    for sighting, log in _states(seen, traffic):
        if sighting.data["status"] not in FINAL:
            continue
        name = "updated_at" if sighting.kind == "item" else "execution_attempts"
        values = [
            entry.data[name]
            for entry in log.entries
            if entry.kind == sighting.kind and entry.data["status"] in FINAL and traffic.is_quiet(log, entry.started)
        ]
        values.append(sighting.data[name])
        if len(set(values)) > MOST_READ_CHANGES:
            yield Violation("META-7", f"{name} unchanged by reading", f"{', '.join(map(str, values))}")


@RULES.add("META-5", "GET-1", confirm=2)
def lists_and_get_agree(traffic: Traffic, seen: Observation) -> Iterator[Violation]:
    """Check that what an item showed between two equal tasks is what the task showed, and the other way round."""
    for sighting in sightings(seen):
        log = traffic.log(sighting.task)
        if sighting.kind not in ("item", "task") or log.gone or len(log.entries) < MOST_READ_CHANGES:
            continue
        same = log.latest(sighting.kind)
        other = log.latest("item" if sighting.kind == "task" else "task")
        if not same or not other or same.data != sighting.data or traffic.is_in_flight(sighting.task):
            continue
        if not same.started <= other.started <= other.ended <= seen.exchange.started:
            continue
        if same.started < log.last_write_ended():
            continue
        for name in ("status", "result", "title", "agent_id", "parent_execution", "triggering_agent_id"):
            before, now = _value(other.data, other.kind, name), _value(sighting.data, sighting.kind, name)
            if before != now and sighting.data["status"] in FINAL:
                claim = "META-5" if name in ("status", "result") else "GET-1"
                yield Violation(claim, f"{name} {before!r} in list and get", f"{now!r}", (other.exchange,))
                break
