"""Bodies of server-sent events."""

from collections.abc import Iterator

import httpx
from httpx_sse import EventSource

from ..contract.json_body import parse_json
from ..contract.validation import model_schema


def read_events(body: bytes) -> Iterator[str]:
    """Yield the data of each event of a whole stream, without events that have none."""
    response = httpx.Response(200, headers={"content-type": "text/event-stream"}, content=body)
    for event in EventSource(response).iter_sse():
        if event.data:
            yield event.data


def stream_violations(body: bytes) -> Iterator[str]:
    """Yield each way in which the body of a whole stream is not a sequence of documented events."""
    number = 0
    for number, data in enumerate(read_events(body), 1):
        event = parse_json(data)
        if event is None:
            yield f"event {number} is not a JSON object: {data[:80]!r}"
            continue
        yield from (f"event {number}: {violation}" for violation in model_schema("TaskEvent").violations(event))
    if not number:
        yield "a stream without any event"
