"""Rules for the events of a streamed invoke."""

from collections.abc import Iterator

from .observation import FINAL, Observation
from .rule import Rules, Violation

RULES = Rules()
STREAM = ("invoke_agent_stream",)


@RULES.add("STREAM-1", operations=STREAM, statuses=[200])
def events_come_in_order(seen: Observation) -> Iterator[Violation]:
    """Check that there is one `task_created` before any chunk, and one `task_finished` at the end."""
    kinds = [event["type"] for event in seen.events]
    shown = ", ".join(dict.fromkeys(kinds))
    if kinds.count("task_finished") != 1 or kinds[-1] != "task_finished":
        yield Violation("STREAM-1", "one task_finished, as the last event", shown)
    if kinds.count("task_created") != 1:
        yield Violation("STREAM-1", "one task_created", f"{kinds.count('task_created')} among {shown}")
    elif "chunk" in kinds[: kinds.index("task_created")]:
        yield Violation("STREAM-1", "task_created before any chunk", shown)


@RULES.add("STREAM-1", operations=STREAM, statuses=[200])
def every_event_carries_the_task_and_its_organization(seen: Observation) -> Iterator[Violation]:
    """Check that all events have the same `task_id` and `organization_id`, those of the task."""
    task = seen.task
    for name, field in (("task_id", "id"), ("organization_id", "organization_id")):
        wanted = task[field] if task else None
        actual = {event[name] for event in seen.events}
        if wanted and actual != {wanted}:
            yield Violation("STREAM-1", f"{name} {wanted} in every event", f"{sorted(map(str, actual))}")


@RULES.add("STREAM-2", operations=STREAM, statuses=[200])
def the_chunks_joined_are_the_result(seen: Observation) -> Iterator[Violation]:
    """Check that the chunks are strings, and joined are the result of a completed task."""
    chunks = [event["data"] for event in seen.events if event["type"] == "chunk"]
    if not all(isinstance(chunk, str) for chunk in chunks):
        yield Violation("STREAM-2", "chunks that are strings", f"{chunks[:3]}")
    elif seen.task and seen.task["status"] == "completed" and "".join(chunks) != seen.task["result"]:
        yield Violation("STREAM-2", f"chunks that join to {seen.task['result']!r}", f"{''.join(chunks)!r}")


@RULES.add("STREAM-3", operations=STREAM, statuses=[200])
def the_events_of_the_task_carry_it(seen: Observation) -> Iterator[Violation]:
    """Check that created and finished events carry the task, and only the latter a final status with its result."""
    for event in seen.events:
        if event["type"] not in ("task_created", "task_finished"):
            continue
        task, is_last = event["data"], event["type"] == "task_finished"
        if (
            not isinstance(task, dict)
            or not {"id", "input", "agent_id"} <= task.keys()
            or task["id"] != event["task_id"]
        ):
            yield Violation("STREAM-3", f"{event['type']} that carries the task", f"{task!r}")
            continue
        status = task.get("status") or "pending"
        if (status in FINAL) != is_last and not (is_last and status == "paused"):
            yield Violation("STREAM-3", "a final status in task_finished alone", f"{status} in {event['type']}")
        elif is_last and status == "completed" and None in (task.get("result"), task.get("finished_at")):
            actual = f"{task.get('result')!r}, {task.get('finished_at')!r}"
            yield Violation("STREAM-3", "result and finished_at in task_finished", actual)
