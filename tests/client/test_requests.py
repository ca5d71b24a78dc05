"""What is sent: times, path parameters, enums, and bodies."""

from __future__ import annotations

import datetime
import json
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from xpander_api_client import Client, errors
from xpander_api_client.api.tasks import get_task, invoke_agent, list_tasks
from xpander_api_client.conversion import dump
from xpander_api_client.models import AgentExecutionStatus, InvokeRequest, OutputFormat, TaskInput, User
from xpander_api_client.types import UNSET

from .conftest import Answers

NAIVE = datetime.datetime(2026, 2, 7, 2, 13, 28)


class Moment(datetime.datetime):
    """A date-time of another library, as many derive theirs from the standard one."""


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime.datetime(2026, 2, 7, 2, 13, 28, tzinfo=datetime.UTC), "2026-02-07T02:13:28+00:00"),
        (datetime.datetime(2026, 2, 7, 2, 13, 28, 5, datetime.UTC), "2026-02-07T02:13:28.000005+00:00"),
        (datetime.datetime(2026, 7, 7, 2, 0, tzinfo=ZoneInfo("Europe/Paris")), "2026-07-07T02:00:00+02:00"),
        (datetime.datetime(1850, 1, 1, tzinfo=ZoneInfo("Europe/Paris")), "1849-12-31T23:50:39+00:00"),
        (Moment(2026, 2, 7, tzinfo=datetime.timezone(datetime.timedelta(hours=-3))), "2026-02-07T00:00:00-03:00"),
    ],
)
def test_an_aware_time_is_sent_in_rfc_3339(moment: datetime.datetime, text: str, answering: Answers) -> None:
    """A time keeps its offset, in hours and minutes, and its plus sign is escaped in the address."""
    answers = answering(500, b'{"detail": "x"}')
    list_tasks.sync_detailed(client=answers.client, from_date=moment, to_date=moment)
    assert dict(answers.request.url.params) == {"page": "1", "per_page": "20", "from_date": text, "to_date": text}
    assert b"+" not in answers.request.url.query


@pytest.mark.parametrize("name", ["from_date", "to_date"])
def test_a_naive_time_is_refused_before_it_is_sent(name: str, answering: Answers) -> None:
    """A time without an offset is an error that shows it and says what to do; no request is made."""
    answers = answering()
    with pytest.raises(errors.InvalidRequest, match=r"datetime\(2026, 2, 7, 2, 13, 28\) has no offset.*datetime.UTC"):
        list_tasks.sync_detailed(client=answers.client, **{name: NAIVE})  # type: ignore[arg-type]
    assert answers.requests == []


def test_a_naive_time_in_a_body_is_refused(answering: Answers) -> None:
    """The same in free data deep inside a body, where an aware one is sent as text."""
    answers = answering(500, b'{"detail": "x"}')
    body = InvokeRequest(input=TaskInput(), payload_extension={"due": [NAIVE]})
    with pytest.raises(errors.InvalidRequest, match="has no offset"):
        invoke_agent.sync_detailed("a", client=answers.client, body=body)
    body.payload_extension = {"due": [NAIVE.replace(tzinfo=datetime.UTC)]}
    invoke_agent.sync_detailed("a", client=answers.client, body=body)
    assert json.loads(answers.request.content)["payload_extension"] == {"due": ["2026-02-07T02:13:28+00:00"]}


@pytest.mark.parametrize(
    ("task_id", "path"),
    [
        ("a b", "/v1/tasks/a%20b"),
        ("a/../b", "/v1/tasks/a%2F..%2Fb"),
        ("..", "/v1/tasks/%2E%2E"),
        (".", "/v1/tasks/%2E"),
        ("%2e", "/v1/tasks/%252e"),
        ("é?#", "/v1/tasks/%C3%A9%3F%23"),
    ],
)
def test_an_id_is_one_segment_of_the_path(task_id: str, path: str, answering: Answers) -> None:
    """Whatever an id holds, it can lead to no other path."""
    answers = answering(404, b'{"detail": "x"}')
    get_task.sync_detailed(task_id, client=answers.client)
    assert answers.request.url.raw_path.decode() == path


@pytest.mark.parametrize("task_id", ["", None, UNSET])
def test_an_empty_id_is_refused(task_id: Any, answering: Answers) -> None:
    """An id that is empty or missing would ask for the list in place of a task."""
    answers = answering()
    with pytest.raises(errors.InvalidRequest, match="must not be empty"):
        get_task.sync_detailed(task_id, client=answers.client)
    assert answers.requests == []


@pytest.mark.parametrize("status", [AgentExecutionStatus.FAILED, "failed", AgentExecutionStatus("failed")])
def test_an_enum_is_sent_as_its_value(status: Any, answering: Answers) -> None:
    """A member, known or not, is sent as the contract spells it."""
    answers = answering(401, b'{"detail": "x"}')
    list_tasks.sync_detailed(client=answers.client, status=status, page=UNSET, per_page=UNSET)
    list_tasks.sync_detailed(client=answers.client, status=AgentExecutionStatus("new"), page=UNSET, per_page=UNSET)
    assert [request.url.query for request in answers.requests] == [b"status=failed", b"status=new"]


def test_a_body_is_sent_as_json(answering: Answers) -> None:
    """Only what is set is sent, as UTF-8 JSON, and the media type says so."""
    answers = answering(422, b'{"detail": []}')
    body = InvokeRequest(
        input=TaskInput(text="Où?", files=[], user=User(email="ada@example.com", first_name=None)),
        output_format=OutputFormat.JSON,
        output_schema={"type": "object"},
    )
    invoke_agent.sync_detailed("a", client=answers.client, body=body, version="draft")
    request = answers.request
    assert (request.method, request.url.raw_path) == ("POST", b"/v1/agents/a/invoke?version=draft")
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.content) == {
        "input": {"text": "Où?", "files": [], "user": {"email": "ada@example.com", "first_name": None}},
        "output_format": "json",
        "output_schema": {"type": "object"},
    }


def test_a_request_is_plain_data_for_any_httpx_client() -> None:
    """What `build_request` returns can be sent by other means: `prepare` makes arguments for httpx of it."""
    client = Client("https://api.example", headers={"x-app": "a"})
    plain = list_tasks.build_request(per_page=50, user_id="ada")
    assert plain == {"method": "GET", "url": "/v1/tasks", "params": {"page": 1, "per_page": 50, "user_id": "ada"}}
    with httpx.Client() as own:
        request = own.build_request(**client.prepare(plain, headers={"x-call": "1"}))
    assert str(request.url) == "https://api.example/v1/tasks?page=1&per_page=50&user_id=ada"
    assert (request.headers["x-app"], request.headers["x-call"]) == ("a", "1")


def test_what_cannot_be_json_is_an_error() -> None:
    """A value that has no JSON is refused, not sent as something else."""
    with pytest.raises(TypeError, match="object"):
        dump({"a": object()}, to_send=True)
