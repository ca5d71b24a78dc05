"""Credentials: sent to the configured origin only, and shown nowhere."""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Iterable
from typing import Any

import httpx
import pytest

import xpander_tasks
from xpander_tasks import Configuration, Task, Tasks

from .conftest import KEY, SSL_CONTEXT, Connect, Serve
from .faults import STREAM_END, STREAM_HEAD, Act, Close, FaultServer, Got, Reset, event, page, piece, reply, task
from .flavours import Flavour

TOKEN = "token-of-a-user"
SECRETS: dict[str, Any] = {
    "user_oidc_token": TOKEN,
    "user_tokens": {"github": TOKEN},
    "mcp_servers": [{"url": "http://m", "headers": {"authorization": TOKEN}}],
}


def redirect(location: str, status: int = 307) -> bytes:
    return reply("", status, location=location)


@pytest.fixture(params=["sync", "async"])
def following(request: pytest.FixtureRequest) -> Iterable[Any]:
    """Makes clients of one flavour that follow redirects."""
    import asyncio
    from contextlib import ExitStack

    with ExitStack() as stack:
        runner = stack.enter_context(asyncio.Runner()) if request.param == "async" else None

        def made(url: str, **settings: Any) -> Flavour:
            chosen: dict[str, Any] = {"api_key": KEY} | settings
            configuration = Configuration(**chosen, base_url=url)
            if runner is None:
                client = stack.enter_context(httpx.Client(follow_redirects=True, verify=SSL_CONTEXT))
                return Flavour(Tasks(configuration, http_client=client), None)
            async_client, closing = httpx.AsyncClient(follow_redirects=True, verify=SSL_CONTEXT), runner
            stack.callback(lambda: closing.run(async_client.aclose()))
            return Flavour(Tasks(configuration, async_http_client=async_client), runner)

        yield made


@pytest.mark.parametrize("settings", [{}, {"api_key": None, "bearer_token": KEY}], ids=["key", "token"])
def test_a_redirect_to_another_origin_takes_no_credentials_along(
    following: Any, serve: Serve, settings: dict[str, Any]
) -> None:
    """The other host answers without ever seeing the key, which stays on no request either."""
    other = serve(lambda got: [reply(task())])
    server = serve(lambda got: [redirect(f"{other.url}{got.path}")])
    found = following(server.url, **settings).get("t1")
    assert found.id == "t1"
    assert KEY in repr(server.got[0].headers)
    assert KEY not in repr(other.got[0].headers)
    assert KEY not in everything_about(found.response)


def test_a_redirect_inside_the_origin_keeps_them(following: Any, serve: Serve) -> None:
    """A new path on the same host is authenticated like the old one."""

    def answer(got: Got) -> Iterable[Act]:
        return [reply(task())] if got.path.endswith("/moved") else [redirect(f"{got.path}/moved")]

    server = serve(answer)
    found = following(server.url).get("t1")
    assert [got.headers["x-api-key"] for got in server.got] == [KEY, KEY]
    assert KEY not in everything_about(found.response)


def test_redirects_without_end_are_an_error(following: Any, serve: Serve) -> None:
    """Following stops at the bound of the user's client."""
    server = serve(lambda got: [redirect(got.path)])
    with pytest.raises(xpander_tasks.StatusError, match="redirects to"):
        following(server.url).get("t1")
    assert len(server.got) == 21


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_that_is_not_followed_names_its_location(connect: Connect, serve: Serve, status: int) -> None:
    """The error tells where the API seems to be now, and that it was not asked there."""
    server = serve(lambda got: [redirect("https://elsewhere.example/v1", status)])
    with pytest.raises(xpander_tasks.StatusError, match=r"redirects to 'https://elsewhere.example/v1'") as caught:
        connect(server.url).get("t1")
    assert caught.value.status_code == status
    assert len(server.got) == 1


def everything_about(response: httpx.Response) -> str:
    """Return all that a response holds of the requests that led to it."""
    requests = [response.request, *(earlier.request for earlier in response.history)]
    if response.next_request is not None:
        requests.append(response.next_request)
    return repr([(request.headers.raw, request.extensions) for request in requests])


FAULTS: dict[str, Any] = {
    "unauthorized": [reply({"detail": "who?"}, 401)],
    "reset": [Reset()],
    "cut in the headers": [b"HTTP/1.1 200", Close()],
    "cut in the body": [reply(task())[:-30], Reset()],
    "no HTTP": [b"nonsense\r\n\r\n"],
    "not JSON": [reply("<html>")],
    "another page": [reply(page(7, 9))],
    "redirect": [redirect("http://elsewhere.example")],
    "not gzip": [reply("no", content_encoding="gzip")],
}
CALLS: dict[str, Any] = {
    "get": lambda client: client.get("t1"),
    "list": lambda client: client.list(),
    "start": lambda client: client.start("a1", "hello"),
    "stream": lambda client: list(client.stream("a1", "hello", id="t1")),
    "wait_for": lambda client: client.wait_for("t1", timeout=0.5, interval=0.05),
}


def frames_of_the_error(call: Any, client: Any) -> str:
    """Return the traceback of a call that fails, with the local variables of every frame from here on."""
    with pytest.raises(xpander_tasks.TasksError) as caught:
        call(client)
    return "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())


@pytest.mark.parametrize("credential", ["api_key", "bearer_token"])
@pytest.mark.parametrize("fault", FAULTS)
def test_no_frame_of_an_error_holds_a_credential(
    connect: Connect, serve: Serve, fault: str, credential: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Tools that show the local variables of a traceback, such as crash reporters, show no credential."""
    caplog.set_level(logging.DEBUG)
    server: FaultServer = serve(lambda got: FAULTS[fault])
    settings = {"api_key": None, "bearer_token": KEY} if credential == "bearer_token" else {}
    client = connect(server.url, **settings)
    for call in CALLS.values():
        shown = frames_of_the_error(call, client)
        assert "_core/call.py" in shown or fault not in ("unauthorized", "reset")
        assert KEY not in shown
    assert KEY in repr(server.got[0].headers)
    assert KEY not in caplog.text


def test_no_frame_of_an_error_in_sending_holds_a_credential() -> None:
    """Nothing listens: the frames of connecting have no credential either."""
    with Tasks(
        Configuration(api_key=KEY, base_url="http://127.0.0.1:1", retry=xpander_tasks.Retry(attempts=1))
    ) as tasks:
        with pytest.raises(xpander_tasks.ConnectError) as caught:
            tasks.get("t1")
        shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
        assert KEY not in shown


@pytest.mark.parametrize("name", ["api_key", "bearer_token"])
def test_no_frame_of_a_refused_setting_holds_a_credential(name: str) -> None:
    """A key with a line break is refused, and a crash report does not show it."""
    shown = frames_of_the_error(lambda name: Configuration(**{name: f"{KEY}\n"}), name)  # type: ignore[arg-type]
    assert "check how it is read" in shown
    assert KEY not in shown


def test_credentials_of_users_are_not_shown(connect: Connect, serve: Serve) -> None:
    """A task may hold tokens of its user, which logs must not show; the attributes have them."""
    pieces = [
        piece(event("task_created", task(status="pending", **SECRETS))),
        piece(b'data: {"type": "task_updated", "data": {"user_oidc_token": "' + TOKEN.encode() + b'"}}\n\n'),
        piece(event("tool_call_request", {"headers": {"authorization": TOKEN}})),
        piece(event("task_finished", task(**SECRETS))),
    ]

    def answer(got: Got) -> Iterable[Act]:
        return [STREAM_HEAD, *pieces, STREAM_END] if got.method == "POST" else [reply(task(**SECRETS))]

    client = connect(serve(answer).url)
    found = client.get("t1")
    events = list(client.stream("a1", "hello"))
    assert (found.user_oidc_token, found.user_tokens["github"]) == (TOKEN, TOKEN)
    assert len(events) == 4
    assert TOKEN not in repr(found) + repr(events) + str(found) + repr([found])
    assert re.match(r"Task\(id='t1', agent_id='a1'", repr(found))
    assert "user_tokens=..." in repr(found)


def test_credentials_of_users_are_not_in_errors(connect: Connect, serve: Serve) -> None:
    """An error that shows the beginning of a body stops before them."""
    for status in (200, 500):
        body = {"user_oidc_token": TOKEN, **task(id=7), "user_tokens": {"github": TOKEN}}
        with pytest.raises(xpander_tasks.TasksError) as caught:
            connect(serve(lambda got, body=body, status=status: [reply(body, status)]).url).get("t1")  # type: ignore[misc]
        assert TOKEN not in str(caught.value) + repr(caught.value)


def test_a_task_made_by_hand_has_a_repr_too() -> None:
    """It does not need an answer to be shown."""
    assert "id='t1'" in repr(Task.from_dict(task()))
