"""Sampling of valid JSON bodies from the schemas of a document."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_ROOT = "urn:document"
_DEEPEST = 6
_STRINGS = {
    "date": ["2026-02-07"],
    "date-time": ["2026-02-07T02:13:28Z", "2026-02-07T02:13:28.123456+02:00"],
    "uuid": ["0b7a3f7e-6f0c-4c39-9d0b-2f1f6a1d8e11"],
    "uri": ["https://example.com/a"],
    "url": ["https://example.com/a"],
    "email": ["ada@example.com"],
    "ipv4": ["192.0.2.1"],
    "ipv6": ["2001:db8::1"],
    "byte": ["aGVsbG8="],
    "snowflake": ["1234567890"],
}
_WORDS = ["text", "é😀", "", "2026-02-07T02:13:28Z", "1", "true", "0b7a3f7e-6f0c-4c39-9d0b-2f1f6a1d8e11", "a b/c"]
_UNDECLARED: dict[str, Any] = {"x_undeclared": {"n": [1, None]}}


@dataclass(frozen=True)
class Body:
    """A valid body, and where it is sent."""

    path: str
    method: str
    status: str
    """The documented status of a response, or `request`."""
    media_type: str
    content: Any


class Sampler:
    """Draws random bodies of one document, the same ones for the same seed."""

    def __init__(self, document: dict[str, Any], seed: int = 0) -> None:
        self._document = _with_null_types(copy.deepcopy(document))
        self._random = random.Random(seed)
        self._registry = jsonschema_rs.Registry([(_ROOT, self._document)])

    def bodies(self, count: int) -> Iterator[Body]:
        """Yield up to `count` valid bodies, of all operations in turn."""
        places = list(self._places())
        found, fruitless = 0, 0
        validators: dict[str, Any] = {}
        while places and found < count and fruitless < 20 * len(places):
            for pointer, path, method, status, media_type in places:
                if pointer not in validators:
                    schema = {"$ref": f"{_ROOT}#{pointer}"}
                    validators[pointer] = jsonschema_rs.Draft202012Validator(schema, registry=self._registry)
                content = self.sample({"$ref": f"#{pointer}"})
                try:
                    valid = validators[pointer].is_valid(content)
                except ValueError:
                    valid = False
                if not valid:
                    fruitless += 1
                    continue
                found += 1
                yield Body(path, method, status, media_type, content)
                if found == count:
                    return

    def _places(self) -> Iterator[tuple[str, str, str, str, str]]:
        """Yield the pointer to each schema of a JSON body, and the operation and the status it belongs to."""
        for path, item in self._document.get("paths", {}).items():
            for method in METHODS:
                operation = item.get(method) if isinstance(item, dict) else None
                if not isinstance(operation, dict):
                    continue
                at = f"/paths/{_escaped(path)}/{method}"
                parts = [("request", f"{at}/requestBody", operation.get("requestBody"))]
                parts += [
                    (status, f"{at}/responses/{_escaped(status)}", response)
                    for status, response in operation.get("responses", {}).items()
                ]
                for status, pointer, part in parts:
                    while isinstance(part, dict) and "$ref" in part:
                        pointer = part["$ref"].removeprefix("#")
                        part = self._target(part["$ref"])
                    for media_type, described in (part or {}).get("content", {}).items():
                        if media_type.partition(";")[0].endswith("json") and described.get("schema"):
                            yield f"{pointer}/content/{_escaped(media_type)}/schema", path, method, status, media_type

    def _target(self, ref: str) -> Any:
        node: Any = self._document
        for step in ref.removeprefix("#/").split("/"):
            step = step.replace("%7B", "{").replace("%7D", "}").replace("~1", "/").replace("~0", "~")
            node = node[int(step)] if isinstance(node, list) else node.get(step, {})
        return node

    def sample(self, schema: Any, depth: int = 0) -> Any:
        """Return a value that should fit a schema; constraints that it does not know are left to a validator."""
        if not isinstance(schema, dict):
            return self._random.choice(_WORDS)
        if "$ref" in schema:
            return self.sample(self._target(schema["$ref"]), depth)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._random.choice(schema["enum"])
        choices = [part for key in ("oneOf", "anyOf") for part in schema.get(key, [])]
        parts = [*schema.get("allOf", []), *([self._choice(choices, depth)] if choices else [])]
        if parts:
            own = {key: value for key, value in schema.items() if key not in ("allOf", "oneOf", "anyOf")}
            return self._joined([self.sample(part, depth + 1) for part in parts], own, depth)
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = self._random.choice([each for each in kind if each != "null" or depth < _DEEPEST] or kind)
        if kind is None:
            kind = "object" if "properties" in schema else "array" if "items" in schema else None
        draw = {"object": self._object, "array": self._array, "string": self._string}.get(kind or "")
        return draw(schema, depth) if draw else self._scalar(kind, schema)

    def _choice(self, choices: list[Any], depth: int) -> Any:
        if depth >= _DEEPEST:
            return next((part for part in choices if part.get("type") == "null"), choices[-1])
        return self._random.choice(choices)

    def _joined(self, values: list[Any], own: dict[str, Any], depth: int) -> Any:
        if not all(isinstance(value, dict) for value in values):
            return next((value for value in values if not isinstance(value, dict)), None)
        if "properties" in own or own.get("type") == "object":
            values.append(self._object(own, depth))
        return {name: value for part in values for name, value in part.items()}

    def _object(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        required = schema.get("required", [])
        chance = max(0.0, 0.8 - 0.15 * depth)
        drawn = {
            name: self.sample(part, depth + 1)
            for name, part in schema.get("properties", {}).items()
            if name in required or self._random.random() < chance
        }
        others = schema.get("additionalProperties", True)
        if isinstance(others, dict) and depth < _DEEPEST:
            drawn |= {f"key{index}": self.sample(others, depth + 1) for index in range(self._random.randint(0, 2))}
        elif others is True and self._random.random() < 0.1:
            drawn |= copy.deepcopy(_UNDECLARED)
        return drawn

    def _array(self, schema: dict[str, Any], depth: int) -> list[Any]:
        least = schema.get("minItems", 0)
        length = (
            least if depth >= _DEEPEST else self._random.randint(least, max(least, min(schema.get("maxItems", 3), 3)))
        )
        return [self.sample(schema.get("items", {}), depth + 1) for _ in range(length)]

    def _string(self, schema: dict[str, Any], depth: int) -> str:
        if "pattern" in schema:
            shown = schema.get("example") or next(iter(schema.get("examples") or []), None)
            return shown if isinstance(shown, str) else "1"
        text: str = self._random.choice(_STRINGS.get(schema.get("format", ""), _WORDS))
        least, most = schema.get("minLength", 0), schema.get("maxLength", 1000)
        return text if schema.get("format") in _STRINGS else (text + "x" * max(0, least - len(text)))[:most]

    def _scalar(self, kind: str | None, schema: dict[str, Any]) -> Any:
        least = schema.get("minimum", schema.get("exclusiveMinimum", -5))
        least = -5 if isinstance(least, bool) else least
        most = max(least + 10, least) if "maximum" not in schema else schema["maximum"]
        if kind == "integer":
            number = self._random.randint(int(least) + ("exclusiveMinimum" in schema), max(int(most), int(least) + 1))
            return number - number % schema["multipleOf"] if isinstance(schema.get("multipleOf"), int) else number
        if kind == "number":
            return self._random.choice([float(most), round(self._random.uniform(float(least), float(most)), 3)])
        if kind == "boolean":
            return self._random.random() < 0.5
        return None if kind == "null" else self._random.choice([1, "text", {"a": [None]}, [1.5], True])


def _escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1").replace("%", "%25").replace("{", "%7B").replace("}", "%7D")


def _with_null_types(node: Any) -> Any:
    """Write `nullable` and boolean bounds of OpenAPI 3.0 as JSON Schema does."""
    if isinstance(node, list):
        return [_with_null_types(part) for part in node]
    if not isinstance(node, dict):
        return node
    node = {str(key): _with_null_types(value) for key, value in node.items()}
    for bound, limit in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(node.get(bound), bool) and node.pop(bound) and limit in node:
            node[bound] = node.pop(limit)
    if isinstance(node.get("nullable"), bool) and node.pop("nullable"):
        return {"anyOf": [node, {"type": "null"}]}
    return node
