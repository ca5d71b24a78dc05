"""Answers, and the violations that show them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from ..contract.json_body import parse_json
from ..contract.openapi import Operation
from ..contract.validation import Schema, answer_schema, model_schema, with_defaults
from ..record.display import shorten
from ..record.events import read_events
from ..record.exchange import SentRequest
from ..report.violation import ContractViolation

ABRIDGED_CHARACTERS = 800
STREAM_TYPE = "text/event-stream"


class ClaimViolation(ContractViolation):
    """A server breaks a claim.

    Args:
        expected: What the claim promises in this case.
        actual: What the server did instead.
        answers: The answers that show it, oldest first.
        claim: Id of the broken claim, if it is not one that the test's marker names.
    """

    def __init__(self, expected: str, actual: str, *answers: "Answer", claim: str | None = None) -> None:
        before = answers[:-1]
        shown = [actual, *(f"{one.request.method} {one.request.url} answered {one.abridged()}" for one in before)]
        if answers:
            shown.append(f"the request below answered {answers[-1].abridged()}")
        super().__init__(expected, "\n          ".join(shown), answers[-1].sent() if answers else None, claim)


@dataclass(frozen=True, slots=True)
class Credentials:
    """The headers that identify a caller.

    Args:
        headers: The headers to send.
        shown: The same headers as a report may show them.
    """

    headers: Mapping[str, str] = field(repr=False)
    shown: Mapping[str, str]

    @classmethod
    def key(cls, key: str) -> "Credentials":
        """Return an API key, which reports show as the name of its environment variable."""
        return cls({"x-api-key": key}, {"x-api-key": key})


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a request.

    Args:
        operation: The operation that was called.
        request: The request.
        credentials: The caller's credentials.
        status: Status code.
        headers: Headers of the answer.
        body: The whole body, decompressed.
        json: The parsed body, or None if it is not JSON. Optional fields of a task that are absent are None here.
    """

    operation: Operation
    request: httpx.Request = field(repr=False)
    credentials: Credentials
    status: int
    headers: httpx.Headers = field(repr=False)
    body: bytes
    json: Any = None

    def sent(self) -> SentRequest:
        """Return the request as a report may show it."""
        headers = {**self.request.headers, **self.credentials.shown}
        return SentRequest(self.request.method, str(self.request.url), headers, self.request.content)

    def abridged(self) -> str:
        """Return status and body, short enough for a report and without the caller's credentials."""
        text = f"{self.status} {self.body.decode(errors='backslashreplace')}".strip()
        for name, secret in self.credentials.headers.items():
            if secret:
                text = text.replace(secret, self.credentials.shown[name])
        return shorten(text, ABRIDGED_CHARACTERS)

    def assert_status(self, *statuses: int) -> "Answer":
        """Return this answer if it has one of the statuses.

        Raises:
            ClaimViolation: It has another one.
        """
        __tracebackhide__ = True
        if self.status not in statuses:
            raise ClaimViolation(f"status {' or '.join(map(str, statuses))}", f"status {self.status}", self)
        return self

    def ok(self) -> dict[str, Any]:
        """Return the JSON object of an answer that must be a 200.

        Raises:
            ClaimViolation: It has another status.
        """
        __tracebackhide__ = True
        body: dict[str, Any] = self.assert_status(200).json
        return body

    def messages(self) -> list[dict[str, Any]]:
        """Return the messages of a thread that must be a 200.

        Raises:
            ClaimViolation: It has another status.
        """
        __tracebackhide__ = True
        body: list[dict[str, Any]] = self.assert_status(200).json
        return body


@dataclass(frozen=True, slots=True)
class Stream:
    """The events of a streamed invoke.

    Args:
        answer: The answer that carried them.
        events: The events, in order.
    """

    answer: Answer
    events: list[dict[str, Any]]

    def of(self, *kinds: str) -> list[dict[str, Any]]:
        """Return the events of some types, in order."""
        return [event for event in self.events if event["type"] in kinds]

    def finished(self) -> dict[str, Any]:
        """Return the task of the last event.

        Raises:
            ClaimViolation: The last event is not `task_finished`.
        """
        __tracebackhide__ = True
        last = self.events[-1] if self.events else None
        if last is None or last["type"] != "task_finished":
            raise ClaimViolation("task_finished as the last event", shorten(last), self.answer)
        return task_of(last, self.answer)


def task_of(event: dict[str, Any], answer: Answer) -> dict[str, Any]:
    """Return the task that an event carries.

    Raises:
        ClaimViolation: The event's data is not a task.
    """
    __tracebackhide__ = True
    task = event["data"]
    assert_conforms(model_schema("Task"), task, f"{event['type']} whose data is a Task", answer)
    return with_defaults(task, "Task")


def events_of(answer: Answer) -> list[dict[str, Any]]:
    """Return the events of a stream.

    Raises:
        ClaimViolation: An event is not JSON or does not conform to its schema.
    """
    __tracebackhide__ = True
    events: list[dict[str, Any]] = []
    for data in read_events(answer.body):
        event = parse_json(data)
        if event is None:
            raise ClaimViolation("one JSON object in each event's data", shorten(data), answer, claim="STREAM-1")
        assert_conforms(model_schema("TaskEvent"), event, "an event that conforms to its schema", answer)
        events.append(event)
    return events


def assert_that(condition: bool, expected: str, actual: object, *answers: Answer, claim: str | None = None) -> None:
    """Raise a violation unless a condition holds.

    Args:
        condition: What the claim promises.
        expected: The promise in words, for this case.
        actual: What the server did, in words or as data.
        answers: The answers that show it, oldest first.
        claim: Id of the broken claim, if it is not one that the test's marker names.

    Raises:
        ClaimViolation: The condition is false.
    """
    __tracebackhide__ = True
    if not condition:
        raise ClaimViolation(expected, shorten(actual), *answers, claim=claim)


def retry_check(attempts: int, check: Callable[[], None]) -> None:
    """Run a check that timing can upset; fail only if every attempt fails.

    Raises:
        ClaimViolation: The last attempt failed as well.
    """
    __tracebackhide__ = True
    for left in reversed(range(attempts)):
        try:
            return check()
        except ClaimViolation:
            if not left:
                raise


def assert_documented(answer: Answer) -> None:
    """Check that status, content type and body are as `openapi.yaml` describes them.

    Raises:
        ClaimViolation: One of them is not.
    """
    __tracebackhide__ = True
    documented = answer.operation.statuses
    if answer.status not in documented:
        expected = f"a documented status: {', '.join(map(str, documented))}"
        raise ClaimViolation(expected, f"status {answer.status}", answer, claim="WIRE-1")
    if answer.status == 204:
        if answer.body or answer.headers.get("content-length", "0") != "0":
            raise ClaimViolation("no body", f"{len(answer.body)} bytes", answer, claim="WIRE-1")
        return
    streamed = answer.operation.id == "invoke_agent_stream" and answer.status == 200
    expected_type = STREAM_TYPE if streamed else "application/json"
    kind = answer.headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() != expected_type:
        raise ClaimViolation(f"content-type {expected_type}", f"content-type {kind!r}", answer, claim="WIRE-1")
    if streamed:
        return
    if answer.json is None and answer.body.strip() != b"null":
        raise ClaimViolation("a JSON body", f"{len(answer.body)} bytes that are not JSON", answer, claim="WIRE-1")
    schema = answer_schema(answer.operation.id, answer.status)
    assert_conforms(schema, answer.json, "a body that conforms to its schema", answer)


def assert_conforms(schema: Schema, instance: Any, expected: str, answer: Answer) -> None:
    """Check a value against a schema.

    Raises:
        ClaimViolation: The value does not conform.
    """
    __tracebackhide__ = True
    violation = schema.violation(instance)
    if violation:
        raise ClaimViolation(expected, violation, answer, claim="WIRE-1")
