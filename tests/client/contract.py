"""The operations and models of openapi.yaml, as data for tests that hold for every one of them."""

from __future__ import annotations

import importlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from xpander_api_client import models

DOCUMENT: dict[str, Any] = yaml.safe_load(Path(__file__).parents[2].joinpath("openapi.yaml").read_text())
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]


def resolve(node: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference to what it refers to."""
    while "$ref" in node:
        target: Any = DOCUMENT
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


@dataclass(frozen=True)
class Operation:
    name: str
    method: str
    path: str
    parameters: tuple[dict[str, Any], ...]
    has_body: bool
    responses: dict[int, dict[str, Any]]

    def __str__(self) -> str:
        return self.name

    @property
    def module(self) -> Any:
        return importlib.import_module(f"xpander_api_client.api.tasks.{self.name}")

    @property
    def streams(self) -> bool:
        return "text/event-stream" in self.responses.get(200, {}).get("content", {})

    @property
    def arguments(self) -> dict[str, Any]:
        """What a call needs at least."""
        needed = {part["name"]: f"the {part['name']}" for part in self.parameters if part["in"] == "path"}
        return {**needed, "body": models.InvokeRequest(input=models.TaskInput())} if self.has_body else needed

    def example(self, status: int) -> Any:
        """The body that the contract shows for a status; a stream's is one event."""
        if self.streams and status == 200:
            return EVENT
        content = self.responses[status].get("content", {}).get("application/json")
        if content is None:
            return None
        if "example" in content:
            return content["example"]
        return resolve(next(iter(content["examples"].values())))["value"]

    def body(self, status: int) -> tuple[bytes, dict[str, str]]:
        """That example as it is sent, and the headers that say what it is."""
        example = self.example(status)
        if example is None:
            return b"", {}
        content = json.dumps(example).encode()
        if self.streams and status == 200:
            return b"data: " + content + b"\n\n", {"content-type": "text/event-stream"}
        return content, {"content-type": "application/json"}


EVENT = {
    "type": "chunk",
    "task_id": "81250b20",
    "organization_id": "f47ac10b",
    "time": "2026-02-07T02:13:28+00:00",
    "data": "A platform",
}

OPERATIONS = [
    Operation(
        name=operation["operationId"],
        method=method.upper(),
        path=path,
        parameters=tuple(resolve(parameter) for parameter in operation.get("parameters", [])),
        has_body="requestBody" in operation,
        responses={int(status): resolve(response) for status, response in operation["responses"].items()},
    )
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
]
