"""The API as `openapi.yaml` documents it: operations, parameters, bodies and defaults, read when the mock starts."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True)
class Parameter:
    """One documented parameter, with the validator of its value."""

    name: str
    where: str
    type: str
    format: str | None
    default: Any
    validator: jsonschema_rs.Validator


@dataclass(frozen=True)
class Operation:
    """One documented operation."""

    id: str
    method: str
    path: str
    parameters: tuple[Parameter, ...]
    body: jsonschema_rs.Validator | None
    statuses: frozenset[str]


class Contract:
    """An OpenAPI 3.1 document, prepared for routing and validating requests.

    Args:
        document: The parsed document.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.operations = {
            operation.id: operation
            for path, item in document["paths"].items()
            for method, description in item.items()
            if method in METHODS
            for operation in [self._operation(path, method, item, description)]
        }
        self._by_length: dict[tuple[str, int], list[tuple[list[str], Operation]]] = {}
        for operation in self.operations.values():
            parts = operation.path.split("/")
            self._by_length.setdefault((operation.method, len(parts)), []).append((parts, operation))

    def operation_at(self, method: str, path: str) -> Operation | None:
        """Return the operation that a method and a path name, None when there is none."""
        parts = path.split("/")
        for pattern, operation in self._by_length.get((method, len(parts)), ()):
            if all(wanted == part or wanted[:1] == "{" for wanted, part in zip(pattern, parts, strict=True)):
                return operation
        return None

    def blank(self, component: str) -> dict[str, Any]:
        """Return every property of a component with its default, or None where it has none."""
        properties: dict[str, dict[str, Any]] = self.document["components"]["schemas"][component]["properties"]
        return {name: schema.get("default") for name, schema in properties.items()}

    def check(self, component: str, value: Any) -> None:
        """Validate a value by the schema of a component.

        Raises:
            ValueError: The value does not conform.
        """
        error = next(self._validator({"$ref": f"#/components/schemas/{component}"}).iter_errors(value), None)
        if error is not None:
            raise ValueError(f"{error.message} - at `{'.'.join(map(str, error.instance_path)) or component}`")

    def names(self, component: str) -> frozenset[str]:
        """Return the names of a component's properties."""
        return frozenset(self.document["components"]["schemas"][component]["properties"])

    def _operation(self, path: str, method: str, item: dict[str, Any], description: dict[str, Any]) -> Operation:
        parameters = [*item.get("parameters", ()), *description.get("parameters", ())]
        body = None
        if "requestBody" in description:
            content = self._resolve(description["requestBody"])["content"]
            body = self._validator(content["application/json"]["schema"])
        return Operation(
            id=description["operationId"],
            method=method.upper(),
            path=path,
            parameters=tuple(self._parameter(self._resolve(parameter)) for parameter in parameters),
            body=body,
            statuses=frozenset(description["responses"]),
        )

    def _parameter(self, description: dict[str, Any]) -> Parameter:
        schema = self._resolve(description["schema"])
        return Parameter(
            name=description["name"],
            where=description["in"],
            type=schema["type"],
            format=schema.get("format"),
            default=schema.get("default"),
            validator=self._validator(description["schema"]),
        )

    def _resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            target: Any = self.document
            for key in node["$ref"].removeprefix("#/").split("/"):
                target = target[key]
            node = target
        return node

    def _validator(self, schema: dict[str, Any]) -> jsonschema_rs.Validator:
        # The components are copied into the schema, so that `#/components/…` resolves inside the one schema.
        return jsonschema_rs.Draft202012Validator(
            {**schema, "components": self.document["components"]}, validate_formats=True
        )


def contract_text() -> bytes:
    """Return `openapi.yaml` as bytes: from the installed wheel, or in an editable install from the repository."""
    packaged = files("xpander_mock") / "openapi.yaml"
    if packaged.is_file():
        return packaged.read_bytes()
    return (Path(__file__).parents[2] / "openapi.yaml").read_bytes()


@cache
def load_contract() -> Contract:
    """Return the contract of `openapi.yaml`, parsed once."""
    return Contract(yaml.load(contract_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
