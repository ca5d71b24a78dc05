"""Clients generated from small documents, without the preparing step and with it."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from templates.preparation import prepare
from templates.regenerate import ROOT


@dataclass
class Package:
    """A generated package."""

    name: str
    output: str
    """What the generator printed."""

    def module(self, path: str = "models") -> Any:
        """Import a module of the package."""
        return importlib.import_module(f"{self.name}.{path}")

    def parse(self, value: Any, /, operation: str = "default.get_x", **options: Any) -> Any:
        """Parse a body as a response of an operation."""
        options = {"status_code": 200} | ({} if "content" in options else {"json": value}) | options
        return self.module(f"api.{operation}").parse_response(httpx.Response(**options))

    def round_trip(self, content: Any, operation: str = "default.get_x") -> Any:
        """Decode a body of a response and encode it again."""
        return self.module("conversion").dump(self.parse(content, operation))


Generate = Callable[..., Package]


def document(schemas: dict[str, Any], responses: dict[str, Any] | None = None, **operation: Any) -> dict[str, Any]:
    """Return a document with one operation, `GET /x`, that responds with the first of the schemas."""
    first = {"$ref": f"#/components/schemas/{next(iter(schemas), '')}"}
    responses = responses or {"200": {"description": "d", "content": {"application/json": {"schema": first}}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "paths": {"/x": {"get": {"operationId": "get_x", "responses": responses, **operation}}},
        "components": {"schemas": schemas},
    }


@pytest.fixture
def generate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Generate:
    """Generate and import a client."""

    def run(described: dict[str, Any], *, prepared: bool = False) -> Package:
        name = "client_" + "".join(each if each.isalnum() else "_" for each in request.node.name)
        name += "_prepared" if prepared else ""
        path = tmp_path / "document.json"
        path.write_text(json.dumps(prepare(described).document if prepared else described))
        command = ["openapi-python-client", "generate", "--path", str(path), "--meta", "none"]
        command += ["--custom-template-path", str(ROOT / "templates"), "--output-path", str(tmp_path / name)]
        scripts = str(Path(sys.executable).parent) + os.pathsep + os.environ["PATH"]
        made = subprocess.run(command, env={**os.environ, "PATH": scripts}, capture_output=True, text=True, check=False)
        monkeypatch.syspath_prepend(tmp_path)
        assert (tmp_path / name).is_dir(), made.stdout
        return Package(name, made.stdout + made.stderr)

    return run
