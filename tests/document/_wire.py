"""What a schema means on the wire: references resolved, prose dropped, spellings of the same thing made one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
PROSE = {"title", "description", "summary", "example", "examples"}


def load(path: Path) -> dict[str, Any]:
    """Read an OpenAPI document."""
    document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return document


def resolve(document: dict[str, Any], node: Any) -> Any:
    """Follow `$ref` until `node` is the thing itself."""
    while isinstance(node, dict) and "$ref" in node:
        target: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def wire_schema(document: dict[str, Any], schema: Any) -> Any:
    """Normalise a schema: `type: [string, "null"]` and `anyOf` of both become the same sorted list of choices."""
    schema = resolve(document, schema)
    if isinstance(schema.get("type"), list):
        rest = {key: value for key, value in schema.items() if key != "type"}
        # Keywords such as `format` speak of the values they apply to; null is untouched by them.
        return _choices(
            document, [{"type": "null"} if kind == "null" else {"type": kind, **rest} for kind in schema["type"]]
        )
    if "anyOf" in schema:
        return _choices(document, schema["anyOf"])
    wire = {key: value for key, value in schema.items() if key not in PROSE and not key.startswith("x-")}
    if "properties" in wire:
        wire["properties"] = {name: wire_schema(document, value) for name, value in wire["properties"].items()}
        wire["required"] = sorted(wire.get("required", []))
    if isinstance(wire.get("items"), dict):
        wire["items"] = wire_schema(document, wire["items"])
    return wire


def _choices(document: dict[str, Any], schemas: list[Any]) -> Any:
    return {"anyOf": sorted((wire_schema(document, choice) for choice in schemas), key=repr)}


def wire_parameters(document: dict[str, Any], operation: dict[str, Any]) -> dict[tuple[str, str], Any]:
    """Map (place, name) of every parameter to whether it is required and its normalised schema."""
    parameters = [resolve(document, parameter) for parameter in operation["parameters"]]
    return {
        (parameter["in"], parameter["name"]): (
            parameter.get("required", False),
            wire_schema(document, parameter["schema"]),
        )
        for parameter in parameters
    }
