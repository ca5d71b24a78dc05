"""A document in a form that depends on what it promises alone, so that two authors' documents can be compared.

References are replaced by what they refer to, "X or null" is written one way, and names, titles, examples and texts are
left out. What a part was called and how it was described is kept beside the form.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .document import Document, escape

_DROPPED = frozenset(
    {"title", "description", "example", "examples", "deprecated", "externalDocs", "discriminator", "xml", "nullable"}
)


@dataclass(slots=True)
class NormalForm:
    """A document in normal form.

    Attributes:
        data: The document.
        origins: Component and fields of each schema, by its pointer in `data`.
        descriptions: The description of each operation, parameter and field, by its pointer in `data`.
    """

    data: dict[str, Any] = field(
        default_factory=lambda: {
            "openapi": "3.1.0",
            "info": {"title": "normal form", "version": "0"},
            "paths": {},
            "components": {"securitySchemes": {}},
        }
    )
    origins: dict[str, tuple[str, ...]] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)

    def pointer_and_place(self, pointer: str, field: bool = False) -> tuple[str, str]:
        """Return the pointer into the components, and the name for people, of a schema; empty if it has none.

        Args:
            pointer: Pointer of the schema in `data`.
            field: Whether the field of the schema around it is meant, and not the component that the field refers to.
        """
        rest: list[str] = []
        around, _, name = pointer.rpartition("/properties/")
        if field and "/" not in name and around:
            pointer, rest = around, [name]
        while pointer not in self.origins:
            pointer, _, last = pointer.rpartition("/")
            if not pointer:
                return "", ""
            if pointer.endswith("/properties"):
                rest.insert(0, last)
        component, *fields = self.origins[pointer]
        fields += rest
        return f"#/components/schemas/{component}{''.join(f'/properties/{name}' for name in fields)}", ".".join(
            [component, *fields]
        )


class Normalizer:
    """Brings operations of a document into normal form.

    Args:
        document: The document.
    """

    def __init__(self, document: Document) -> None:
        self.form = NormalForm()
        self._document = document

    def add(self, method: str, path: str, as_path: str, operation_id: str) -> None:
        """Add an operation under a path and operationId, which may be another document's.

        Args:
            method: Method in lower case.
            path: Path in this document.
            as_path: Path in the normal form; its parameters, taken in order, give this one's their names.
            operation_id: The operationId in the normal form.
        """
        item = self._document.data["paths"][path]
        operation = item[method]
        pointer = f"#/paths/{escape(as_path)}/{method}"
        renamed = dict(zip(_braces(path), _braces(as_path), strict=False))
        made: dict[str, Any] = {"operationId": operation_id, "security": self._security(operation)}
        self._describe(pointer, operation)
        parameters = [
            self._document.follow(one) for one in (*item.get("parameters", ()), *operation.get("parameters", ()))
        ]
        made["parameters"] = [
            self._parameter(one, f"{pointer}/parameters/{number}", renamed)
            for number, one in enumerate(sorted(parameters, key=lambda one: (one["in"], one["name"])))
        ]
        if "requestBody" in operation:
            body = self._document.follow(operation["requestBody"])
            made["requestBody"] = {
                "required": body.get("required", False),
                "content": self._content(body, f"{pointer}/requestBody"),
            }
        made["responses"] = {
            str(status): self._response(self._document.follow(response), f"{pointer}/responses/{status}")
            for status, response in sorted(operation.get("responses", {}).items(), key=lambda entry: str(entry[0]))
        }
        self.form.data["paths"].setdefault(as_path, {})[method] = made

    def _parameter(self, parameter: dict[str, Any], pointer: str, renamed: dict[str, str]) -> dict[str, Any]:
        self._describe(pointer, parameter)
        name = renamed.get(parameter["name"], parameter["name"]) if parameter["in"] == "path" else parameter["name"]
        return {
            "name": name,
            "in": parameter["in"],
            "required": parameter.get("required", False),
            "schema": self._schema(parameter.get("schema", {}), f"{pointer}/schema", (), ()),
        }

    def _response(self, response: dict[str, Any], pointer: str) -> dict[str, Any]:
        made: dict[str, Any] = {"description": "."}
        if response.get("content"):
            made["content"] = self._content(response, pointer)
        if response.get("headers"):
            made["headers"] = {
                name: {
                    "schema": self._schema(
                        self._document.follow(header).get("schema", {}), f"{pointer}/headers/{name}/schema", (), ()
                    )
                }
                for name, header in sorted(response["headers"].items())
            }
        return made

    def _content(self, node: dict[str, Any], pointer: str) -> dict[str, Any]:
        return {
            media: {
                "schema": self._schema(described.get("schema", {}), f"{pointer}/content/{escape(media)}/schema", (), ())
            }
            for media, described in sorted(node.get("content", {}).items())
        }

    def _security(self, operation: dict[str, Any]) -> list[dict[str, list[str]]]:
        schemes = self._document.data.get("components", {}).get("securitySchemes", {})
        made = []
        for requirement in operation.get("security", self._document.data.get("security", ())):
            shapes = {}
            for name in requirement:
                scheme = self._document.follow(schemes.get(name, {}))
                shape = "-".join(str(scheme[key]) for key in ("type", "in", "name", "scheme") if key in scheme) or name
                self.form.data["components"]["securitySchemes"][shape] = {
                    key: scheme[key]
                    for key in ("type", "in", "name", "scheme", "flows", "openIdConnectUrl")
                    if key in scheme
                }
                shapes[shape] = list[str]()
            made.append(shapes)
        return sorted(made, key=str)

    def _schema(self, node: Any, pointer: str, origin: tuple[str, ...], within: tuple[str, ...]) -> Any:
        if not isinstance(node, dict):
            return node
        if isinstance(node.get("$ref"), str):
            reference = node["$ref"]
            if reference in within:  # a schema that contains itself is told once
                return {}
            beside = {key: value for key, value in node.items() if key != "$ref"}
            self._describe(pointer, beside)
            name = reference.rpartition("/")[2]
            return self._schema(
                {**(self._document.follow(node) or {}), **beside}, pointer, (name,), (*within, reference)
            )
        merged = self._without_null(node)
        if "$ref" in merged:
            null = merged.pop("x-null", False)
            self._describe(pointer, node)
            inner = self._schema(merged, pointer, origin, within)
            return _or_null(inner) if null else inner
        null = merged.pop("x-null", False)
        if origin:
            self.form.origins[pointer] = origin
        self._describe(pointer, node)
        made: dict[str, Any] = {}
        for key, value in sorted(merged.items()):
            below = f"{pointer}/{escape(key)}"
            if (
                key in _DROPPED
                or key.startswith("x-")
                or (key, value) in (("additionalProperties", True), ("required", []))
            ):
                continue
            if key == "default" and value is None:
                continue
            if key == "properties":
                made[key] = {
                    name: self._schema(child, f"{below}/{escape(name)}", (*origin, name) if origin else (), within)
                    for name, child in value.items()
                }
            elif key in ("items", "additionalProperties", "not"):
                made[key] = self._schema(value, below, origin, within) if value != {} else {}
            elif key in ("anyOf", "oneOf", "allOf"):
                made[key] = [
                    self._schema(child, f"{below}/{number}", origin, within) for number, child in enumerate(value)
                ]
            else:
                made[key] = (
                    sorted(value, key=str) if key in ("enum", "required", "type") and isinstance(value, list) else value
                )
        made = {
            key: value for key, value in made.items() if not (key in ("items", "additionalProperties") and value == {})
        }
        return _or_null(made) if null else made

    def _without_null(self, node: dict[str, Any]) -> dict[str, Any]:
        """Return a schema with `x-null` in place of an alternative that is null, and without wrappers of one schema."""
        merged = dict(node)
        if merged.pop("nullable", False):
            merged["x-null"] = True
        for key in ("anyOf", "oneOf"):
            parts = merged.get(key)
            if isinstance(parts, list) and {"type": "null"} in parts:
                merged[key] = [part for part in parts if part != {"type": "null"}]
                merged["x-null"] = True
        for key in ("anyOf", "oneOf", "allOf"):
            if isinstance(merged.get(key), list) and len(merged[key]) == 1:
                (only,) = merged.pop(key)
                merged = {**only, **merged}
        if isinstance(merged.get("type"), list):
            types = [one for one in merged["type"] if one != "null"]
            if len(types) < len(merged["type"]):
                merged["x-null"] = True
            merged["type"] = types[0] if len(types) == 1 else types
        return merged

    def _describe(self, pointer: str, node: dict[str, Any]) -> None:
        if isinstance(node.get("description"), str):
            self.form.descriptions.setdefault(pointer, node["description"])


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    known = schema.get("type")
    if known is None:
        return (
            {**schema, "x-null": True}
            if "anyOf" not in schema
            else {**schema, "anyOf": [*schema["anyOf"], {"type": "null"}]}
        )
    types = known if isinstance(known, list) else [known]
    return {**schema, "type": sorted({*types, "null"})}


def _braces(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]


def same_path(one: str, other: str) -> bool:
    """Check whether two path templates are the same but for the names of their parameters."""
    return ["{}" if part.startswith("{") else part for part in one.split("/")] == [
        "{}" if part.startswith("{") else part for part in other.split("/")
    ]
