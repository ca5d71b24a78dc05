"""The ten operations as calls, each answer held against the contract before a test sees it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

import httpx
from httpx_sse import EventSource

from contract_tests.claims import _schema
from contract_tests.contract import Operation, operations
from contract_tests.failure import ContractBroken, shorten
from contract_tests.recorder import Sent

Query = Mapping[str, str | int]
ABRIDGED_CHARACTERS = 800
LISTS = ("list_tasks", "list_agent_tasks")
TASKS = ("get_task", "stop_task", "invoke_agent", "invoke_agent_async")
STREAM_TYPE = "text/event-stream"


class Broken(ContractBroken):
    """A server does not do what a claim says.

    Args:
        expected: What the claim promises here.
        came: What came in its place.
        answers: The answers that show it, oldest first.
        claim: Id of the claim, where it is not one that the test names.
    """

    def __init__(self, expected: str, came: str, *answers: "Answer", claim: str | None = None) -> None:
        before = answers[:-1]
        shown = [came, *(f"{one.request.method} {one.request.url} answered {one.abridged()}" for one in before)]
        if answers:
            shown.append(f"the request below answered {answers[-1].abridged()}")
        super().__init__(expected, "\n          ".join(shown), answers[-1].sent() if answers else None, claim)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a caller proves itself with.

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
    """What came back for a request.

    Args:
        operation: The operation that was called.
        request: What was sent.
        credentials: Who sent it.
        status: Status code.
        headers: Headers.
        body: The whole body, decompressed.
        json: The body, parsed; None when it is not JSON. What may be absent from a task and is, is null here.
    """

    operation: Operation
    request: httpx.Request = field(repr=False)
    credentials: Credentials
    status: int
    headers: httpx.Headers = field(repr=False)
    body: bytes
    json: Any = None

    def sent(self) -> Sent:
        """Return the request as a report may show it."""
        headers = {**self.request.headers, **self.credentials.shown}
        return Sent(self.request.method, str(self.request.url), headers, self.request.content)

    def abridged(self) -> str:
        """Return status and body, short enough for a report and without the caller's credentials."""
        text = f"{self.status} {self.body.decode(errors='backslashreplace')}".strip()
        for name, secret in self.credentials.headers.items():
            if secret:
                text = text.replace(secret, self.credentials.shown[name])
        return shorten(text, ABRIDGED_CHARACTERS)

    def expect(self, *statuses: int) -> "Answer":
        """Return this answer if it has one of the statuses.

        Raises:
            Broken: It has another one.
        """
        __tracebackhide__ = True
        if self.status not in statuses:
            raise Broken(f"status {' or '.join(map(str, statuses))}", f"status {self.status}", self)
        return self

    def ok(self) -> dict[str, Any]:
        """Return the object of an answer that has to be a 200."""
        __tracebackhide__ = True
        body: dict[str, Any] = self.expect(200).json
        return body

    def messages(self) -> list[dict[str, Any]]:
        """Return the messages of a thread that has to be a 200."""
        __tracebackhide__ = True
        body: list[dict[str, Any]] = self.expect(200).json
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
        """Return the events of some types."""
        return [event for event in self.events if event["type"] in kinds]

    def finished(self) -> dict[str, Any]:
        """Return the task of the last event, which has to be `task_finished`."""
        __tracebackhide__ = True
        last = self.events[-1] if self.events else None
        if last is None or last["type"] != "task_finished":
            raise Broken("task_finished as the last event", shorten(last), self.answer)
        return task_of(last, self.answer)


def task_of(event: dict[str, Any], answer: Answer) -> dict[str, Any]:
    """Return the task that an event carries."""
    __tracebackhide__ = True
    task = event["data"]
    _held(_schema.task(), task, f"{event['type']} whose data is a Task", answer)
    return filled(task, "Task")


class Api:
    """The operations, for one caller.

    Args:
        client: Sends the requests.
        credentials: Who calls.
    """

    def __init__(self, client: httpx.Client, credentials: Credentials) -> None:
        self._client = client
        self.credentials = credentials

    def as_caller(self, credentials: Credentials) -> "Api":
        """Return the same operations for another caller."""
        return Api(self._client, credentials)

    def call(
        self,
        operation_id: str,
        *,
        task: str = "",
        agent: str = "",
        query: Query | None = None,
        body: Any = None,
        content: bytes | None = None,
    ) -> Answer:
        """Send a request and return its answer, which keeps the contract in status, content type and schema.

        Args:
            operation_id: The operation.
            task: Value of `task_id` in the path.
            agent: Value of `agent_id` in the path.
            query: Query parameters.
            body: What to send as JSON.
            content: What to send as it stands, said to be JSON.
        """
        __tracebackhide__ = True
        operation = operation_of(operation_id)
        path = operation.path.format(task_id=quote(task, safe=""), agent_id=quote(agent, safe=""))
        headers = dict(self.credentials.headers)
        if body is not None:
            content = json.dumps(body, ensure_ascii=False).encode()
        if content is not None:
            headers["content-type"] = "application/json"
        request = self._client.build_request(
            operation.method, path, params=query or None, content=content, headers=headers
        )
        try:
            response = self._client.send(request)
        except httpx.TransportError as error:
            none = Answer(operation, request, self.credentials, 0, httpx.Headers(), b"(no answer)")
            raise Broken("a whole answer", f"{type(error).__name__}: {error}", none, claim="WIRE-1") from None
        parsed = _json(response)
        answer = Answer(
            operation,
            request,
            self.credentials,
            response.status_code,
            response.headers,
            response.content,
            parsed,
        )
        _judge(answer)
        return replace(answer, json=_whole(operation.id, parsed)) if answer.status == 200 else answer

    def stream(self, agent: str, body: Any) -> Stream:
        """Invoke an agent and read all its events."""
        __tracebackhide__ = True
        answer = self.call("invoke_agent_stream", agent=agent, body=body).expect(200)
        return Stream(answer, events_of(answer))

    def get(self, task: str) -> dict[str, Any]:
        """Return a task that has to be there."""
        __tracebackhide__ = True
        return self.call("get_task", task=task).ok()

    def thread(self, task: str) -> list[dict[str, Any]]:
        """Return the thread of a task that has to be there."""
        __tracebackhide__ = True
        return self.call("get_task_thread", task=task).messages()

    def thread_full(self, task: str) -> dict[str, list[dict[str, Any]]]:
        """Return the full thread of a task that has to be there."""
        __tracebackhide__ = True
        return self.call("get_task_thread_full", task=task).ok()


def require(holds: bool, expected: str, came: object, *answers: Answer, claim: str | None = None) -> None:
    """Judge what a claim says.

    Args:
        holds: Whether it is so.
        expected: What the claim promises here.
        came: What came, in words or as data.
        answers: The answers that show it.
        claim: Id of the claim, where it is not one that the test names.

    Raises:
        Broken: It is not so.
    """
    __tracebackhide__ = True
    if not holds:
        raise Broken(expected, shorten(came), *answers, claim=claim)


def repeatedly(attempts: int, judge: Callable[[], None]) -> None:
    """Judge what chance can upset: it is broken if it is so in each of some attempts.

    Raises:
        Broken: It was, in the last attempt too.
    """
    __tracebackhide__ = True
    for left in reversed(range(attempts)):
        try:
            return judge()
        except Broken:
            if not left:
                raise


def operation_of(operation_id: str) -> Operation:
    """Return a documented operation by its id."""
    return next(operation for operation in operations() if operation.id == operation_id)


def _judge(answer: Answer) -> None:
    __tracebackhide__ = True
    documented = answer.operation.statuses
    if answer.status not in documented:
        expected = f"a documented status: {', '.join(map(str, documented))}"
        raise Broken(expected, f"status {answer.status}", answer, claim="WIRE-1")
    if answer.status == 204:
        if answer.body or answer.headers.get("content-length", "0") != "0":
            raise Broken("no body", f"{len(answer.body)} bytes", answer, claim="WIRE-1")
        return
    streamed = answer.operation.id == "invoke_agent_stream" and answer.status == 200
    expected_type = STREAM_TYPE if streamed else "application/json"
    kind = answer.headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() != expected_type:
        raise Broken(f"content-type {expected_type}", f"content-type {kind!r}", answer, claim="WIRE-1")
    if streamed:
        return
    if answer.json is None and answer.body.strip() != b"null":
        raise Broken("a body that is JSON", f"{len(answer.body)} bytes that are not", answer, claim="WIRE-1")
    _held(_schema.answer(answer.operation.id, answer.status), answer.json, "a body as its schema says", answer)


def events_of(answer: Answer) -> list[dict[str, Any]]:
    """Return the events of a stream, each as its schema says."""
    __tracebackhide__ = True
    events: list[dict[str, Any]] = []
    for sse in EventSource(httpx.Response(200, headers=answer.headers, content=answer.body)).iter_sse():
        if not sse.data:
            continue
        try:
            event = json.loads(sse.data)
        except ValueError:
            raise Broken("one JSON object in each data line", shorten(sse.data), answer, claim="STREAM-1") from None
        _held(_schema.event(), event, "an event as its schema says", answer)
        events.append(event)
    return events


def filled(value: dict[str, Any], model: str) -> dict[str, Any]:
    """Return an object with null for what may be absent and is, and a task's status, which is pending by default."""
    whole = dict.fromkeys(_schema.properties(model)) | value
    return {**whole, "status": whole["status"] or "pending"}


def _whole(operation_id: str, value: Any) -> Any:
    if operation_id in LISTS:
        return {**value, "items": [filled(item, "TasksListItem") for item in value["items"]]}
    return filled(value, "Task") if operation_id in TASKS else value


def _json(response: httpx.Response) -> Any:
    try:
        return response.json() if response.content else None
    except ValueError:  # judged by whoever expects JSON
        return None


def _held(schema: _schema.Schema, instance: Any, expected: str, answer: Answer) -> None:
    __tracebackhide__ = True
    fault = schema.fault(instance)
    if fault:
        raise Broken(expected, fault, answer, claim="WIRE-1")
