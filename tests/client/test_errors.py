"""The errors: what they say, that they pickle, and that they give nothing away."""

from __future__ import annotations

import json
import pickle
from typing import Any

import httpx
import pytest
from xpander_api_client import errors
from xpander_api_client.api.tasks import get_task, list_tasks
from xpander_api_client.models import ErrorDetail, TasksPage

from .conftest import Answers

ALL: list[errors.ApiError] = [
    errors.InvalidRequest("it has no offset"),
    errors.InvalidData("TasksPage", "$.items", "Expected `array`, got `int`"),
    errors.UnexpectedStatus("get_task", 529, b"busy"),
    errors.UndecodableBody("get_task", 200, b"<html>", "JSON is malformed"),
    errors.InvalidBody("get_task", 200, b"{}", "Task", "$", "Object missing required field `id`"),
    errors.ErrorResponse("invoke_agent_stream", 404, b"{}", ErrorDetail(detail="no such agent")),
]


@pytest.mark.parametrize("error", ALL, ids=lambda error: type(error).__name__)
def test_errors_pickle(error: errors.ApiError) -> None:
    """An error that crosses a process keeps its message and all that it carries."""
    twin = pickle.loads(pickle.dumps(error))
    assert type(twin) is type(error)
    assert (str(twin), repr(twin), vars(twin)) == (str(error), repr(error), vars(error))
    assert str(error) in repr(error)


def test_every_error_class_is_in_that_list() -> None:
    """A new error cannot be forgotten here, and all have one root."""
    defined = {each for each in vars(errors).values() if isinstance(each, type)}
    assert defined == {type(error) for error in ALL} | {errors.ApiError, errors.ResponseError}
    assert all(issubclass(each, errors.ApiError) for each in defined)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "Input data was truncated"),
        (b'{"items": [', "Input data was truncated"),
        (b"<!doctype html><p>502", "invalid character"),
        (b'{"items": [{"id": "\xff"}]}', "can't decode byte 0xff"),
        (b"\xef\xbb\xbf{}", "invalid character"),
        (b'{"x": ' + b"[" * 100_000, "recursion depth"),
        (b'{"items":[],"total":0,"page":1,"per_page":1,"total_pages":0}{}', "trailing characters"),
    ],
)
def test_a_body_that_is_not_json_says_so(body: bytes, reason: str, answering: Answers) -> None:
    """A 200 whose body is not JSON, in whatever way, is an error with status, reason and the first bytes."""
    with pytest.raises(errors.UndecodableBody, match=reason) as caught:
        list_tasks.sync(client=answering(200, body).client)
    assert (caught.value.status_code, caught.value.content) == (200, body)
    assert repr(body[:20])[2:-1] in str(caught.value)
    assert len(str(caught.value)) < 1000


def test_a_wrong_type_in_a_page_says_where(answering: Answers) -> None:
    """The message has the path, the model, the operation and the status, but nothing of the body."""
    item = {"id": "i", "agent_id": "a", "organization_id": "o", "status": "failed", "result": {"token": "s3cret"}}
    page = {"items": [item], "total": 1, "page": 1, "per_page": 20, "total_pages": 1}
    with pytest.raises(errors.InvalidBody) as caught:
        list_tasks.sync(client=answering(200, json.dumps(page)).client)
    error = caught.value
    assert (
        str(error) == "list_tasks answered 200: Expected `str | null`, got `object` at `$.items[0].result` of TasksPage"
    )
    assert (error.path, error.model) == ("$.items[0].result", "TasksPage")
    assert "s3cret" not in repr(error)
    assert json.loads(error.content) == page


def test_an_error_body_of_another_shape_keeps_the_status(answering: Answers) -> None:
    """An error whose body is not the documented one is a typed error with the status, not a crash."""
    with pytest.raises(
        errors.InvalidBody, match="get_task answered 403: Object missing required field `detail`"
    ) as caught:
        get_task.sync("t", client=answering(403, b'{"message": "no"}').client)
    assert caught.value.status_code == 403


@pytest.mark.parametrize("value", [None, [], "text", 7])
def test_from_dict_of_what_is_no_dict(value: Any) -> None:
    """Anything but a dict is refused in the same words as a field of the wrong type."""
    with pytest.raises(errors.InvalidData, match=r"Expected `object`, got `\w+` at `\$` of TasksPage"):
        TasksPage.from_dict(value)


def test_errors_of_the_connection_are_those_of_httpx(answering: Answers) -> None:
    """What httpx raises comes through as it is."""

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    client = answering().client
    with httpx.Client(transport=httpx.MockTransport(refuse)) as own, pytest.raises(httpx.ConnectError, match="refused"):
        get_task.sync("t", client=client.set_httpx_client(own))
