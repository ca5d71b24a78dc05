"""What the preparing step and the templates together make of operations: styles, media types and security."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import httpx
import pytest

from templates.preparation import prepare
from templates.regenerate import ROOT

from .conftest import Generate, document

TEXT = {"type": "string"}
LIST = {"type": "array", "items": TEXT}
OBJECT = {"type": "object", "properties": {"R": {"type": "integer"}, "G": {"type": "integer"}}}
NONE: dict[str, Any] = {"204": {"description": "d"}}


def parameter(name: str, place: str, schema: dict[str, Any], **style: Any) -> dict[str, Any]:
    """Return a parameter of a document."""
    return {"name": name, "in": place, "schema": schema, **style}


def test_parameters_are_written_in_the_style_of_the_document(generate: Generate) -> None:
    """Lists and objects are joined, nested or repeated as OpenAPI says, in queries and in headers."""
    parameters = [
        parameter("comma", "query", LIST, explode=False),
        parameter("space", "query", LIST, style="spaceDelimited", explode=False),
        parameter("pipe", "query", LIST, style="pipeDelimited", explode=False),
        parameter("repeated", "query", LIST),
        parameter("deep", "query", OBJECT, style="deepObject"),
        parameter("flat", "query", OBJECT, explode=False),
        parameter("X-List", "header", LIST),
        parameter("X-Object", "header", OBJECT, explode=True),
    ]
    package = generate(document({}, NONE, parameters=parameters), prepared=True)
    operation, models = package.module("api.default.get_x"), package.module()
    color = {"R": 1, "G": 2}
    (first, *_) = [getattr(models, name) for name in models.__all__ if "Flat" in name]
    (deep, *_) = [getattr(models, name) for name in models.__all__ if "Deep" in name]
    (header, *_) = [getattr(models, name) for name in models.__all__ if "Object" in name]
    request = operation.build_request(
        comma=["a", "b"],
        space=["a", "b"],
        pipe=["a", "b"],
        repeated=["a", "b"],
        deep=deep.from_dict(color),
        flat=first.from_dict(color),
        x_list=["a", "b"],
        x_object=header.from_dict(color),
    )
    assert request["params"] == {
        "comma": "a,b",
        "space": "a b",
        "pipe": "a|b",
        "repeated": ["a", "b"],
        "deep[R]": 1,
        "deep[G]": 2,
        "flat": "R,1,G,2",
    }
    assert request["headers"] == {"X-List": "a,b", "X-Object": "R=1,G=2"}


@pytest.mark.parametrize(
    ("style", "explode", "path"),
    [
        ("simple", False, "/x/a,b%2Fc"),
        ("label", False, "/x/.a,b%2Fc"),
        ("label", True, "/x/.a.b%2Fc"),
        ("matrix", False, "/x/;ids=a,b%2Fc"),
        ("matrix", True, "/x/;ids=a;ids=b%2Fc"),
    ],
)
def test_lists_in_paths(style: str, explode: bool, path: str, generate: Generate) -> None:
    """A list in a path is one segment, whose parts are escaped and whose separators are not."""
    described = document(
        {}, NONE, parameters=[parameter("ids", "path", LIST, style=style, explode=explode, required=True)]
    )
    described["paths"]["/x/{ids}"] = described["paths"].pop("/x")
    package = generate(described, prepared=True)
    assert package.module("api.default.get_x").build_request(["a", "b/c"])["url"] == path


@pytest.mark.parametrize(
    ("media_type", "content", "expected"),
    [
        ("image/png", b"\x89PNG", b"\x89PNG"),
        ("application/xml", "<é/>".encode(), "<é/>"),
        ("text/csv", b"a,b", "a,b"),
    ],
)
def test_responses_that_are_no_json(media_type: str, content: bytes, expected: Any, generate: Generate) -> None:
    """Text is a string and everything else is bytes."""
    responses = {"200": {"description": "d", "content": {media_type: {"schema": TEXT}}}}
    package = generate(document({}, responses), prepared=True)
    assert package.parse(None, content=content, headers={"content-type": media_type}) == expected


def test_json_in_lines(generate: Generate) -> None:
    """Each line is one value of the documented type."""
    schemas = {"A": {"type": "object", "properties": {"n": {"type": "integer"}}}}
    content = {"application/x-ndjson": {"schema": {"$ref": "#/components/schemas/A"}}}
    package = generate(document(schemas, {"200": {"description": "d", "content": content}}), prepared=True)
    first, second = package.parse(None, content=b'{"n": 1}\n\n{"n": 2}\n')
    assert (first.n, second.n, type(first).__name__) == (1, 2, "A")


KEYS = {
    "app": {"type": "apiKey", "in": "header", "name": "X-App"},
    "user": {"type": "apiKey", "in": "query", "name": "user_key"},
    "session": {"type": "apiKey", "in": "cookie", "name": "sid"},
}


def test_credentials_go_where_the_document_says(generate: Generate) -> None:
    """Several schemes of one alternative are sent at once; an incomplete set is refused, unseen."""
    described = document({}, NONE, security=[{"app": [], "user": [], "session": []}])
    described["components"]["securitySchemes"] = KEYS
    package = generate(described, prepared=True)
    client_class = package.module("client").AuthenticatedClient
    sent: list[httpx.Request] = []

    def respond(request: httpx.Request) -> httpx.Response:
        sent.append(httpx.Request(request.method, request.url, headers=dict(request.headers)))
        return httpx.Response(204)

    keys = {"app": "k1", "user": "k2", "session": "k3"}
    client = client_class("https://x.example", httpx_args={"transport": httpx.MockTransport(respond)}, **keys)
    package.module("api.default.get_x").sync(client=client)
    (request,) = sent
    assert (request.headers["x-app"], request.url.params["user_key"], request.headers["cookie"]) == (
        "k1",
        "k2",
        "sid=k3",
    )
    assert not any(key in repr(client) for key in keys.values())
    with pytest.raises(ValueError, match="app") as caught:
        client_class("https://x.example", app="k1")
    assert "k1" not in str(caught.value)


def test_the_preparing_step_is_a_command(tmp_path: Path) -> None:
    """It writes the prepared document to stdout and what it changed to stderr, and does not touch its input."""
    path = tmp_path / "document.json"
    described = document({"A": {"type": "object", "properties": {"n": {**TEXT, "default": {}}}}})
    path.write_text(json.dumps(described))
    ran = subprocess.run(
        [sys.executable, ROOT / "templates" / "prepare.py", path], capture_output=True, text=True, check=True
    )
    assert ran.stderr == "A.n: the default {} is left out: the parser cannot read it\n"
    assert "default" not in json.loads(ran.stdout)["components"]["schemas"]["A"]["properties"]["n"]
    assert described == json.loads(path.read_text())


def test_what_is_no_document_is_refused() -> None:
    """Another format is an error that says what was expected."""
    with pytest.raises(ValueError, match="expected an OpenAPI document of version 3"):
        prepare({"swagger": "2.0"})


def test_project_files_name_the_dependencies(tmp_path: Path) -> None:
    """With project files, the client depends on attrs, httpx and msgspec."""
    path = tmp_path / "document.json"
    path.write_text(json.dumps(document({}, NONE)))
    command: list[str | Path] = [Path(sys.executable).parent / "openapi-python-client", "generate", "--path", path]
    command += ["--meta", "uv"]
    command += ["--custom-template-path", ROOT / "templates", "--output-path", tmp_path / "project"]
    subprocess.run(command, check=True, capture_output=True)
    project = tomllib.loads((tmp_path / "project" / "pyproject.toml").read_text())
    assert [name.rstrip("<>=.,0123456789") for name in project["project"]["dependencies"]] == [
        "attrs",
        "httpx",
        "msgspec",
    ]
