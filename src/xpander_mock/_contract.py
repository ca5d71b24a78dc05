"""The API as `openapi.yaml` documents it: operations, parameters, bodies and defaults, read at run time."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema_rs
import yaml

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True)
class Parameter:
    """One documented parameter, with what judges its value."""

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
    """An OpenAPI 3.1 document, ready to route and to judge requests.

    Args:
        document: the parsed document.
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

    def blank(self, component: str) -> dict[str, Any]:
        """Every property of a component with its default, or null where it has none."""
        properties: dict[str, dict[str, Any]] = self.document["components"]["schemas"][component]["properties"]
        return {name: schema.get("default") for name, schema in properties.items()}

    def check(self, component: str, value: Any) -> None:
        """Judge a value by a component.

        Raises:
            ValueError: it is not of the component's schema.
        """
        error = next(self._validator({"$ref": f"#/components/schemas/{component}"}).iter_errors(value), None)
        if error is not None:
            raise ValueError(f"{error.message} - at `{'.'.join(map(str, error.instance_path)) or component}`")

    def names(self, component: str) -> frozenset[str]:
        """The names of a component's properties."""
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
        # The components travel along, so that `#/components/…` resolves inside the one schema.
        return jsonschema_rs.Draft202012Validator(
            {**schema, "components": self.document["components"]}, validate_formats=True
        )


def contract_text() -> bytes:
    """`openapi.yaml` as it is packaged."""
    return (files("xpander_mock") / "openapi.yaml").read_bytes()


@cache
def load_contract() -> Contract:
    """The packaged `openapi.yaml`, parsed once."""
    return Contract(yaml.load(contract_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
