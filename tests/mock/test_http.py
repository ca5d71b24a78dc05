"""What the mock answers on the wire: statuses, bodies and headers."""

import json
from typing import Any
from urllib.parse import quote

import httpx
import jsonschema_rs
import pytest

from xpander_mock import DEMO_BEARER_TOKEN
from xpander_mock.contract import Contract, Operation, load_contract

CONTRACT = load_contract()
OPERATIONS = list(CONTRACT.operations.values())
EXAMPLES = {"task_id": "81250b20-e9d7-4b3b-9995-07dc72b4bb59", "agent_id": "a1b2c3d4-e5f6-4890-abcd-ef1234567890"}
OTHER_AGENT = "e4b7a9d2-6c13-4f58-a2e0-7d95b3c8f146"
INVOKE = f"/v1/agents/{EXAMPLES['agent_id']}/invoke"


def address(operation: Operation) -> str:
    return operation.path.format(**EXAMPLES)


def locs(response: httpx.Response) -> list[list[Any]]:
    assert response.status_code == 422, response.text
    return [problem["loc"] for problem in response.json()["detail"]]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-api-key": ""},
        {"x-api-key": "wrong"},
        {"authorization": "Bearer wrong"},
        {"authorization": f"Basic {DEMO_BEARER_TOKEN}"},
        {"authorization": "Bearer"},
        {"x-api-key": "wrong", "authorization": f"Bearer {DEMO_BEARER_TOKEN}"},
    ],
)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_credentials_are_checked_before_anything_else(
    anonymous: httpx.Client, operation: Operation, headers: dict[str, str]
) -> None:
    """AUTH-1: without or with wrong credentials every operation answers 401, whatever else is wrong."""
    for path in (address(operation), operation.path.format(task_id="nobody", agent_id="nobody") + "?page=0&status=x"):
        response = anonymous.request(operation.method, path, headers=headers, content=b"{")
        assert (response.status_code, response.json()) == (401, {"detail": "Invalid or missing API key"})


def test_a_bearer_token_is_as_good_as_a_key(anonymous: httpx.Client, client: httpx.Client) -> None:
    """Ruling 7: both security schemes work, the scheme's name in any case."""
    for header in (f"Bearer {DEMO_BEARER_TOKEN}", f"bearer {DEMO_BEARER_TOKEN}"):
        by_token = anonymous.get("/v1/tasks", headers={"authorization": header})
        assert by_token.json() == client.get("/v1/tasks").json()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_a_foreign_or_unknown_path_id_is_refused(
    other_client: httpx.Client, client: httpx.Client, operation: Operation
) -> None:
    """GET-2, AGENT-3, AUTH-2: an unknown id is 404 and a foreign one 403 or 404, as documented, and shows nothing."""
    if "{" not in operation.path:
        assert EXAMPLES["task_id"] not in other_client.get(operation.path, params={"per_page": 50}).text
        return
    body = {"input": {"text": "x"}} if operation.body else None
    unknown = client.request(operation.method, operation.path.format(task_id="no", agent_id="no"), json=body)
    foreign = other_client.request(operation.method, address(operation), json=body)
    assert unknown.status_code == 404
    assert foreign.status_code == (403 if operation.id in ("stop_task", "delete_task") else 404)
    assert foreign.json().keys() == {"detail"}
    assert client.get(f"/v1/tasks/{EXAMPLES['task_id']}").status_code == 200


@pytest.mark.parametrize("path", sorted({operation.path for operation in OPERATIONS}))
def test_a_wrong_method_is_answered_with_the_right_ones(client: httpx.Client, path: str) -> None:
    """405 with Allow for every method that a path does not document, HEAD and OPTIONS included."""
    allowed = {operation.method for operation in OPERATIONS if operation.path == path}
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE"} - allowed:
        response = client.request(method, path.format(**EXAMPLES))
        assert response.status_code == 405
        assert response.headers["allow"] == ", ".join(sorted(allowed))
        assert method == "HEAD" or response.json() == {"detail": "Method Not Allowed"}


@pytest.mark.parametrize("path", ["/v1", "/v1/tasks/", "/v1/tasks/x/threads", "/v1/tasks//thread", "/v2/tasks"])
def test_an_unknown_path_is_not_found(client: httpx.Client, path: str) -> None:
    """404 in the documented shape, and no redirect."""
    response = client.get(path)
    assert response.status_code == 404
    assert response.json().keys() == {"detail"}


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=abc", "page"),
        ("page=", "page"),
        ("page=1.5", "page"),
        ("page=1e3", "page"),
        ("page=%201", "page"),
        ("page=1&page=x", "page"),
        ("page=" + "9" * 5000, "page"),
        ("per_page=0", "per_page"),
        ("per_page=51", "per_page"),
        ("per_page=null", "per_page"),
        ("per_page=%00", "per_page"),
        ("status=queued", "status"),
        ("status=", "status"),
        ("status=Completed", "status"),
        ("from_date=2026-02-01", "from_date"),
        ("from_date=2026-02-01T00:00:00", "from_date"),
        ("to_date=2026-02-30T00:00:00Z", "to_date"),
        ("to_date=2026-02-01T00:00:00+02:00", "to_date"),  # an unescaped plus is a space
        ("to_date=", "to_date"),
        ("to_date=yesterday", "to_date"),
    ],
)
def test_a_parameter_that_is_not_as_documented_is_named(client: httpx.Client, query: str, name: str) -> None:
    """PAGE-2, LIST-5, ruling 12: 422, and `loc` names the parameter."""
    assert locs(client.get(f"/v1/tasks?{query}")) == [["query", name]]


def test_all_wrong_parameters_are_reported_at_once(client: httpx.Client) -> None:
    """Each problem has its entry, with a message and a kind."""
    response = client.get("/v1/tasks?page=0&per_page=51&status=x&from_date=x")
    assert locs(response) == [["query", name] for name in ("page", "per_page", "status", "from_date")]
    assert all(problem["msg"] and problem["type"] for problem in response.json()["detail"])


@pytest.mark.parametrize(
    "query",
    ["unknown=1", "user_id=", "user_id=%00", "user_id=%FF", "parent_task_id=a%2Fb", "page=" + "9" * 100, "page=007",
     "from_date=0000-01-01T00:00:00Z", "to_date=9999-12-31T23:59:59.999999999-23:59", "from_date=2026-02-01t00:00:00z"],
)  # fmt: skip
def test_unusual_but_documented_parameters_pass(client: httpx.Client, query: str) -> None:
    """Ruling 13: unknown parameters are ignored, and unusual values of the documented types are accepted."""
    assert client.get(f"/v1/tasks?{query}").status_code == 200


@pytest.mark.parametrize(
    ("body", "loc"),
    [
        ({}, ["body", "input"]),
        ([], ["body"]),
        (None, ["body"]),
        ({"input": None}, ["body", "input"]),
        ({"input": {"text": 1}}, ["body", "input", "text"]),
        ({"input": {"files": [1]}}, ["body", "input", "files", 0]),
        ({"input": {"user": {}}}, ["body", "input", "user", "email"]),
        ({"input": {"user": {"email": None}}}, ["body", "input", "user", "email"]),
        ({"input": {"user": "ada"}}, ["body", "input", "user"]),
        ({"input": {}, "output_format": "xml"}, ["body", "output_format"]),
        ({"input": {}, "think_mode": "x"}, ["body", "think_mode"]),
        ({"input": {}, "llm_reasoning_effort": 1}, ["body", "llm_reasoning_effort"]),
        ({"input": {}, "id": 1}, ["body", "id"]),
        ({"input": {}, "mcp_servers": [1]}, ["body", "mcp_servers", 0]),
        ({"input": {}, "output_schema": []}, ["body", "output_schema"]),
    ],
)
def test_a_body_that_is_not_as_documented_is_refused(client: httpx.Client, body: Any, loc: list[Any]) -> None:
    """INVOKE-5: 422, `loc` leads to the wrong part, and nothing was started."""
    total = client.get("/v1/tasks").json()["total"]
    for kind in ("", "/async", "/stream"):
        assert loc in locs(client.post(INVOKE + kind, json=body))
    assert client.get("/v1/tasks").json()["total"] == total


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff",
        b'{"input": {}, "id": "\\ud800"}',
        b'{"input": NaN}',
        b"[" * 100_000,
        b'{"input":{"text":1e999}}',
    ],
    ids=lambda content: repr(content[:12]),
)
def test_a_body_that_is_not_json_is_refused(client: httpx.Client, content: bytes) -> None:
    """A body that is not a JSON document is a 422, lone surrogates and deep nesting included."""
    response = client.post(INVOKE, content=content, headers={"content-type": "application/json"})
    assert locs(response) == [["body"]]


def test_a_body_of_another_media_type_is_refused(client: httpx.Client) -> None:
    """A body with another media type than JSON is a 422; without a media type it is read as JSON."""
    body = json.dumps({"input": {"text": "x"}})
    assert locs(client.post(INVOKE, content=body, headers={"content-type": "text/plain"})) == [["body"]]
    for media_type in ("application/json; charset=utf-8", "application/merge-patch+json", ""):
        assert client.post(INVOKE, content=body, headers={"content-type": media_type}).status_code == 200


@pytest.mark.parametrize(
    "task_id", ["a/b", "%2F", "a b?c#d", "ключ🔑", "\x00", "..;", "x" * 2000, "'; DROP TABLE tasks"]
)
def test_any_string_may_be_an_id(client: httpx.Client, task_id: str) -> None:
    """Ruling 3: a task with any id can be created, read, stopped and deleted, and is 404 before and after."""
    path = f"/v1/tasks/{quote(task_id, safe='')}"
    assert client.get(path).status_code == 404
    made = client.post(f"{INVOKE}/async", json={"id": task_id, "input": {"text": task_id}})
    assert made.json()["id"] == task_id
    assert client.get(path).json()["input"]["text"] == task_id
    assert client.get(f"{path}/thread").json()[0]["content"] == task_id
    assert client.post(f"{path}/stop").json()["status"] == "stopped"
    deleted = client.delete(path)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert client.delete(path).status_code == 404


@pytest.mark.parametrize(
    "schema", [{"type": 5}, {"$ref": "#/nowhere"}, {"$ref": "http://127.0.0.1:9/x"}, {"pattern": "("}]
)
def test_an_impossible_output_schema_fails_the_task_and_not_the_server(
    client: httpx.Client, schema: dict[str, Any]
) -> None:
    """GET-5: a schema that no value is found for is a failed task."""
    body = {"input": {"text": "x"}, "output_format": "json", "output_schema": schema}
    response = client.post(INVOKE, json=body)
    assert (response.status_code, response.json()["status"]) == (200, "failed")


def test_a_synchronous_invoke_answers_when_the_task_has_ended(client: httpx.Client) -> None:
    """INVOKE-2: the answer is the finished task, as get shows it afterwards."""
    for text, status in (("hello", "completed"), ("fail", "failed"), ("error", "error")):
        task = client.post(INVOKE, json={"input": {"text": text}}).json()
        assert task["status"] == status
        assert client.get(f"/v1/tasks/{task['id']}").json() == task


def conforms(contract: Contract, operation: Operation, response: httpx.Response) -> None:
    description: Any = contract.document["paths"][operation.path][operation.method.lower()]["responses"]
    description = description[str(response.status_code)]
    if "$ref" in description:
        description = contract.document["components"]["responses"][description["$ref"].rpartition("/")[2]]
    if "content" not in description:
        assert response.content == b""
        return
    ((media_type, content),) = description["content"].items()
    assert response.headers["content-type"].partition(";")[0] == media_type
    schema = {**content["schema"], "components": contract.document["components"]}
    values = [json.loads(line[6:]) for line in response.text.splitlines() if line.startswith("data: ")]
    for value in values if media_type == "text/event-stream" else [response.json()]:
        jsonschema_rs.validate(schema, value, validate_formats=True)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_answers_and_refusals_have_the_documented_shape(
    anonymous: httpx.Client, other_client: httpx.Client, client: httpx.Client, operation: Operation
) -> None:
    """Every status that the mock answers is documented for the operation, as are its body and media type."""
    body = {"input": {"text": "x"}} if operation.body else None
    made = client.post(INVOKE, json={"input": {"text": "x"}}).json()["id"]
    path = operation.path.format(task_id=made, agent_id=EXAMPLES["agent_id"])
    answers = [
        client.request(operation.method, path, json=body),
        anonymous.request(operation.method, path),
        other_client.request(operation.method, address(operation), json=body),
        client.request(operation.method, f"{path}?page=0", json={} if body else None),
    ]
    for response in answers:
        assert str(response.status_code) in operation.statuses or "{" not in operation.path
        conforms(CONTRACT, operation, response)
