"""The document under preparation: references, a walk over its schemas, and the record of changes."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

Schema = dict[str, Any]
Visit = Callable[[Schema, str], Any]
"""Takes a schema and where it stands, and returns what stands there from then on."""

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_PREFIX = "#/components/schemas/"
_MAPS = ("properties", "patternProperties")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_SINGLE = ("items", "additionalProperties", "not")


@dataclass
class Prepared:
    """A document, and what was changed in it."""

    document: dict[str, Any]
    changes: list[str] = field(default_factory=list)

    @property
    def schemas(self) -> dict[str, Any]:
        """The schemas of the components, by name."""
        found: dict[str, Any] = self.document.setdefault("components", {}).setdefault("schemas", {})
        return found

    def change(self, where: str, what: str) -> None:
        """Record a change once."""
        told = f"{where}: {what}"
        if told not in self.changes:
            self.changes.append(told)

    def resolve(self, node: Any) -> Any:
        """Follow references until they lead to something else; {} for one that leads nowhere or in a circle."""
        seen = set()
        while isinstance(node, dict) and "$ref" in node:
            if node["$ref"] in seen:
                return {}
            seen.add(node["$ref"])
            node = self.target(node["$ref"])
        return node

    def target(self, ref: str) -> Any:
        """Return what a reference points to, or {}."""
        node: Any = self.document
        for step in ref.removeprefix("#/").split("/"):
            step = step.replace("%7B", "{").replace("%7D", "}").replace("~1", "/").replace("~0", "~")
            if isinstance(node, list) and step.isdigit() and int(step) < len(node):
                node = node[int(step)]
            elif isinstance(node, dict) and step in node:
                node = node[step]
            else:
                return {}
        return node

    def operations(self) -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
        """Yield the path, the method, the path item and the operation of each operation."""
        for path, item in self.document.get("paths", {}).items():
            for method in METHODS:
                if isinstance(item.get(method), dict):
                    yield path, method, item, item[method]

    def rewrite(self, visit: Visit) -> None:
        """Replace every schema of the document by what a visit returns, the inner ones first."""
        for name, schema in list(self.schemas.items()):
            self.schemas[name] = rewrite(schema, visit, name)
        components = self.document["components"]
        for kind in ("parameters", "headers", "responses", "requestBodies"):
            for name, node in components.get(kind, {}).items():
                _rewrite_parts(node, visit, name)
        for path, item in self.document.get("paths", {}).items():
            for parameter in item.get("parameters", []):
                _rewrite_parts(parameter, visit, path)
        for path, method, _, operation in self.operations():
            where = operation.get("operationId", f"{method} {path}")
            for node in (*operation.get("parameters", []), operation.get("requestBody")):
                _rewrite_parts(node, visit, where)
            for response in operation.get("responses", {}).values():
                _rewrite_parts(response, visit, where)


def component(name: str) -> Schema:
    """Return a reference to a schema of the components."""
    return {"$ref": _PREFIX + name.replace("~", "~0").replace("/", "~1")}


def component_name(schema: Any) -> str | None:
    """Return the name of the component that a reference names, or None."""
    ref = schema.get("$ref", "") if isinstance(schema, dict) else ""
    name = ref.removeprefix(_PREFIX)
    return name.replace("~1", "/").replace("~0", "~") if ref.startswith(_PREFIX) and "/" not in name else None


def rewrite(schema: Any, visit: Visit, where: str) -> Any:
    """Return a schema in which a visit has replaced every part and the whole."""
    if not isinstance(schema, dict):
        # A boolean schema: nothing is known of the value.
        return {}
    for key in _MAPS:
        if isinstance(schema.get(key), dict):
            schema[key] = {name: rewrite(part, visit, f"{where}.{name}") for name, part in schema[key].items()}
    for key in _LISTS:
        if isinstance(schema.get(key), list):
            schema[key] = [rewrite(part, visit, where) for part in schema[key]]
    for key in _SINGLE:
        if key in schema and not (key == "additionalProperties" and isinstance(schema[key], bool)):
            schema[key] = rewrite(schema[key], visit, where)
    return visit(schema, where)


def _rewrite_parts(node: Any, visit: Visit, where: str) -> None:
    if not isinstance(node, dict):
        return
    if "schema" in node:
        node["schema"] = rewrite(node["schema"], visit, where)
    for media_type in node.get("content", {}).values():
        if isinstance(media_type, dict) and "schema" in media_type:
            media_type["schema"] = rewrite(media_type["schema"], visit, where)


def normalize(document: object) -> Prepared:
    """Return a copy of a document with text keys, without references into the middle of other parts.

    Raises:
        ValueError: It is no OpenAPI 3 document.
    """
    if not isinstance(document, dict) or not str(document.get("openapi", "")).startswith("3."):
        raise ValueError("expected an OpenAPI document of version 3, with a field `openapi`")
    prepared = Prepared(_with_text_keys(copy.deepcopy(document)))
    for _, _, item, _ in list(prepared.operations()):
        for key in ("summary", "description", "servers"):
            item.pop(key, None)
    _statuses(prepared)
    _deep_references(prepared)
    return prepared


def _with_text_keys(node: Any) -> Any:
    if isinstance(node, dict):
        return {str(key): _with_text_keys(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_with_text_keys(value) for value in node]
    return node.isoformat() if isinstance(node, datetime.date) else node


def _statuses(prepared: Prepared) -> None:
    for path, item in prepared.document.get("paths", {}).items():
        if "$ref" in item:
            prepared.document["paths"][path] = copy.deepcopy(prepared.resolve(item))
            prepared.change(path, "the reference is replaced by the path item")
    for path, method, _, operation in prepared.operations():
        responses = operation.get("responses", {})
        for status in [status for status in responses if status != status.upper() and status != "default"]:
            responses[status.upper()] = responses.pop(status)
            prepared.change(f"{method} {path}", f"status {status} is written {status.upper()}")


def _deep_references(prepared: Prepared) -> None:
    """Make a component of every schema that a reference finds inside of another part."""
    moved: dict[str, str] = {}

    def visit(node: Any) -> None:
        if isinstance(node, list):
            for part in node:
                visit(part)
        elif isinstance(node, dict):
            ref = node.get("$ref")
            if isinstance(ref, str) and ref.startswith("#/") and _is_deep(ref):
                if ref not in moved:
                    moved[ref] = _free_name(prepared, ref)
                    prepared.schemas[moved[ref]] = copy.deepcopy(prepared.resolve(prepared.target(ref)))
                    prepared.change(ref, f"the schema is the component {moved[ref]}")
                    visit(prepared.schemas[moved[ref]])
                node["$ref"] = component(moved[ref])["$ref"]
            for key, part in list(node.items()):
                if key not in ("example", "examples", "default", "enum", "const", "mapping"):
                    visit(part)

    visit(prepared.document)


def _is_deep(ref: str) -> bool:
    steps = ref.removeprefix("#/").split("/")
    return not (len(steps) == 3 and steps[0] == "components")


def _free_name(prepared: Prepared, ref: str) -> str:
    steps = [step for step in ref.removeprefix("#/").split("/") if not step.startswith(("components", "schemas"))]
    words = [step.replace("~1", "_") for step in steps if step not in ("properties", "content", "schema", "responses")]
    base = name = "_".join(words).replace("application_json", "body").replace("{", "").replace("}", "")
    number = 1
    while name in prepared.schemas:
        number += 1
        name = f"{base}_{number}"
    return name
