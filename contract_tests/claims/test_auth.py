"""Credentials, checked for every documented operation."""

import base64
import json

import pytest

from ..contract.openapi import operations
from ..report.violation import not_run
from ..run.target import Target
from ._answers import Credentials, assert_that
from ._assertions import assert_unchanged
from ._task_factory import BY_ID, INVOKES, TaskFactory
from .api import Api

DETAIL = "Invalid or missing API key"
OPERATIONS = [operation.id for operation in operations()]
READING = [operation.id for operation in operations() if operation.method == "GET"]


def _jwt(algorithm: str, signature: str) -> str:
    parts = [{"alg": algorithm, "typ": "JWT"}, {"sub": "nobody", "org": "none", "exp": 4102444800}]
    return ".".join(
        [*(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts), signature]
    )


def wrong(key: str) -> dict[str, Credentials]:
    """Return invalid credentials, by what is wrong with them."""
    bearers = {
        "a bearer token without signature": _jwt("none", ""),
        "a bearer token with a false signature": _jwt("HS256", "c2lnbmF0dXJl"),
        "a bearer token that is no JWT": "no-such-token",
    }
    found = {name: _plain({"authorization": f"Bearer {token}"}) for name, token in bearers.items()}
    found["an empty bearer token"] = _plain({"authorization": "Bearer"})
    found["no credentials"] = _plain({})
    found["an empty key"] = _plain({"x-api-key": ""})
    found["a wrong key"] = _plain({"x-api-key": "not-a-key-of-anybody"})
    found["a wrong key and a wrong bearer token"] = _plain(
        {"x-api-key": "not-a-key-of-anybody", "authorization": "Bearer no-such-token"}
    )
    found["basic authentication"] = _plain({"authorization": "Basic YWRhOmFkYQ=="})
    spellings = {"the key and more": f"{key}x", "half the key": key[: len(key) // 2], "the key but its end": key[:-1]}
    spellings["the key in other case"] = key.swapcase()
    for name, spelled in spellings.items():
        if spelled != key:
            # A report must not show a value that is nearly the key either.
            found[name] = Credentials({"x-api-key": spelled}, {"x-api-key": f"({name})"})
    return found


def _plain(headers: dict[str, str]) -> Credentials:
    return Credentials(headers, headers)


@pytest.fixture(scope="session")
def known(api: Api, target: Target, optional_task_factory: TaskFactory | None) -> tuple[str, str]:
    """The ids of an existing task and agent, if there are any."""
    if optional_task_factory and optional_task_factory.agents:
        task = optional_task_factory.start()
        return task["id"], task["agent_id"]
    items = api.call("list_tasks").ok()["items"]
    return (items[0]["id"], items[0]["agent_id"]) if items else ("no-task", target.agent_id or "no-agent")


@pytest.mark.claim("AUTH-1", "AUTH-3")
@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_wrong_credentials_are_a_401(api: Api, target: Target, known: tuple[str, str], operation_id: str) -> None:
    """AUTH-1, AUTH-3: every operation without credentials or with wrong ones: 401, and what it says."""
    _skip_unless_writable(target, operation_id)
    task, agent = known
    body = {"input": {"text": "Please say hello."}} if operation_id in INVOKES else None
    for credentials in wrong(target.api_key).values():
        answer = api.as_caller(credentials).call(operation_id, task=task, agent=agent, body=body)
        answer.assert_status(401)
        assert_that(
            answer.json["detail"] == DETAIL, f"detail {DETAIL!r}", answer.json["detail"], answer, claim="AUTH-3"
        )


@pytest.mark.claim("AUTH-1")
@pytest.mark.parametrize("operation_id", OPERATIONS)
@pytest.mark.parametrize("kind", ["no credentials", "a wrong key", "a bearer token with a false signature"])
def test_credentials_are_checked_before_anything_else(
    api: Api, target: Target, known: tuple[str, str], operation_id: str, kind: str
) -> None:
    """AUTH-1: 401 before anything else about the request is checked: parameters, body, whether the id exists."""
    _skip_unless_writable(target, operation_id)
    caller = api.as_caller(wrong(target.api_key)[kind])
    task, agent = known
    queries: list[dict[str, str]] = [{}]
    if operation_id.startswith("list"):
        queries += [{"page": "0"}, {"per_page": "51"}, {"status": "queued"}, {"page": "x", "from_date": "yesterday"}]
    contents: list[bytes | None] = [None]
    if operation_id in INVOKES:
        contents += [b"{}", b"{", b"[]", b'{"input": {"user": {}}, "output_format": "yaml"}', b'{"input": {}}']
    for query in queries:
        for content in contents:
            for ids in ((task, agent), ("no-such-task", "no-such-agent")):
                answer = caller.call(operation_id, task=ids[0], agent=ids[1], query=query, content=content)
                answer.assert_status(401)


@pytest.mark.claim("AUTH-1")
@pytest.mark.parametrize("operation_id", READING)
def test_the_bearer_token_opens_what_the_key_opens(
    api: Api, target: Target, known: tuple[str, str], operation_id: str
) -> None:
    """AUTH-1: only wrong credentials are a 401: the right token reads the same of the same organization as the key."""
    caller = api.as_caller(_bearer(_token(target)))
    task, agent = known
    answer = caller.call(operation_id, task=task, agent=agent).assert_status(200)
    expected = api.call(operation_id, task=task, agent=agent)
    owners = [_organizations(one.json) for one in (answer, expected)]
    assert_that(owners[0] == owners[1], f"organization {owners[1]}, as with the key", owners[0], expected, answer)


@pytest.mark.claim("AUTH-1")
@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_a_bearer_token_that_is_nearly_right_is_a_401(
    api: Api, target: Target, known: tuple[str, str], operation_id: str
) -> None:
    """AUTH-1: a token in another case, with more or with less, or under another scheme opens nothing."""
    _skip_unless_writable(target, operation_id)
    token = _token(target)
    body = {"input": {"text": "Please say hello."}} if operation_id in INVOKES else None
    wrong_headers = [f"Bearer {text}" for text in (f"{token}x", token[:-1], token.swapcase()) if text != token]
    wrong_headers += [f"Basic {token}", f"Token {token}", token]
    for header in wrong_headers:
        # Nearly the token, so that a report must not show it either.
        credentials = Credentials({"authorization": header}, {"authorization": "(nearly the token)"})
        answer = api.as_caller(credentials).call(operation_id, task=known[0], agent=known[1], body=body)
        answer.assert_status(401)


@pytest.mark.claim("AUTH-4")
@pytest.mark.parametrize("kind", ["no credentials", "a wrong key", "a bearer token with a false signature"])
def test_a_request_refused_with_401_changes_nothing(task_factory: TaskFactory, target: Target, kind: str) -> None:
    """AUTH-4: a request that is refused with 401 stops, deletes, starts and continues nothing."""
    caller = task_factory.api.as_caller(wrong(target.api_key)[kind])
    task = task_factory.completed()
    thread = task_factory.api.thread(task["id"])
    parent = task_factory.parent()
    running = task_factory.start()
    refused = [caller.call("stop_task", task=running["id"]), caller.call("delete_task", task=task["id"])]
    bodies = [task_factory.body(parent_execution_id=parent), task_factory.body(id=task["id"])]
    refused += [caller.call(invoke, agent=task_factory.agent, body=body) for invoke in INVOKES for body in bodies]
    for answer in refused:
        answer.assert_status(401)
    after = task_factory.api.call("get_task", task=task["id"])
    assert_unchanged(task, *refused[1:2], after)
    now = task_factory.api.call("get_task_thread", task=task["id"])
    assert_that(now.messages() == thread, "the thread unchanged", now.json, refused[-1], now)
    ended = task_factory.wait_until_done(running["id"])
    assert_that(ended["status"] != "stopped", "a task that keeps running", ended["status"], refused[0])
    shown = task_factory.api.call("get_task", task=bodies[0]["id"])
    assert_that(shown.status == 404, "no task from a refused invoke", shown.status, refused[2], shown)
    listed = task_factory.api.call("list_tasks", query={"parent_task_id": parent})
    assert_that(listed.ok()["total"] == 0, "no task from a refused invoke", listed.json["items"], refused[2], listed)


@pytest.mark.claim("AUTH-1")
@pytest.mark.parametrize("operation_id", BY_ID)
def test_a_wrong_key_learns_nothing_about_ids(
    api: Api, target: Target, known: tuple[str, str], operation_id: str
) -> None:
    """AUTH-1: the 401 for a task that exists is the 401 for one that does not."""
    _skip_unless_writable(target, operation_id)
    caller = api.as_caller(wrong(target.api_key)["a wrong key"])
    there = caller.call(operation_id, task=known[0]).assert_status(401)
    absent = caller.call(operation_id, task="no-such-task").assert_status(401)
    assert_that(there.json == absent.json, f"{absent.json}", there.json, absent, there)


def _token(target: Target) -> str:
    if not target.bearer_token:
        not_run("needs XPANDER_BEARER_TOKEN")
    return target.bearer_token


def _bearer(token: str) -> Credentials:
    return Credentials({"authorization": f"Bearer {token}"}, {"authorization": "Bearer $XPANDER_BEARER_TOKEN"})


def _organizations(shown: object) -> set[object]:
    items = shown.get("items", [shown]) if isinstance(shown, dict) else []
    return {item.get("organization_id") for item in items if isinstance(item, dict)}


def _skip_unless_writable(target: Target, operation_id: str) -> None:
    __tracebackhide__ = True
    if operation_id not in READING and not target.writes:
        not_run("needs CONTRACT_WRITES")
