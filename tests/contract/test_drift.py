"""What `make drift` says of a provider's document that names and writes everything otherwise."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contract_tests.cli import main
from contract_tests.drift.document import Document
from contract_tests.drift.provider import ProviderDrift, compare, load_known
from contract_tests.drift.sentences import hash_of

CONTRACT: Any = {
    "openapi": "3.1.0",
    "info": {"title": "Ours", "version": "1"},
    "security": [{"Key": []}],
    "paths": {
        "/v1/jobs": {
            "get": {
                "operationId": "list_jobs",
                "x-upstream-operation-id": "Get_Jobs",
                "description": "Lists jobs.",
                "parameters": [
                    {"$ref": "#/components/parameters/Size"},
                    {"name": "state", "in": "query", "schema": {"$ref": "#/components/schemas/State"}},
                ],
                "responses": {
                    "200": {
                        "description": "Jobs.",
                        "content": {
                            "application/json": {
                                "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Job"}}
                            }
                        },
                    },
                    "404": {"description": "Unknown."},
                },
            }
        },
        "/v1/jobs/{job_id}": {
            "get": {
                "operationId": "get_job",
                "x-upstream-operation-id": "Get_Job",
                "parameters": [{"name": "job_id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "responses": {
                    "200": {
                        "description": "Job.",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Job"}}},
                    }
                },
            },
            "post": {
                "operationId": "run_job",
                "x-upstream-operation-id": "Run_Job",
                "parameters": [{"name": "job_id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Run"}}},
                },
                "responses": {"204": {"description": "Done."}},
            },
        },
    },
    "components": {
        "securitySchemes": {"Key": {"type": "apiKey", "in": "header", "name": "x-api-key", "description": "Ours."}},
        "parameters": {
            "Size": {"name": "size", "in": "query", "schema": {"type": "integer", "default": 20, "maximum": 50}}
        },
        "schemas": {
            "State": {"title": "State", "type": "string", "enum": ["new", "done"]},
            "Job": {
                "title": "Job",
                "x-upstream-name": "JobOutput",
                "type": "object",
                "required": ["id", "state"],
                "properties": {
                    "id": {"type": "string", "description": "Id of the job."},
                    "state": {"$ref": "#/components/schemas/State"},
                    "owner": {"type": ["string", "null"]},
                    "parent": {"anyOf": [{"$ref": "#/components/schemas/Job"}, {"type": "null"}]},
                },
            },
            "Run": {
                "type": "object",
                "required": ["text"],
                "properties": {"text": {"type": "string"}, "tags": {"type": "array", "items": {"type": "string"}}},
            },
        },
    },
}

# The same API in another author's words: other names, parameters inline, path parameters named otherwise, null as an
# alternative, each answer's model under its own name.
PROVIDER: Any = {
    "openapi": "3.1.0",
    "info": {"title": "Theirs", "version": "7"},
    "paths": {
        "/v1/jobs": {
            "get": {
                "operationId": "Get_Jobs",
                "security": [{"ApiKeyAuth": []}],
                "description": "Get paginated jobs",
                "parameters": [
                    {"name": "state", "in": "query", "required": False, "schema": {"$ref": "#/components/schemas/S"}},
                    {
                        "name": "size",
                        "in": "query",
                        "required": False,
                        "schema": {"type": "integer", "maximum": 50, "default": 20, "title": "Size"},
                    },
                ],
                "responses": {
                    "200": {
                        "description": "OK",
                        "content": {
                            "application/json": {
                                "schema": {
                                    "items": {"$ref": "#/components/schemas/JobOutput"},
                                    "type": "array",
                                    "title": "Jobs",
                                }
                            }
                        },
                    },
                    "404": {"description": "Not there"},
                },
            }
        },
        "/v1/jobs/{id}": {
            "get": {
                "operationId": "Get_Job",
                "security": [{"ApiKeyAuth": []}],
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "responses": {
                    "200": {
                        "description": "OK",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/JobOutput"}}},
                    }
                },
            },
            "post": {
                "operationId": "Run_Job",
                "security": [{"ApiKeyAuth": []}],
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {
                                "title": "RunRequest",
                                "type": "object",
                                "properties": {
                                    "tags": {"type": "array", "items": {"type": "string"}, "title": "Tags"},
                                    "text": {"type": "string", "title": "Text"},
                                },
                                "required": ["text"],
                            }
                        }
                    },
                },
                "responses": {"204": {"description": "OK"}},
            },
        },
        "/v1/agents": {"get": {"operationId": "Get_Agents", "responses": {"200": {"description": "OK"}}}},
    },
    "components": {
        "securitySchemes": {"ApiKeyAuth": {"type": "apiKey", "in": "header", "name": "x-api-key"}},
        "schemas": {
            "S": {"type": "string", "enum": ["done", "new"], "title": "S"},
            "JobOutput": {
                "type": "object",
                "title": "JobOutput",
                "properties": {
                    "id": {"type": "string", "title": "Id", "description": "Unique identifier"},
                    "state": {"allOf": [{"$ref": "#/components/schemas/S"}]},
                    "owner": {"anyOf": [{"type": "string"}, {"type": "null"}], "title": "Owner"},
                    "parent": {"anyOf": [{"$ref": "#/components/schemas/JobOutput"}, {"type": "null"}]},
                },
                "required": ["state", "id"],
            },
        },
    },
}


def signed_off() -> dict[str, str]:
    return {"list_jobs": hash_of("Get paginated jobs"), "Job.id": hash_of("Unique identifier")}


def drift(edit: Callable[[Any], object] = lambda document: None, known: Any = ()) -> ProviderDrift:
    provider = copy.deepcopy(PROVIDER)
    edit(provider)
    return compare(Document(CONTRACT), Document(provider), known, signed_off())


def job(document: Any) -> Any:
    return document["components"]["schemas"]["JobOutput"]


def listing(document: Any) -> Any:
    return document["paths"]["/v1/jobs"]["get"]


def move(document: Any) -> None:
    document["paths"]["/v2/jobs/{id}/run"] = {"post": document["paths"]["/v1/jobs/{id}"].pop("post")}


def test_the_same_api_in_other_words_has_no_differences() -> None:
    found = drift()
    assert found.changes == []
    assert found.others == 1


EDITS: dict[str, tuple[Callable[[Any], object], str, str]] = {
    "operation gone": (lambda d: d["paths"]["/v1/jobs/{id}"].pop("get"), "operation-removed", "get_job"),
    "operation new": (
        lambda d: d["paths"].update(
            {"/v1/jobs/{id}/log": {"get": {"operationId": "Log", "responses": {"200": {"description": "OK"}}}}}
        ),
        "path-added",
        "Log",
    ),
    "operation moved": (move, "operation-moved", "run_job"),
    "operationId": (
        lambda d: listing(d).update(operationId="Jobs"),
        "upstream-operation-id-changed",
        "list_jobs",
    ),
    "parameter gone": (lambda d: listing(d)["parameters"].pop(0), "parameter-removed", "list_jobs: state"),
    "parameter new": (
        lambda d: listing(d)["parameters"].append({"name": "team", "in": "query", "schema": {"type": "string"}}),
        "parameter-added",
        "list_jobs: team",
    ),
    "parameter type": (
        lambda d: listing(d)["parameters"][1]["schema"].update(type="string"),
        "schema-type-changed",
        "list_jobs: size",
    ),
    "default": (
        lambda d: listing(d)["parameters"][1]["schema"].update(default=10),
        "default-changed",
        "list_jobs: size",
    ),
    "enum": (lambda d: d["components"]["schemas"]["S"]["enum"].append("lost"), "enum-values-added", "State"),
    "required field": (lambda d: job(d)["required"].remove("state"), "required-properties-removed", "Job"),
    "field gone": (lambda d: job(d)["properties"].pop("owner"), "property-removed", "Job.owner"),
    "field that refers gone": (lambda d: job(d)["properties"].pop("state"), "property-removed", "Job.state"),
    "field new": (lambda d: job(d)["properties"].update(cost={"type": "number"}), "property-added", "Job.cost"),
    "field type": (
        lambda d: job(d)["properties"].update(owner={"type": "string"}),
        "type-changed",
        "Job.owner",
    ),
    "status gone": (lambda d: listing(d)["responses"].pop("404"), "response-removed", "list_jobs: 404"),
    "status new": (
        lambda d: listing(d)["responses"].update({"409": {"description": "Busy"}}),
        "response-added",
        "list_jobs: 409",
    ),
    "scheme": (
        lambda d: d["components"]["securitySchemes"]["ApiKeyAuth"].update(name="x-key"),
        "security-scheme-changed",
        "apiKey-header-x-api-key",
    ),
    "description": (
        lambda d: job(d)["properties"]["id"].update(description="Unique forever"),
        "provider-description-changed",
        "Job.id",
    ),
    "operation's description": (
        lambda d: listing(d).update(description="Get jobs, oldest first"),
        "provider-description-changed",
        "list_jobs",
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_a_real_difference_is_told_under_our_names(name: str) -> None:
    edit, kind, place = EDITS[name]
    changes = drift(edit).changes
    assert (kind, place) in {(change.kind, change.place) for change in changes}, changes


def test_a_difference_of_a_shared_model_is_told_once() -> None:
    (change,) = drift(lambda d: job(d)["properties"].pop("owner")).changes
    assert sorted(change.operations) == ["get_job", "list_jobs"]


def test_a_known_difference_is_counted_and_not_told() -> None:
    known = [{"kind": "response-removed", "names": ["404"], "reason": "The pages name it."}]
    found = drift(lambda d: listing(d)["responses"].pop("404"), known)
    assert found.changes == []
    assert [reason for _, reason in found.known] == ["The pages name it."]


def test_every_known_difference_has_a_reason() -> None:
    assert all(row["reason"] for row in load_known())


def test_the_command_compares_with_this_contract(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "provider.json").write_text(json.dumps(PROVIDER), encoding="utf-8")
    assert main(["drift", "--document", str(tmp_path / "provider.json"), "--format", "json"]) == 1
    told = json.loads(capsys.readouterr().out)
    gone = {change["place"] for change in told["changes"] if change["kind"] == "path-removed"}
    assert {"list_tasks", "stop_task"} <= gone
    claims = {claim for change in told["changes"] for claim in change["touches"]["claims"]}
    assert {"STOP-1", "DEL-1"} <= claims


def test_a_missing_document_is_one_clear_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drift", "--document", "no-such-file.json"]) == 2
    assert capsys.readouterr().err == "drift: no-such-file.json: No such file or directory\n"
