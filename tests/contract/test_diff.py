"""What `make diff` says of each kind of change of the contract, and what the change touches."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from contract_tests.contract.openapi import OPENAPI
from contract_tests.drift.changes import Change, load_policy, read_changes
from contract_tests.drift.document import Document
from contract_tests.drift.redocly import RedoclyError, differences
from contract_tests.drift.touches import Touched, load_index, touched_by

BASE = Document.read(OPENAPI)
Edit = Callable[[Any], object]


@dataclass(frozen=True)
class Case:
    """An edit of the contract, the change that it must be told as, and the claims that it must touch."""

    edit: Edit
    impact: str
    kind: str
    place: str
    claims: str
    not_claims: str = ""
    models: str = ""
    client: str = ""
    mock: str = ""


def operation(document: Any, path: str, method: str = "get") -> Any:
    return document["paths"][path][method]


def schema(document: Any, name: str) -> Any:
    return document["components"]["schemas"][name]


def field(document: Any, name: str, field: str) -> Any:
    return schema(document, name)["properties"][field]


def parameter(document: Any, name: str) -> Any:
    return document["components"]["parameters"][name]


def drop_parameter(document: Any, name: str) -> None:
    found = operation(document, "/v1/tasks")["parameters"]
    found[:] = [one for one in found if parameter(document, one["$ref"].rpartition("/")[2])["name"] != name]


def resume(document: Any) -> None:
    new = copy.deepcopy(operation(document, "/v1/tasks/{task_id}/stop", "post"))
    document["paths"]["/v1/tasks/{task_id}/resume"] = {"post": {**new, "operationId": "resume_task"}}


def stream_as_lines(document: Any) -> None:
    content = operation(document, "/v1/tasks/{task_id}/thread")["responses"]["200"]["content"]
    content["application/x-ndjson"] = content.pop("application/json")


STOP = "/v1/tasks/{task_id}/stop"
INVOKES = "xpander_api_client.models.InvokeRequest"
TASK = "xpander_api_client.models.Task"

CASES = {
    "an operation is gone": Case(
        lambda d: d["paths"]["/v1/tasks/{task_id}"].pop("delete"),
        "breaking",
        "operation-removed",
        "delete_task",
        "DEL-1 DEL-2 DEL-3 DEL-4 DEL-5 GET-2 META-10",
        "PAGE-1 STOP-1",
        client="xpander_tasks.Tasks.delete",
        mock="xpander_mock.rules.tasks.Tasks.delete_task",
    ),
    "a path is gone": Case(
        lambda d: d["paths"].pop("/v1/tasks/{task_id}/thread"),
        "breaking",
        "path-removed",
        "get_task_thread",
        "THREAD-1 THREAD-2 TURN-3",
        "THREAD-3",
        client="xpander_tasks.Tasks.thread",
    ),
    "a path is renamed": Case(
        lambda d: d["paths"].update({"/v1/tasks/{task_id}/halt": d["paths"].pop(STOP)}),
        "breaking",
        "path-removed",
        "stop_task",
        "STOP-1 STOP-2 META-6",
        "DEL-2",
        client="xpander_tasks.Tasks.stop",
    ),
    "an operation is new": Case(resume, "additive", "path-added", "resume_task", "", "STOP-1"),
    "an operationId changes": Case(
        lambda d: operation(d, STOP, "post").update(operationId="halt_task"),
        "breaking",
        "operation-id-changed",
        "stop_task, halt_task",
        "STOP-1 STOP-2",
    ),
    "an operation is deprecated": Case(
        lambda d: operation(d, "/v1/tasks").update(deprecated=True), "additive", "deprecated-changed", "list_tasks", ""
    ),
    "a parameter is gone": Case(
        lambda d: drop_parameter(d, "from_date"),
        "breaking",
        "parameter-removed",
        "list_tasks: from_date",
        "LIST-4 LIST-5 LIST-14 META-1 META-2",
        "PAGE-1 LIST-1",
        client="xpander_tasks.Tasks.list",
        mock="xpander_mock.rules.lists.Lists.date_bounds",
    ),
    "an optional parameter is new": Case(
        lambda d: operation(d, "/v1/tasks")["parameters"].append(
            {"name": "sort", "in": "query", "schema": {"type": "string"}}
        ),
        "additive",
        "parameter-added",
        "list_tasks: sort",
        "LIST-13 META-9",
        "LIST-1",
    ),
    "a required parameter is new": Case(
        lambda d: operation(d, "/v1/tasks")["parameters"].append(
            {"name": "team", "in": "query", "required": True, "schema": {"type": "string"}}
        ),
        "breaking",
        "parameter-became-required",
        "list_tasks: team",
        "LIST-13 META-9",
    ),
    "a parameter has another type": Case(
        lambda d: parameter(d, "UserId")["schema"].update(type="integer"),
        "breaking",
        "schema-type-changed",
        "UserId",
        "LIST-1 LIST-2 LIST-10",
        "PAGE-1 GET-1",
    ),
    "a limit is lower": Case(
        lambda d: parameter(d, "PerPage")["schema"].update(maximum=40),
        "breaking",
        "schema-constraint-changed",
        "PerPage",
        "PAGE-1 PAGE-2 PAGE-4 META-4",
        "LIST-1 PAGE-6",
        mock="xpander_mock.rules.lists.Lists.page",
    ),
    "a default changes": Case(
        lambda d: parameter(d, "PerPage")["schema"].update(default=30),
        "breaking",
        "default-changed",
        "PerPage",
        "PAGE-1 PAGE-2",
        "LIST-1",
    ),
    "a status is gone": Case(
        lambda d: operation(d, STOP, "post")["responses"].pop("404"),
        "breaking",
        "response-removed",
        "stop_task: 404",
        "GET-2 DEL-1 ID-1 WIRE-1",
        "STOP-1 AGENT-3",
    ),
    "a status is new": Case(
        lambda d: operation(d, STOP, "post")["responses"].update({"409": {"description": "Busy."}}),
        "additive",
        "response-added",
        "stop_task: 409",
        "WIRE-1",
        "STOP-1",
    ),
    "a content type changes": Case(
        stream_as_lines, "breaking", "media-type-removed", "get_task_thread: 200", "WIRE-1", "THREAD-1"
    ),
    "a header is gone": Case(
        lambda d: d["components"]["responses"]["RateLimited"]["headers"].pop("X-RateLimit-Reset"),
        "breaking",
        "response-header-removed",
        "RateLimited: X-RateLimit-Reset",
        "LIMIT-1 WIRE-1",
        "AUTH-1",
    ),
    "a scheme is no longer accepted": Case(
        lambda d: operation(d, "/v1/tasks").update(security=[{"BearerAuth": []}]),
        "breaking",
        "security-requirement-changed",
        "list_tasks",
        "AUTH-1 AUTH-2",
        "LIST-1",
    ),
    "the key's header has another name": Case(
        lambda d: d["components"]["securitySchemes"]["APIKeyHeader"].update(name="x-key"),
        "breaking",
        "security-scheme-changed",
        "APIKeyHeader",
        "AUTH-1 AUTH-2 AUTH-4",
        "LIST-1",
    ),
    "a field of the body becomes required": Case(
        lambda d: schema(d, "InvokeRequest")["required"].append("title"),
        "breaking",
        "required-properties-added",
        "InvokeRequest",
        "INVOKE-4 INVOKE-5 TURN-2",
        "STREAM-1",
        models=INVOKES,
        client="xpander_tasks.Tasks.invoke",
    ),
    "a field of the body is gone": Case(
        lambda d: schema(d, "InvokeRequest")["properties"].pop("title"),
        "breaking",
        "property-removed",
        "InvokeRequest.title",
        "INVOKE-4 INVOKE-5",
        "GET-1",
        models=INVOKES,
        mock="xpander_mock.rules.invocations.Invocations.turn_title",
    ),
    "a field of the body is new": Case(
        lambda d: schema(d, "InvokeRequest")["properties"].update(budget={"type": ["integer", "null"]}),
        "additive",
        "property-added",
        "InvokeRequest.budget",
        "INVOKE-5",
        "INVOKE-4",
    ),
    "the body becomes optional": Case(
        lambda d: d["components"]["requestBodies"]["Invoke"].update(required=False),
        "additive",
        "required-changed",
        "Invoke",
        "INVOKE-5",
    ),
    "a field of answers is gone": Case(
        lambda d: schema(d, "Task")["properties"].pop("finished_at"),
        "breaking",
        "property-removed",
        "Task.finished_at",
        "GET-3 INVOKE-8 WIRE-1",
        "GET-1",
        models=TASK,
    ),
    "a field of answers is new": Case(
        lambda d: schema(d, "Task")["properties"].update(cost={"type": ["number", "null"]}),
        "additive",
        "property-added",
        "Task.cost",
        "INVOKE-8 WIRE-1",
        "GET-3",
        models=TASK,
    ),
    "a field of answers is no longer required": Case(
        lambda d: schema(d, "TasksPage")["required"].remove("total_pages"),
        "breaking",
        "required-properties-removed",
        "TasksPage",
        "PAGE-3 PAGE-6 WIRE-1",
        "PAGE-1",
        models="xpander_api_client.models.TasksPage",
    ),
    "a field of answers may be null": Case(
        lambda d: field(d, "Task", "created_at").update(type=["string", "null"]),
        "breaking",
        "schema-type-changed",
        "Task.created_at",
        "GET-1 GET-3 TURN-2",
        "GET-5",
    ),
    "a field loses its format": Case(
        lambda d: field(d, "Task", "created_at").pop("format"),
        "breaking",
        "schema-constraint-changed",
        "Task.created_at",
        "GET-1 GET-3",
    ),
    "an enum of answers has a new value": Case(
        lambda d: schema(d, "MessageRole")["enum"].append("developer"),
        "additive",
        "enum-values-added",
        "MessageRole",
        "THREAD-1 THREAD-2",
        "GET-1",
        models="xpander_api_client.models.MessageRole",
    ),
    "an enum of requests and answers loses a value": Case(
        lambda d: schema(d, "AgentExecutionStatus")["enum"].remove("paused"),
        "breaking",
        "enum-values-removed",
        "AgentExecutionStatus",
        "LIST-1 LIST-3 LIST-5 GET-4 STOP-1 META-6",
        "PAGE-4 THREAD-1",
    ),
    "an enum of requests has a new value": Case(
        lambda d: schema(d, "OutputFormat")["enum"].append("html"),
        "additive",
        "enum-values-added",
        "OutputFormat",
        "GET-5 INVOKE-4 INVOKE-5",
    ),
    "an object takes no further fields": Case(
        lambda d: schema(d, "Message").update(additionalProperties=False),
        "additive",
        "additionalProperties-changed",
        "Message",
        "WIRE-1",
        "THREAD-1",
    ),
    "the server has another address": Case(
        lambda d: d["servers"][0].update(url="https://api.example.com"),
        "breaking",
        "server-removed",
        "servers/0/url",
        "",
        client="xpander_tasks.Tasks.get",
    ),
    "a sentence changes": Case(
        lambda d: operation(d, STOP, "post").update(
            description=operation(d, STOP, "post")["description"].replace("Idempotent:", "Mostly idempotent:")
        ),
        "text",
        "description-changed",
        "stop_task",
        "STOP-2",
        "STOP-1",
    ),
    "an example changes": Case(
        lambda d: parameter(d, "Page").update(example=2), "text", "example-changed", "Page", "", "PAGE-1"
    ),
    "an unused component is new": Case(
        lambda d: d["components"]["schemas"].update(Zed={"type": "object"}), "text", "property-added", "Zed", ""
    ),
}


def edited(edit: Edit) -> Document:
    data = copy.deepcopy(BASE.data)
    edit(data)
    return Document(data)


def told(revision: Document) -> list[tuple[Change, Touched]]:
    changes = read_changes(differences(BASE.data, revision.data), BASE, revision)
    return [(change, touched_by(change, revision, load_index())) for change in changes]


@pytest.mark.parametrize("name", CASES)
def test_a_change_is_rated_and_tells_what_it_touches(name: str) -> None:
    case = CASES[name]
    found = {(change.kind, change.place): (change, touched) for change, touched in told(edited(case.edit))}
    assert (case.kind, case.place) in found, list(found)
    change, touched = found[case.kind, case.place]
    assert change.impact == case.impact
    assert set(case.claims.split()) <= set(touched.claims)
    assert not set(case.not_claims.split()) & set(touched.claims)
    assert not case.claims or touched.tests
    assert not case.claims or touched.defects
    assert {case.models, case.client, case.mock} - {""} <= {*touched.models, *touched.client, *touched.mock}


def test_a_claim_is_touched_with_its_own_tests_and_defects_only() -> None:
    ((_, touched),) = told(edited(CASES["a sentence changes"].edit))
    index = load_index()["claims"]["STOP-2"]
    assert (list(touched.tests), list(touched.defects)) == (index["tests"], index["defects"])


def test_equal_documents_have_no_changes() -> None:
    assert told(edited(lambda document: None)) == []


def test_a_change_of_a_shared_part_is_told_once_with_all_operations() -> None:
    (change, _), *others = told(edited(CASES["a default changes"].edit))
    assert not others
    assert change.operations == ["list_tasks", "list_agent_tasks"]


def test_the_policy_gives_every_rule_a_reason() -> None:
    assert all(rule["reason"] for rule in load_policy().values())


def diff(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "contract_tests", "diff", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=OPENAPI.parent,
    )


@pytest.fixture
def revision(tmp_path: Path) -> Callable[[Edit], str]:
    def write(edit: Edit) -> str:
        path = tmp_path / "revision.yaml"
        path.write_text(yaml.safe_dump(edited(edit).data, sort_keys=False), encoding="utf-8")
        return str(path)

    return write


def test_a_breaking_change_exits_with_1(revision: Callable[[Edit], str]) -> None:
    done = diff("--base", str(OPENAPI), "--revision", revision(CASES["a default changes"].edit))
    assert done.returncode == 1, done.stderr
    assert "BREAKING  PerPage  (default-changed)" in done.stdout
    assert "claims   PAGE-1, PAGE-2" in done.stdout


def test_an_additive_change_exits_with_0(revision: Callable[[Edit], str]) -> None:
    done = diff("--base", str(OPENAPI), "--revision", revision(CASES["a status is new"].edit), "--format", "json")
    assert done.returncode == 0, done.stderr
    (change,) = json.loads(done.stdout)["changes"]
    assert (change["impact"], change["touches"]["claims"]) == ("additive", ["WIRE-1"])


def test_a_changed_sentence_asks_for_a_review_and_exits_with_1(revision: Callable[[Edit], str]) -> None:
    done = diff(
        "--base", str(OPENAPI), "--revision", revision(CASES["a sentence changes"].edit), "--format", "markdown"
    )
    assert done.returncode == 1, done.stderr
    assert "## Claims to review" in done.stdout
    assert "| STOP-2 | stop_task: Idempotent |" in done.stdout


def test_a_git_revision_can_be_the_base() -> None:
    done = diff("--base", "HEAD")
    assert done.returncode in (0, 1), done.stderr
    assert done.stdout.startswith("openapi.yaml against HEAD: ")


@pytest.mark.parametrize("text", ["", "openapi: [", "openapi: 3.1.0", "swagger: '2.0'\npaths: {}", "\x00", "[]"])
def test_what_is_no_document_is_one_clear_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.yaml").write_text(text, encoding="utf-8")
    done = diff("--base", str(tmp_path / "bad.yaml"))
    assert done.returncode == 2
    assert done.stderr.startswith("diff: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("base", ["no-such-revision", "--output=stolen", "HEAD:README.md"])
def test_an_unknown_revision_is_one_clear_line(base: str) -> None:
    done = diff(f"--base={base}")
    assert done.returncode == 2
    assert "git revision" in done.stderr


def test_a_missing_redocly_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RedoclyError, match="npm install @redocly/cli"):
        differences(BASE.data, BASE.data)
