"""Rules for invokes: what was sent comes back, and invalid bodies are refused."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from .observation import INVOKES, Observation
from .rule import Rules, Violation

RULES = Rules()
ECHOED = {
    "title": "title",
    "source": "source",
    "output_format": "output_format",
    "payload_extension": "payload_extension",
    "parent_execution_id": "parent_execution",
    "triggering_agent_id": "triggering_agent_id",
}
REFERENCES = ("parent_execution_id", "triggering_agent_id")
ENUMS = {
    "output_format": ("text", "markdown", "json", "voice"),
    "think_mode": ("default", "harder"),
    "llm_reasoning_effort": ("low", "medium", "high", "xhigh"),
}


def is_sent(sent: dict[str, Any], name: str) -> bool:
    """Check that a field was sent with a value; an empty reference to a task or an agent refers to nothing."""
    return sent.get(name) is not None and not (name in REFERENCES and sent[name] == "")


def _tasks(seen: Observation) -> Iterator[dict[str, Any]]:
    """Yield the tasks of an invoke's answer: of a stream, those of its first and last event."""
    if seen.task is not None:
        yield seen.task
    for event in seen.events:
        if event["type"] == "task_created" and isinstance(event["data"], dict) and "input" in event["data"]:
            yield event["data"]


@RULES.add("INVOKE-3", operations=INVOKES, statuses=[200])
def the_id_of_the_caller_becomes_the_tasks_id(seen: Observation) -> Iterator[Violation]:
    """Check that the task has the `id` that was sent, or else a UUID."""
    if not isinstance(seen.sent, dict) or seen.task is None:
        return
    wanted, actual = seen.sent.get("id"), str(seen.task["id"])
    if isinstance(wanted, str) and wanted and actual != wanted:
        yield Violation("INVOKE-3", f"id {wanted!r}", f"id {actual!r}")
    if wanted is None and not _is_uuid(actual):
        yield Violation("INVOKE-3", "a UUID as id", f"id {actual!r}")


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


@RULES.add("INVOKE-4", operations=INVOKES, statuses=[200])
def the_fields_that_were_sent_come_back(seen: Observation) -> Iterator[Violation]:
    """Check that title, source, format, extension, parent and triggering agent are those that were sent."""
    if not isinstance(seen.sent, dict):
        return
    for task in _tasks(seen):
        for name, shown in ECHOED.items():
            sent, actual = seen.sent.get(name), task.get(shown)
            if is_sent(seen.sent, name) and actual != sent:
                yield Violation("INVOKE-4", f"{shown} {sent!r}", f"{shown} {actual!r}")
                return


@RULES.add("GET-6", operations=INVOKES, statuses=[200])
def an_invoke_answers_with_the_input_that_was_sent(seen: Observation) -> Iterator[Violation]:
    """Check that the task has the text, the files and the user of the input that was sent."""
    sent = seen.sent.get("input") if isinstance(seen.sent, dict) else None
    if not isinstance(sent, dict):
        return
    for task in _tasks(seen):
        actual = task["input"]
        if sent.get("text") and actual.get("text") != sent["text"]:
            yield Violation("GET-6", f"input text {sent['text']!r}", f"{actual.get('text')!r}")
        if sent.get("files") and actual.get("files") != sent["files"]:
            yield Violation("GET-6", f"input files {sent['files']!r}", f"{actual.get('files')!r}")
        user, shown = sent.get("user"), actual.get("user")
        if isinstance(user, dict) and user.get("email") and (shown or {}).get("email") != user["email"]:
            yield Violation("GET-6", f"a user with email {user['email']!r}", f"{shown!r}")


@RULES.add("INVOKE-5", operations=INVOKES, statuses=[200])
def an_invalid_body_is_refused(seen: Observation) -> Iterator[Violation]:
    """Check that no input, a user without email and a value outside an enum are not a 200."""
    body = seen.sent
    given = body.get("input") if isinstance(body, dict) else None
    if not isinstance(given, dict):
        yield Violation("INVOKE-5", "422 for a body without an input object", "200")
        return
    user = given.get("user")
    if isinstance(user, dict) and not isinstance(user.get("email"), str):
        yield Violation("INVOKE-5", "422 for a user without email", "200")
    for name, allowed in ENUMS.items():
        value = body.get(name)
        if value is not None and value not in allowed:
            yield Violation("INVOKE-5", f"422 for {name} {value!r}", "200")
