"""The operations of `openapi.yaml`, for whoever has to tell which one a request was for."""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

OPENAPI = Path(__file__).parent.parent / "openapi.yaml"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True, slots=True)
class Operation:
    """One documented operation.

    Args:
        id: Its operationId.
        method: Its method, in capitals.
        path: Its path, with the names of the parameters in braces.
        parameters: Names of what a caller can send: path and query parameters, then fields of the body.
        statuses: The documented statuses.
        pattern: Matches a request's path, still encoded.
    """

    id: str
    method: str
    path: str
    parameters: tuple[str, ...]
    statuses: tuple[int, ...]
    pattern: re.Pattern[str] = field(repr=False)


@cache
def document() -> Any:
    """Return the whole document."""
    return yaml.safe_load(OPENAPI.read_text())


def resolve(node: Any) -> Any:
    """Return what a node stands for, following its reference if it is one."""
    while "$ref" in node:
        target = document()
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


@cache
def operations() -> tuple[Operation, ...]:
    """Return all operations, in the order of the document."""
    found = []
    for path, item in document()["paths"].items():
        for method, operation in item.items():
            if method not in METHODS:
                continue
            names = [resolve(parameter)["name"] for parameter in operation.get("parameters", ())]
            if "requestBody" in operation:
                media = resolve(operation["requestBody"])["content"]["application/json"]
                names += resolve(media["schema"])["properties"]
            found.append(
                Operation(
                    id=operation["operationId"],
                    method=method.upper(),
                    path=path,
                    parameters=tuple(names),
                    statuses=tuple(int(status) for status in operation["responses"]),
                    pattern=re.compile(re.sub(r"\{[^}]+\}", "[^/]*", path)),
                )
            )
    return tuple(found)


def find(method: str, path: str) -> Operation | None:
    """Return the operation that a request is for, or None for one that is not documented."""
    for operation in operations():
        if operation.method == method and operation.pattern.fullmatch(path):
            return operation
    return None
