"""Short ways to write exchanges for the examples of rules."""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Any
from urllib.parse import urlencode

from contract_tests.invariants.checker import violations
from contract_tests.invariants.observation import observe
from contract_tests.invariants.repeats import remember
from contract_tests.invariants.traffic import Traffic
from contract_tests.record.exchange import Caller, Exchange, SentRequest

BASE = "https://api.example.com"
AGENT, ORGANIZATION = "agent-1", "organization-1"
CREATED, STARTED, FINISHED = "2026-03-01T10:00:00Z", "2026-03-01T10:00:01Z", "2026-03-01T10:00:02Z"
UUID = "0b8f6f5e-3c39-4a53-9d3c-0f6f5b9f1a11"
JSON = {"content-type": "application/json"}
Json = dict[str, Any]

_clock = count(1_800_000_000)


def exchange(
    method: str,
    path: str,
    status: int,
    answer: Any = None,
    *,
    sent: Any = None,
    caller: Caller = "own",
    headers: dict[str, str] | None = None,
    body: bytes | None = None,
) -> Exchange:
    """Return an exchange that takes half a second, after all that were built before."""
    request = SentRequest(method, BASE + path, {}, json.dumps(sent).encode() if sent is not None else b"")
    content = body if body is not None else json.dumps(answer).encode() if answer is not None else b""
    started = next(_clock)
    return Exchange(request, caller, status, headers if headers is not None else JSON, content, started, started + 0.5)


def item(number: int = 1, **fields: Any) -> Json:
    """Return a list's item; the greater its number, the older it is."""
    created = f"2026-03-01T10:00:{59 - number:02}Z"
    plain = {"id": f"task-{number}", "agent_id": AGENT, "organization_id": ORGANIZATION, "status": "completed"}
    return {**plain, "result": "Done.", "created_at": created, "updated_at": created, "title": "A title", **fields}


def page(
    items: list[Json], agent: str = "", caller: Caller = "own", fields: Json | None = None, **query: Any
) -> Exchange:
    """Return the answer to a list; `fields` replace those of the page."""
    size, number = int(query.get("per_page", 20)), int(query.get("page", 1))
    plain = {"items": items, "total": len(items), "page": number, "per_page": size}
    plain |= {"total_pages": -(-len(items) // size)}
    return listing(200, {**plain, **(fields or {})}, agent, caller, **query)


def listing(code: int, answer: Any, /, agent: str = "", caller: Caller = "own", **query: Any) -> Exchange:
    """Return any answer to a list."""
    path = f"/v1/agents/{agent}/tasks" if agent else "/v1/tasks"
    text = urlencode(query, doseq=True)
    return exchange("GET", f"{path}?{text}" if query else path, code, answer, caller=caller)


def invalid(*loc: str | int, **query: Any) -> Exchange:
    """Return a list's 422 with one error."""
    return listing(422, {"detail": [{"loc": list(loc), "msg": "wrong", "type": "value_error"}]}, **query)


def task(name: str = "task-1", **fields: Any) -> Json:
    """Return a completed task."""
    plain = {"id": name, "agent_id": AGENT, "organization_id": ORGANIZATION, "input": {"text": "Hello?"}}
    plain |= {"status": "completed", "result": "Done.", "created_at": CREATED, "started_at": STARTED}
    return {**plain, "finished_at": FINISHED, "title": "A title", **fields}


def running(name: str = "task-1", **fields: Any) -> Json:
    """Return a task that is pending."""
    plain = {"status": "pending", "result": None, "started_at": None, "finished_at": None}
    return task(name, **{**plain, **fields})


def get(answer: Json, status: int = 200, name: str = "", caller: Caller = "own") -> Exchange:
    """Return the answer to a get."""
    return exchange("GET", f"/v1/tasks/{name or answer.get('id', 'task-1')}", status, answer, caller=caller)


def absent(operation: str = "", name: str = "task-1", status: int = 404, caller: Caller = "own") -> Exchange:
    """Return a refusal of a get, thread, stop or delete."""
    method = {"stop": "POST", "delete": "DELETE"}.get(operation, "GET")
    suffix = f"/{operation}" if operation not in ("", "delete") else ""
    return exchange(method, f"/v1/tasks/{name}{suffix}", status, {"detail": "Task not found"}, caller=caller)


def stop(answer: Json, name: str = "", caller: Caller = "own") -> Exchange:
    """Return the answer to a stop."""
    return exchange("POST", f"/v1/tasks/{name or answer['id']}/stop", 200, answer, caller=caller)


def delete(name: str = "task-1", caller: Caller = "own") -> Exchange:
    """Return a delete that succeeds."""
    return exchange("DELETE", f"/v1/tasks/{name}", 204, headers={}, caller=caller)


def invoke(
    answer: Json | None = None,
    mode: str = "",
    agent: str = AGENT,
    caller: Caller = "own",
    status: int = 200,
    **sent: Any,
) -> Exchange:
    """Return the answer to a sync or async invoke; the body has an input unless one is given."""
    body = {"input": {"text": "Hello?"}, **sent}
    if answer is None:
        answer = {"detail": "Invalid or missing API key"}
    path = f"/v1/agents/{agent}/invoke{mode}"
    return exchange("POST", path, status, answer, sent=body, caller=caller)


def start(name: str = "task-1", **sent: Any) -> Exchange:
    """Return an async invoke that creates a task."""
    answer = running(name, parent_execution=sent.get("parent_execution_id"), title=sent.get("title", "A title"))
    return invoke(answer, "/async", id=name, **sent)


def event(kind: str, data: Any = None, **fields: Any) -> Json:
    """Return an event of a stream."""
    plain = {"type": kind, "task_id": "task-1", "organization_id": ORGANIZATION, "time": CREATED}
    return {**plain, "data": data, **fields}


EVENTS = [event("task_created", running()), event("chunk", "Do"), event("chunk", "ne."), event("task_finished", task())]


def stream(events: list[Json], **sent: Any) -> Exchange:
    """Return the answer to a streamed invoke."""
    body = "".join(f"data: {json.dumps(each)}\n\n" for each in events).encode()
    sent = {"input": {"text": "Hello?"}, "id": "task-1", **sent}
    path = f"/v1/agents/{AGENT}/invoke/stream"
    return exchange("POST", path, 200, sent=sent, body=body, headers={"content-type": "text/event-stream"})


def message(number: int, role: str, content: str) -> Json:
    """Return a message of a thread."""
    return {"id": f"message-{number}", "role": role, "content": content, "created_at": 1_772_000_000 + number}


THREAD = [message(1, "user", "Hello?"), message(2, "assistant", "Done.")]


def thread(messages: list[Json], name: str = "task-1") -> Exchange:
    """Return the answer to a thread."""
    return exchange("GET", f"/v1/tasks/{name}/thread", 200, messages)


def full(answer: dict[str, list[Json]], name: str = "task-1") -> Exchange:
    """Return the answer to a full thread."""
    return exchange("GET", f"/v1/tasks/{name}/thread/full", 200, answer)


def at_once(first: Exchange, second: Exchange) -> list[Exchange]:
    """Return two exchanges that overlap in time."""
    return [replace(first, ended=second.ended), second]


def broken(exchanges: list[Exchange]) -> Iterator[tuple[str, str]]:
    """Yield rule and claim of each violation in some exchanges, in the order in which they were answered."""
    traffic = Traffic()
    for each in exchanges:
        seen = observe(each, "")
        if seen is None:
            continue
        for rule, violation in violations(traffic, seen):
            yield rule.name, violation.claim
        remember(traffic, seen)
        traffic.update(seen)
