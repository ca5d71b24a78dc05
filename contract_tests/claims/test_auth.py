"""Who may ask, judged for every documented operation."""

import base64
import json

import pytest

from contract_tests.claims._tasks import BY_ID, INVOKES, Workshop, as_it_was
from contract_tests.claims.api import Api, Credentials, require
from contract_tests.contract import operations
from contract_tests.failure import not_run
from contract_tests.target import Target

SAID = "Invalid or missing API key"
OPERATIONS = [operation.id for operation in operations()]
READING = [operation.id for operation in operations() if operation.method == "GET"]


def _jwt(algorithm: str, signature: str) -> str:
    parts = [{"alg": algorithm, "typ": "JWT"}, {"sub": "nobody", "org": "none", "exp": 4102444800}]
    return ".".join(
        [*(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts), signature]
    )


def wrong(key: str) -> dict[str, Credentials]:
    """Return credentials that prove nothing, by what is wrong with them."""
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
            # What is nearly a key must not be shown either.
            found[name] = Credentials({"x-api-key": spelled}, {"x-api-key": f"({name})"})
    return found


def _plain(headers: dict[str, str]) -> Credentials:
    return Credentials(headers, headers)


@pytest.fixture(scope="session")
def known(api: Api, target: Target, workshop: Workshop | None) -> tuple[str, str]:
    """A task and an agent that exist, where there are any."""
    if workshop and workshop.agents:
        task = workshop.start()
        return task["id"], task["agent_id"]
    items = api.call("list_tasks").ok()["items"]
    return (items[0]["id"], items[0]["agent_id"]) if items else ("no-task", target.agent_id or "no-agent")


@pytest.mark.claim("AUTH-1", "AUTH-3")
@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_wrong_credentials_are_a_401(api: Api, target: Target, known: tuple[str, str], operation_id: str) -> None:
    """AUTH-1, AUTH-3: every operation without credentials or with wrong ones: 401, and what it says."""
    _may(target, operation_id)
    task, agent = known
    body = {"input": {"text": "Please say hello."}} if operation_id in INVOKES else None
    for credentials in wrong(target.api_key).values():
        answer = api.as_caller(credentials).call(operation_id, task=task, agent=agent, body=body)
        answer.expect(401)
        require(answer.json["detail"] == SAID, f"detail {SAID!r}", answer.json["detail"], answer, claim="AUTH-3")


@pytest.mark.claim("AUTH-1")
@pytest.mark.parametrize("operation_id", OPERATIONS)
@pytest.mark.parametrize("kind", ["no credentials", "a wrong key", "a bearer token with a false signature"])
def test_credentials_are_judged_before_anything_else(
    api: Api, target: Target, known: tuple[str, str], operation_id: str, kind: str
) -> None:
    """AUTH-1: 401 before anything else about the request is judged: parameters, body, whether the id exists."""
    _may(target, operation_id)
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
                answer.expect(401)


@pytest.mark.claim("AUTH-4")
@pytest.mark.parametrize("kind", ["no credentials", "a wrong key", "a bearer token with a false signature"])
def test_a_request_refused_with_401_changes_nothing(shop: Workshop, target: Target, kind: str) -> None:
    """AUTH-4: a request that is refused with 401 stops, deletes, starts and continues nothing."""
    caller = shop.api.as_caller(wrong(target.api_key)[kind])
    task = shop.completed()
    thread = shop.api.thread(task["id"])
    parent = shop.parent()
    running = shop.start()
    refused = [caller.call("stop_task", task=running["id"]), caller.call("delete_task", task=task["id"])]
    bodies = [shop.body(parent_execution_id=parent), shop.body(id=task["id"])]
    refused += [caller.call(invoke, agent=shop.agent, body=body) for invoke in INVOKES for body in bodies]
    for answer in refused:
        answer.expect(401)
    after = shop.api.call("get_task", task=task["id"])
    as_it_was(task, *refused[1:2], after)
    now = shop.api.call("get_task_thread", task=task["id"])
    require(now.messages() == thread, "the thread as it was", now.json, refused[-1], now)
    ended = shop.finish(running["id"])
    require(ended["status"] != "stopped", "a task that goes on", ended["status"], refused[0])
    shown = shop.api.call("get_task", task=bodies[0]["id"])
    require(shown.status == 404, "no task from a refused invoke", shown.status, refused[2], shown)
    listed = shop.api.call("list_tasks", query={"parent_task_id": parent})
    require(listed.ok()["total"] == 0, "no task from a refused invoke", listed.json["items"], refused[2], listed)


@pytest.mark.claim("AUTH-1")
@pytest.mark.parametrize("operation_id", BY_ID)
def test_a_wrong_key_learns_nothing_about_ids(
    api: Api, target: Target, known: tuple[str, str], operation_id: str
) -> None:
    """AUTH-1: the 401 for a task that exists is the 401 for one that does not."""
    _may(target, operation_id)
    caller = api.as_caller(wrong(target.api_key)["a wrong key"])
    there = caller.call(operation_id, task=known[0]).expect(401)
    absent = caller.call(operation_id, task="no-such-task").expect(401)
    require(there.json == absent.json, f"{absent.json}", there.json, absent, there)


def _may(target: Target, operation_id: str) -> None:
    __tracebackhide__ = True
    if operation_id not in READING and not target.writes:
        not_run("needs CONTRACT_WRITES")
