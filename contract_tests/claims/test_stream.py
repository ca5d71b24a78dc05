"""Streamed invokes."""

import pytest

from contract_tests.claims import _texts
from contract_tests.claims._instants import parse
from contract_tests.claims._tasks import FINAL, Task, Workshop, together
from contract_tests.claims.api import Stream, require, task_of

CASES: dict[str, Task] = {
    **{kind: {"input": {"text": text}} for kind, text in _texts.ALL.items()},
    "json": {"output_format": "json"},
    "markdown": {"output_format": "markdown"},
    "own id": {"id": ...},
}


@pytest.mark.claim("STREAM-1", "STREAM-2", "STREAM-3")
@pytest.mark.parametrize("case", CASES)
def test_a_stream_tells_of_its_task_from_creation_to_result(shop: Workshop, case: str) -> None:
    """STREAM-1, STREAM-2, STREAM-3: the order of events, the chunks that make up the result, and the tasks told of."""
    body = shop.body(**CASES[case])
    stream = shop.api.stream(shop.agent, body)
    judge_order(stream, body.get("id"))
    judge_tasks(stream)
    judge_result(shop, stream)


@pytest.mark.claim("STREAM-1", "STREAM-2")
def test_streams_at_the_same_time_do_not_mix(shop: Workshop) -> None:
    """STREAM-1, STREAM-2: every event of a stream is its own task's, however many run."""
    bodies = [shop.body(input={"text": f"Please say something about {number}. {_texts.PLAIN}"}) for number in range(5)]
    streams = together(lambda body: shop.api.stream(shop.agent, body), bodies)
    for body, stream in zip(bodies, streams, strict=True):
        judge_order(stream, body["id"])
        judge_result(shop, stream)


@pytest.mark.claim("STREAM-1", "STREAM-2", "STREAM-3", "TURN-1")
def test_a_streamed_turn_tells_of_this_turn_only(shop: Workshop) -> None:
    """STREAM-1, STREAM-2: the stream of a later turn carries the same task's id and this turn's result alone."""
    first = shop.completed("invoke_agent_stream")
    for number in (2, 3):
        body = shop.body(id=first["id"], input={"text": f"Please answer turn {number}."})
        stream = shop.api.stream(shop.agent, body)
        judge_order(stream, first["id"])
        judge_tasks(stream)
        judge_result(shop, stream)
        task = stream.finished()
        require(task["input"].get("text") == body["input"]["text"], "this turn's input", task["input"], stream.answer)
        created = parse(task["created_at"]) == parse(first["created_at"])
        require(created, f"created_at {first['created_at']}", task["created_at"], stream.answer)


@pytest.mark.claim("STREAM-1")
def test_a_streamed_sub_task_carries_its_own_id(shop: Workshop) -> None:
    """STREAM-1: every event carries the task's id, of a sub-task its own and not its parent's."""
    parent = shop.start()["id"]
    body = shop.body(parent_execution_id=parent)
    stream = shop.api.stream(shop.agent, body)
    judge_order(stream, body["id"])
    judge_result(shop, stream)


@pytest.mark.claim("STREAM-1", "STREAM-3")
@pytest.mark.parametrize("mood", ["fail", "error", "Please fail with an error."])
def test_a_stream_that_ends_badly_ends_with_task_finished_too(shop: Workshop, mood: str) -> None:
    """STREAM-1, STREAM-3: `task_finished` is last, whatever state the task ended in."""
    body = shop.body(input={"text": mood})
    stream = shop.api.stream(shop.agent, body)
    judge_order(stream, body["id"])
    finished = stream.finished()
    shown = shop.api.call("get_task", task=finished["id"])
    require(shown.ok()["status"] == finished["status"], f"status {finished['status']}", shown.json["status"], shown)


def judge_order(stream: Stream, task: str | None) -> None:
    """Judge STREAM-1: whose events these are, and in which order."""
    __tracebackhide__ = True
    kinds = [event["type"] for event in stream.events]
    require(kinds.count("task_finished") == 1, "one task_finished", kinds, stream.answer, claim="STREAM-1")
    require(kinds[-1] == "task_finished", "task_finished last", kinds, stream.answer, claim="STREAM-1")
    require(kinds.count("task_created") == 1, "one task_created", kinds, stream.answer, claim="STREAM-1")
    before = kinds[: kinds.index("task_created")]
    require("chunk" not in before, "task_created before any chunk", kinds, stream.answer, claim="STREAM-1")
    wanted = task or stream.events[-1]["task_id"]
    strange = [event for event in stream.events if event["task_id"] != wanted]
    require(not strange, f"task_id {wanted} in every event", strange[:1], stream.answer, claim="STREAM-1")
    owner = stream.finished()["organization_id"]
    strange = [event for event in stream.events if event["organization_id"] != owner]
    require(not strange, f"organization_id {owner} in every event", strange[:1], stream.answer, claim="STREAM-1")


def judge_result(shop: Workshop, stream: Stream) -> None:
    """Judge STREAM-2: the chunks are the result, and get agrees."""
    __tracebackhide__ = True
    finished = stream.finished()
    chunks = [event["data"] for event in stream.of("chunk")]
    strings = all(isinstance(chunk, str) for chunk in chunks)
    require(strings, "chunks that are strings", chunks, stream.answer, claim="STREAM-2")
    if finished.get("status") == "completed":
        joined = "".join(chunks)
        result = finished.get("result")
        require(joined == result, f"chunks that join to {result!r}", joined, stream.answer, claim="STREAM-2")
    shown = shop.api.call("get_task", task=finished["id"])
    for name in ("id", "status", "result", "finished_at", "created_at", "input", "title", "is_manually_stopped"):
        came, expected = shown.ok().get(name), finished.get(name)
        require(
            came == expected, f"{name} {expected!r} as the event says", came, stream.answer, shown, claim="STREAM-2"
        )


def judge_tasks(stream: Stream) -> None:
    """Judge STREAM-3: what the events of the task itself carry."""
    __tracebackhide__ = True
    finished = stream.finished()
    for event in stream.of("task_created", "task_updated", "task_finished"):
        task = task_of(event, stream.answer)
        same = task["id"] == event["task_id"] and task["agent_id"] == finished["agent_id"]
        require(same, f"the task of the stream in {event['type']}", task, stream.answer, claim="STREAM-3")
        if event["type"] != "task_updated":
            ended = task["status"] in FINAL
            right = ended == (event["type"] == "task_finished")
            require(right, "a final status in task_finished alone", event, stream.answer, claim="STREAM-3")
    if finished["status"] == "completed":
        came = (finished.get("result"), finished.get("finished_at"))
        require(None not in came, "result and finished_at in task_finished", came, stream.answer, claim="STREAM-3")
