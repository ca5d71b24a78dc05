"""Hoisting: make components of the classes that stand inside of other schemas, under the names they would have."""

from __future__ import annotations

from typing import Any

from openapi_python_client import strings

from .document import Prepared, Schema, component


def hoist(prepared: Prepared) -> None:
    """Make a component of each object and enum inside of a component, so that two of one name do not clash."""
    for name in list(prepared.schemas):
        schema = prepared.schemas[name]
        _Hoist(prepared).parts(schema, _class_name(schema, name))


def _class_name(schema: Schema, name: str) -> str:
    return strings.pascal_case(str(schema.get("title") or name))


class _Hoist:
    """The hoisting of the parts of one component."""

    def __init__(self, prepared: Prepared) -> None:
        self._prepared = prepared

    def parts(self, schema: Schema, parent: str) -> None:
        """Hoist what stands inside of a schema whose class has the name `parent`."""
        for part in schema.get("allOf", []):
            if "$ref" not in part:
                self.parts(part, parent)
        for name, part in schema.get("properties", {}).items():
            schema["properties"][name] = self._hoisted(part, parent, name)
        if isinstance(schema.get("additionalProperties"), dict):
            schema["additionalProperties"] = self._hoisted(schema["additionalProperties"], parent, "AdditionalProperty")
        self._members(schema, parent, parent if "properties" not in schema else f"{parent}", "")

    def _members(self, schema: Schema, parent: str, name: str, prefix: str) -> None:
        """Hoist the items of an array and the members of a union."""
        if isinstance(schema.get("items"), dict):
            schema["items"] = self._hoisted(schema["items"], parent, f"{prefix or name}_item")
        for key in ("anyOf", "oneOf"):
            for index, part in enumerate(schema.get(key, [])):
                title = part.get("title")
                told = title if title and title != schema.get("title") else f"type_{index}"
                schema[key][index] = self._hoisted(part, parent, f"{prefix or name}_{told}")

    def _hoisted(self, schema: Schema, parent: str, name: str) -> Schema:
        if "$ref" in schema:
            return schema
        if not _makes_class(schema):
            self._members(schema, parent, name, name)
            if isinstance(schema.get("additionalProperties"), dict):
                class_name = f"{parent}{strings.pascal_case(str(schema.get('title') or name))}"
                schema["additionalProperties"] = self._hoisted(
                    schema["additionalProperties"], class_name, "AdditionalProperty"
                )
            return schema
        class_name = f"{parent}{strings.pascal_case(str(schema.get('title') or name))}".removeprefix(
            parent if name.startswith(parent) else ""
        )
        default = schema.pop("default", None)
        schema.pop("title", None)
        self.parts(schema, class_name)
        reference = self._component(class_name, schema)
        return reference if default is None else {"allOf": [reference], "default": default}

    def _component(self, name: str, schema: Schema) -> Schema:
        schemas = self._prepared.schemas
        free, number = name, 1
        while free in schemas and schemas[free] != schema:
            number += 1
            free = f"{name}{number}"
        if free != name:
            self._prepared.change(name, f"a second class of this name is called {free}")
        schemas[free] = schema
        return component(free)


def _makes_class(schema: dict[str, Any]) -> bool:
    return bool(
        schema.get("enum")
        or schema.get("properties")
        or len(schema.get("allOf", [])) > 1
        or any(part.get("properties") for part in schema.get("allOf", []))
        or schema.get("type") == "object"
    )
