"""Streamed invokes."""

import pytest

from . import _texts
from ._answers import Stream, assert_that, task_of
from ._instants import parse
from ._task_factory import FINAL, Task, TaskFactory, run_concurrently

CASES: dict[str, Task] = {
    **{kind: {"input": {"text": text}} for kind, text in _texts.ALL.items()},
    "json": {"output_format": "json"},
    "markdown": {"output_format": "markdown"},
    "own id": {"id": ...},
}


@pytest.mark.claim("STREAM-1", "STREAM-2", "STREAM-3")
@pytest.mark.parametrize("case", CASES)
def test_a_stream_tells_of_its_task_from_creation_to_result(task_factory: TaskFactory, case: str) -> None:
    """STREAM-1, STREAM-2, STREAM-3: the events' order, the chunks of the result, the tasks in the events."""
    body = task_factory.body(**CASES[case])
    stream = task_factory.api.stream(task_factory.agent, body)
    assert_event_order(stream, body.get("id"))
    assert_event_tasks(stream)
    assert_chunks_are_the_result(task_factory, stream)


@pytest.mark.claim("STREAM-1", "STREAM-2")
def test_streams_at_the_same_time_do_not_mix(task_factory: TaskFactory) -> None:
    """STREAM-1, STREAM-2: every event of a stream is its own task's, however many run."""
    bodies = [
        task_factory.body(input={"text": f"Please say something about {number}. {_texts.PLAIN}"}) for number in range(5)
    ]
    streams = run_concurrently(lambda body: task_factory.api.stream(task_factory.agent, body), bodies)
    for body, stream in zip(bodies, streams, strict=True):
        assert_event_order(stream, body["id"])
        assert_chunks_are_the_result(task_factory, stream)


@pytest.mark.claim("STREAM-1", "STREAM-2", "STREAM-3", "TURN-1")
def test_a_streamed_turn_tells_of_this_turn_only(task_factory: TaskFactory) -> None:
    """STREAM-1, STREAM-2: the stream of a later turn carries the same task's id and this turn's result alone."""
    first = task_factory.completed("invoke_agent_stream")
    for number in (2, 3):
        body = task_factory.body(id=first["id"], input={"text": f"Please answer turn {number}."})
        stream = task_factory.api.stream(task_factory.agent, body)
        assert_event_order(stream, first["id"])
        assert_event_tasks(stream)
        assert_chunks_are_the_result(task_factory, stream)
        task = stream.finished()
        assert_that(
            task["input"].get("text") == body["input"]["text"], "this turn's input", task["input"], stream.answer
        )
        created = parse(task["created_at"]) == parse(first["created_at"])
        assert_that(created, f"created_at {first['created_at']}", task["created_at"], stream.answer)


@pytest.mark.claim("STREAM-1")
def test_a_streamed_sub_task_carries_its_own_id(task_factory: TaskFactory) -> None:
    """STREAM-1: every event carries the task's id, of a sub-task its own and not its parent's."""
    parent = task_factory.start()["id"]
    body = task_factory.body(parent_execution_id=parent)
    stream = task_factory.api.stream(task_factory.agent, body)
    assert_event_order(stream, body["id"])
    assert_chunks_are_the_result(task_factory, stream)


@pytest.mark.claim("STREAM-2")
def test_a_streamed_turn_of_a_parent_ends_with_its_sub_tasks(task_factory: TaskFactory) -> None:
    """STREAM-2: get agrees with the last event about the sub-tasks of a continued task."""
    parent = task_factory.parent()
    child = task_factory.completed(parent_execution_id=parent)["id"]
    stream = task_factory.api.stream(task_factory.agent, task_factory.body(id=parent))
    children = stream.finished().get("sub_executions") or []
    assert_that(child in children, f"{child} among the sub-tasks", children, stream.answer)


@pytest.mark.claim("STREAM-1", "STREAM-3")
@pytest.mark.parametrize("mood", ["fail", "error", "Please fail with an error."])
def test_a_stream_that_ends_badly_ends_with_task_finished_too(task_factory: TaskFactory, mood: str) -> None:
    """STREAM-1, STREAM-3: `task_finished` is last, whatever state the task ended in."""
    body = task_factory.body(input={"text": mood})
    stream = task_factory.api.stream(task_factory.agent, body)
    assert_event_order(stream, body["id"])
    finished = stream.finished()
    shown = task_factory.api.call("get_task", task=finished["id"])
    assert_that(shown.ok()["status"] == finished["status"], f"status {finished['status']}", shown.json["status"], shown)


def assert_event_order(stream: Stream, task: str | None) -> None:
    """Check STREAM-1: the task of the events and their order."""
    __tracebackhide__ = True
    kinds = [event["type"] for event in stream.events]
    assert_that(kinds.count("task_finished") == 1, "one task_finished", kinds, stream.answer, claim="STREAM-1")
    assert_that(kinds[-1] == "task_finished", "task_finished last", kinds, stream.answer, claim="STREAM-1")
    assert_that(kinds.count("task_created") == 1, "one task_created", kinds, stream.answer, claim="STREAM-1")
    before = kinds[: kinds.index("task_created")]
    assert_that("chunk" not in before, "task_created before any chunk", kinds, stream.answer, claim="STREAM-1")
    wanted = task or stream.events[-1]["task_id"]
    strange = [event for event in stream.events if event["task_id"] != wanted]
    assert_that(not strange, f"task_id {wanted} in every event", strange[:1], stream.answer, claim="STREAM-1")
    owner = stream.finished()["organization_id"]
    strange = [event for event in stream.events if event["organization_id"] != owner]
    assert_that(not strange, f"organization_id {owner} in every event", strange[:1], stream.answer, claim="STREAM-1")


def assert_chunks_are_the_result(task_factory: TaskFactory, stream: Stream) -> None:
    """Check STREAM-2: the chunks joined are the result, and get agrees."""
    __tracebackhide__ = True
    finished = stream.finished()
    chunks = [event["data"] for event in stream.of("chunk")]
    strings = all(isinstance(chunk, str) for chunk in chunks)
    assert_that(strings, "chunks that are strings", chunks, stream.answer, claim="STREAM-2")
    if finished.get("status") == "completed":
        joined = "".join(chunks)
        result = finished.get("result")
        assert_that(joined == result, f"chunks that join to {result!r}", joined, stream.answer, claim="STREAM-2")
    shown = task_factory.api.call("get_task", task=finished["id"])
    for name in ("id", "status", "result", "finished_at", "created_at", "input", "title", "is_manually_stopped"):
        actual, expected = shown.ok().get(name), finished.get(name)
        assert_that(
            actual == expected, f"{name} {expected!r} as the event says", actual, stream.answer, shown, claim="STREAM-2"
        )


def assert_event_tasks(stream: Stream) -> None:
    """Check STREAM-3: the tasks that the events carry."""
    __tracebackhide__ = True
    finished = stream.finished()
    for event in stream.of("task_created", "task_updated", "task_finished"):
        task = task_of(event, stream.answer)
        same = task["id"] == event["task_id"] and task["agent_id"] == finished["agent_id"]
        assert_that(same, f"the task of the stream in {event['type']}", task, stream.answer, claim="STREAM-3")
        if event["type"] != "task_updated":
            ended = task["status"] in FINAL
            right = ended == (event["type"] == "task_finished")
            assert_that(right, "a final status in task_finished alone", event, stream.answer, claim="STREAM-3")
    if finished["status"] == "completed":
        actual = (finished.get("result"), finished.get("finished_at"))
        assert_that(
            None not in actual, "result and finished_at in task_finished", actual, stream.answer, claim="STREAM-3"
        )
