"""What holds for every operation of openapi.yaml, so that a new one cannot be forgotten."""

from __future__ import annotations

import asyncio
import pkgutil
import re
from datetime import datetime
from typing import Any

import httpx
import pytest
from xpander_api_client import errors
from xpander_api_client.api import tasks
from xpander_api_client.conversion import dump
from xpander_api_client.types import Response

from .conftest import Answers
from .contract import EVENT, OPERATIONS, SCHEMAS, Operation

each = pytest.mark.parametrize("operation", OPERATIONS, ids=str)
documented = pytest.mark.parametrize(
    ("operation", "status"),
    [
        pytest.param(operation, status, id=f"{operation}-{status}")
        for operation in OPERATIONS
        for status in operation.responses
    ],
)
flavours = pytest.mark.parametrize("flavour", ["sync", "sync_detailed", "asyncio", "asyncio_detailed"])
undocumented = pytest.mark.parametrize("status", [206, 304, 418, 499, 502, 529, 599])


def call(operation: Operation, flavour: str, **options: Any) -> Any:
    """Call an operation in one of its flavours, and wait for the end of it."""
    result = getattr(operation.module, flavour)(**operation.arguments, **options)
    return asyncio.run(result) if flavour.startswith("asyncio") else result


def comparable(value: Any) -> Any:
    """The same with date-times in place of their texts, of which one instant has several."""
    if isinstance(value, dict):
        return {name: comparable(item) for name, item in value.items()}
    if isinstance(value, list):
        return [comparable(item) for item in value]
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT", value):
        return datetime.fromisoformat(value)
    return value


def contains(whole: Any, part: Any) -> bool:
    """Return whether the whole has all of the part, null being absent; documented defaults may be added."""
    if isinstance(part, dict):
        return all(contains(whole.get(name), value) for name, value in part.items())
    if isinstance(part, list):
        return len(whole) == len(part) and all(map(contains, whole, part))
    return bool(whole == part)


def test_every_operation_has_its_module() -> None:
    """The operations of the contract and the modules of the client are the same."""
    assert {module.name for module in pkgutil.iter_modules(tasks.__path__)} == {
        operation.name for operation in OPERATIONS
    }


@each
def test_the_request_is_the_one_of_the_contract(operation: Operation) -> None:
    """`build_request` gives the method and the path with its parameters escaped."""
    request = operation.module.build_request(**operation.arguments)
    path = operation.path.format(task_id="the%20task_id", agent_id="the%20agent_id")
    assert (request["method"], request["url"]) == (operation.method, path)


@each
def test_every_parameter_of_the_contract_is_sent(operation: Operation) -> None:
    """Each query parameter is an argument, and is sent under its own name."""
    named = dict.fromkeys((part["name"] for part in operation.parameters if part["in"] == "query"), "x")
    assert operation.module.build_request(**operation.arguments, **named).get("params", {}) == named


@each
def test_an_unset_parameter_is_not_sent(operation: Operation) -> None:
    """Without arguments only the documented defaults are sent."""
    schemas = {part["name"]: part["schema"] for part in operation.parameters}
    defaults = {name: schema["default"] for name, schema in schemas.items() if "default" in schema}
    assert operation.module.build_request(**operation.arguments).get("params", {}) == defaults


@documented
def test_a_documented_answer_is_read_in_every_flavour(operation: Operation, status: int, answering: Answers) -> None:
    """All four flavours read the contract's example of every documented status; the short ones raise the errors."""
    content, headers = operation.body(status)
    answers = answering(status, content, headers)
    detailed = call(operation, "sync_detailed", client=answers.client)
    assert (detailed.status_code, detailed.documented) == (status, True)
    example = operation.example(status)
    assert contains(comparable(dump(detailed.parsed)), comparable([example] if example is EVENT else example))
    assert call(operation, "asyncio_detailed", client=answers.client) == detailed
    for flavour in ("sync", "asyncio"):
        if status < 300:
            assert call(operation, flavour, client=answers.client) == detailed.parsed
        else:
            with pytest.raises(errors.ErrorResponse) as caught:
                call(operation, flavour, client=answers.client)
            error = caught.value
            assert (error.operation, error.status_code, error.content) == (operation.name, status, content)
            assert error.parsed == detailed.parsed
    assert len(answers.requests) == 4


@documented
def test_a_documented_answer_becomes_the_model_of_the_contract(operation: Operation, status: int) -> None:
    """What is read is the component that the contract names, or a list of it; only an empty body is None."""
    content, headers = operation.body(status)
    parsed = operation.module.parse_response(httpx.Response(status, content=content, headers=headers))
    one = parsed[0] if isinstance(parsed, list) else parsed
    assert type(one).__name__ in SCHEMAS if content else one is None


@each
@flavours
@undocumented
def test_an_undocumented_status_is_a_typed_error(
    operation: Operation, flavour: str, status: int, answering: Answers
) -> None:
    """A status that the contract does not list raises, also one that Python has no name for."""
    answers = answering(status, b"<html>down for maintenance</html>")
    with pytest.raises(errors.UnexpectedStatus) as caught:
        call(operation, flavour, client=answers.client)
    error = caught.value
    assert (error.operation, error.status_code) == (operation.name, status)
    assert f"{operation.name} answered {status}: the status is not documented" in str(error)
    assert "down for maintenance" in str(error)


@each
@pytest.mark.parametrize("flavour", ["sync_detailed", "asyncio_detailed"])
@undocumented
def test_an_undocumented_status_is_a_plain_response_if_asked(
    operation: Operation, flavour: str, status: int, answering: Answers
) -> None:
    """With `raise_on_unexpected_status=False` the detailed flavours return the response without a parsed body."""
    answers = answering(status, b"<html>", {"x-request-id": "r-1"}, raise_on_unexpected_status=False)
    response = call(operation, flavour, client=answers.client)
    assert isinstance(response, Response)
    assert (response.status_code, response.content, response.headers["x-request-id"]) == (status, b"<html>", "r-1")
    assert (response.parsed, response.documented) == (None, False)


@each
@pytest.mark.parametrize("flavour", ["sync", "asyncio"])
def test_an_undocumented_status_is_never_a_success(operation: Operation, flavour: str, answering: Answers) -> None:
    """The short flavours return the success or raise, also in a client that returns undocumented statuses."""
    answers = answering(299, b"{}", raise_on_unexpected_status=False)
    with pytest.raises(errors.UnexpectedStatus):
        call(operation, flavour, client=answers.client)


@documented
def test_a_body_that_is_not_what_the_status_promises_is_a_clear_error(
    operation: Operation, status: int, answering: Answers
) -> None:
    """A page of HTML where JSON or events are documented is an error with the status and the first bytes."""
    content, _ = operation.body(status)
    answers = answering(status, b"<html>Bad gateway" + b"!" * 1000, {"content-type": "text/html"})
    if not content:
        assert call(operation, "sync_detailed", client=answers.client).parsed is None
        return
    with pytest.raises(errors.UndecodableBody, match="<html>Bad gateway") as caught:
        call(operation, "sync", client=answers.client)
    assert caught.value.status_code == status
    assert f"{operation.name} answered {status}" in str(caught.value)
    assert len(str(caught.value)) < 500


@documented
def test_a_body_of_the_wrong_type_names_the_path_and_the_model(
    operation: Operation, status: int, answering: Answers
) -> None:
    """JSON that does not fit the contract says where it does not, and of which model and operation."""
    content, headers = operation.body(status)
    if not content:
        assert operation.module.parse_response(httpx.Response(status, content=b"{}")) is None
        return
    wrong = b"data: 7\n\n" if operation.streams and status == 200 else b"7"
    answers = answering(status, wrong, headers)
    with pytest.raises(errors.InvalidBody) as caught:
        call(operation, "sync", client=answers.client)
    assert re.fullmatch(
        rf"{operation.name} answered {status}: Expected `\w+`, got `int` at `\$` of (list\[)?\w+\]?", str(caught.value)
    )


@each
@flavours
def test_options_of_one_call(operation: Operation, flavour: str, answering: Answers) -> None:
    """Every flavour takes headers and a timeout for this call alone, and they win over the client's."""
    status = min(operation.responses)
    content, headers = operation.body(status)
    answers = answering(status, content, headers, headers={"x-trace": "client", "x-app": "a"}, timeout=7)
    call(operation, flavour, client=answers.client, headers={"X-Trace": "call"}, timeout=3)
    call(operation, flavour, client=answers.client)
    first, second = answers.requests
    assert (first.headers["x-trace"], first.headers["x-app"], first.extensions["timeout"]["read"]) == ("call", "a", 3)
    assert second.headers["x-trace"] == "client"
    assert second.extensions["timeout"]["read"] == (None if operation.streams else 7)
    assert second.extensions["timeout"]["connect"] == 7
