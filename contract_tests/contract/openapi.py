"""The operations of `openapi.yaml`."""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

PACKAGE = Path(__file__).parents[1]


def shared_file(name: str) -> Path:
    """Return the path of a file that a clone has beside this package; in a wheel it is inside of it or of the mock."""
    packages = PACKAGE, PACKAGE.parent / "xpander_mock"
    inside = (package / Path(name).name for package in packages)
    return next((path for path in inside if path.exists()), PACKAGE.parent / name)


OPENAPI = shared_file("openapi.yaml")
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True, slots=True)
class Operation:
    """One documented operation.

    Args:
        id: Its operationId.
        method: Its method, in capitals.
        path: Its path template, with parameters in braces.
        parameters: Names of everything that a caller can send: path and query parameters, then fields of the body.
        statuses: The documented statuses.
        pattern: Matches the path of a request, still percent-encoded.
    """

    id: str
    method: str
    path: str
    parameters: tuple[str, ...]
    statuses: tuple[int, ...]
    pattern: re.Pattern[str] = field(repr=False)


@cache
def document() -> Any:
    """Return the parsed document."""
    return yaml.safe_load(OPENAPI.read_text(encoding="utf-8"))


def resolve(node: Any) -> Any:
    """Follow a node's `$ref` to what it refers to; return a node without one as it is."""
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


def operation_of(operation_id: str) -> Operation:
    """Return a documented operation by its id."""
    return next(operation for operation in operations() if operation.id == operation_id)


def find(method: str, path: str) -> Operation | None:
    """Return the operation that a request is for, or None if it is not documented.

    Args:
        method: Method in capitals.
        path: Path below the API's root, still percent-encoded, without the query.
    """
    for operation in operations():
        if operation.method == method and operation.pattern.fullmatch(path):
            return operation
    return None
