"""The errors: what they say, what they keep, and what they never show."""

from __future__ import annotations

import copy
import logging
import pickle
import traceback
from collections.abc import Iterable
from typing import Any

import pytest

import xpander_tasks
from xpander_tasks import Task, errors, task_errors

from .conftest import KEY, Connect, Serve
from .faults import Act, Got, Reset, reply, scripted, task

TREE = [
    kind
    for kind in (vars(errors) | vars(task_errors)).values()
    if isinstance(kind, type) and issubclass(kind, errors.TasksError)
]


@pytest.mark.parametrize("kind", TREE, ids=lambda kind: kind.__name__)
def test_every_error_is_exported_drawn_and_pickles(kind: type[errors.TasksError]) -> None:
    """Each class is public, stands in the drawn tree, and survives pickling with all it knows."""
    assert getattr(xpander_tasks, kind.__name__) is kind
    assert f" {kind.__name__} " in f"{errors.__doc__}\n"
    parts: dict[str, Any] = {"task": Task.from_dict(task())} if kind.__module__ == task_errors.__name__ else {}
    parts |= {"method": "GET", "url": "http://h/v1", "request_id": "r-1", "body": {"detail": "gone"}, "task_id": "t1"}
    error = kind(404, "gone", **parts)
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert (type(twin), twin.__dict__, str(twin)) == (kind, error.__dict__, str(error))


def test_the_root_is_the_exception_of_the_sdk() -> None:
    """One `except ModuleException` catches everything, and it is made as the SDK makes it."""
    assert xpander_tasks.ModuleException is xpander_tasks.TasksError
    assert all(issubclass(kind, xpander_tasks.ModuleException) for kind in TREE)
    error = xpander_tasks.ModuleException(404, "Agent not found")
    assert (error.status_code, error.description, str(error)) == (404, "Agent not found", "Agent not found")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "StatusError"),
        (401, "UnauthorizedError"),
        (403, "ForbiddenError"),
        (404, "NotFoundError"),
        (418, "StatusError"),
        (422, "ValidationFailedError"),
        (429, "RateLimitedError"),
        (499, "StatusError"),
        (500, "ServerError"),
        (501, "ServerError"),
        (529, "ServerError"),
        (302, "StatusError"),
    ],
)
def test_each_status_has_its_class(connect: Connect, serve: Serve, status: int, kind: str) -> None:
    """Each documented status has its own class; every other status has a general one."""
    server = serve(scripted(reply({"detail": "no"}, status, x_request_id="r-7")))
    with pytest.raises(xpander_tasks.StatusError) as caught:
        connect(server.url, retry=xpander_tasks.Retry(attempts=1)).get("t1")
    error = caught.value
    assert type(error).__name__ == kind
    assert (error.status_code, error.description, error.request_id, error.body.detail) == (status, "no", "r-7", "no")
    assert str(error) == f"GET {server.url}/v1/tasks/t1 answered {status}: no (request id r-7)"


def test_422_says_which_parts_are_wrong(connect: Connect, serve: Serve) -> None:
    """The parts of the body are models, and the message names each."""
    detail = [
        {"loc": ["body", "input", "user", "email"], "msg": "Field required", "type": "missing"},
        {"loc": ["query", "page"], "msg": "too small", "type": "ge"},
    ]
    client = connect(serve(scripted(reply({"detail": detail}, 422))).url)
    with pytest.raises(xpander_tasks.ValidationFailedError) as caught:
        client.get("t1")
    assert caught.value.description == "body.input.user.email: Field required; query.page: too small"
    assert [part.loc for part in caught.value.body.detail] == [part["loc"] for part in detail]


@pytest.mark.parametrize(
    ("body", "description", "kept"),
    [
        ({"error": "odd"}, '{"error": "odd"}', {"error": "odd"}),
        ("plain text", "plain text", "plain text"),
        ("", "Told", "Told"),
        ([1], "[1]", [1]),
        (b"\xff\xfe", "\ufffd\ufffd", "\ufffd\ufffd"),
    ],
)
def test_any_body_of_an_error_is_kept(connect: Connect, serve: Serve, body: Any, description: str, kept: Any) -> None:
    """A body that is not as documented is kept as far as it can be read, and shown."""
    client = connect(serve(scripted(reply(body, 400))).url)
    with pytest.raises(xpander_tasks.StatusError) as caught:
        client.get("t1")
    assert (caught.value.description, caught.value.body) == (description, kept)


def everything(error: BaseException | None) -> str:
    """All that a log, a debugger or a crash report might show of an error and its causes."""
    seen = []
    while error is not None:
        seen += [repr(error), str(error), repr(vars(error)), "".join(traceback.format_exception(error))]
        request = getattr(error, "_request", None)
        if request is not None:
            seen += [repr(request), repr(dict(request.headers)), repr(request.extensions)]
        error = error.__cause__ or error.__context__
    return "\n".join(seen)


@pytest.mark.parametrize("credential", ["api_key", "bearer_token"])
@pytest.mark.parametrize("fault", ["echo", "reset", "not JSON", "refused"])
def test_no_credential_shows_in_an_error_a_log_or_a_repr(
    connect: Connect, serve: Serve, credential: str, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even a server that repeats the key brings it into an error, its causes, or the log."""
    caplog.set_level(logging.DEBUG)

    def answer(got: Got) -> Iterable[Act]:
        sent = got.headers.get("x-api-key", got.headers.get("authorization", ""))
        assert KEY in sent
        answers: dict[str, Act] = {
            "echo": reply({"detail": f"what is {sent}?"}, 401),
            "reset": Reset(),
            "not JSON": reply(f"<html>{sent}"),
            "refused": reply("no", 503),
        }
        return [answers[fault]]

    url = serve(answer).url
    settings = {"api_key": KEY} if credential == "api_key" else {"api_key": None, "bearer_token": KEY}
    client = connect(url, **settings)
    with pytest.raises(xpander_tasks.TasksError) as caught:
        client.get("t1")
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("xpander"))
    assert "GET http://127.0.0.1" in ours
    shown = everything(caught.value) + ours + repr(client.tasks) + repr(client.tasks.configuration)
    assert KEY not in shown
    assert KEY not in caplog.text


def test_no_credential_stays_on_what_was_received(connect: Connect, serve: Serve) -> None:
    """The raw answer that a task keeps shows the request, but not the key it went out with."""
    server = serve(scripted(reply(task())))
    received = connect(server.url).get("t1").response
    assert server.got[0].headers["x-api-key"] == KEY
    assert KEY not in repr(dict(received.request.headers))


def test_the_wait_that_a_429_asks_for_is_kept(connect: Connect, serve: Serve) -> None:
    """Where nothing is repeated, the caller learns how long to wait."""
    client = connect(serve(scripted(reply({"detail": "slow down"}, 429, retry_after="7"))).url)
    with pytest.raises(xpander_tasks.RateLimitedError) as caught:
        client.start("a1", "hello")
    assert caught.value.retry_after == 7.0
