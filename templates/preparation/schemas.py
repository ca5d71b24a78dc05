"""Single schemas: null, enums, defaults and arrays, as the generator's parser reads them."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from openapi_python_client import strings

from .document import Prepared, Schema

_NULL: Schema = {"type": "null"}
_NOTES = {"title", "description", "example", "examples", "deprecated", "readOnly", "writeOnly", "externalDocs", "xml"}
"""Keywords that say nothing about which values are valid."""
_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


def simplify(prepared: Prepared) -> None:
    """Rewrite every schema by itself."""
    prepared.rewrite(lambda schema, where: _simplify(prepared, schema, where))


def is_note(key: str) -> bool:
    """Return whether a keyword only describes."""
    return key in _NOTES or key.startswith("x-")


def _simplify(prepared: Prepared, schema: Schema, where: str) -> Schema:
    for step in (_types, _array, _constant, _enum, _union, _nullable, _default):
        schema = step(prepared, schema, where)
    return schema


def _types(prepared: Prepared, schema: Schema, where: str) -> Schema:
    kind = schema.get("type")
    if isinstance(kind, list) and len(kind) == 1:
        schema["type"] = kind[0]
    elif isinstance(kind, str) and kind not in (*_PYTHON_TYPES, "null"):
        prepared.change(where, f"type {kind!r} does not exist and is left out")
        del schema["type"]
    kinds = schema.get("type")
    if isinstance(kinds, list) and "object" in kinds and (schema.get("properties") or "additionalProperties" in schema):
        outer = {key: value for key, value in schema.items() if key in ("description", "default", "title")}
        inner = {key: value for key, value in schema.items() if key not in ("type", *outer)}
        others = [{"type": each} | ({"items": schema["items"]} if "items" in schema else {}) for each in kinds]
        members = [{**inner, "type": "object"} if each["type"] == "object" else each for each in others]
        prepared.change(where, "an object of several types is a union")
        return {**outer, "anyOf": members}
    return schema


def _array(prepared: Prepared, schema: Schema, where: str) -> Schema:
    kinds = schema.get("type")
    if (kinds == "array" or (isinstance(kinds, list) and "array" in kinds)) and not schema.get("items"):
        if "prefixItems" not in schema:
            schema["items"] = {}
    elif "items" in schema and kinds is None and "properties" not in schema and "$ref" not in schema:
        schema["type"] = "array"
    return schema


def _constant(prepared: Prepared, schema: Schema, where: str) -> Schema:
    if "const" in schema and not isinstance(schema["const"], str | int | float):
        prepared.change(where, f"the constant {schema['const']!r} has no type in Python and is left out")
        del schema["const"]
    return schema


def _enum(prepared: Prepared, schema: Schema, where: str) -> Schema:
    values = schema.get("enum")
    if values is None:
        return schema
    if not isinstance(values, list):
        del schema["enum"]
        return schema
    named = [value for value in dict.fromkeys(map(_hashable, values)) if value is not None]
    if None in values:
        schema["nullable"] = True
    declared = schema.get("type")
    kinds = [kind for kind in (declared if isinstance(declared, list) else [declared]) if kind not in (None, "null")]
    types = {type(value) for value in named}
    fits = all(isinstance(value, _PYTHON_TYPES.get(kinds[0], ())) for value in named) if len(kinds) == 1 else not kinds
    if not named:
        del schema["enum"]
        return {**_notes(schema), **_NULL}
    if types - {str, int} or len(types) > 1 or not fits:
        prepared.change(where, "the enum has values of a type that Python's enums do not have; their type is kept")
        del schema["enum"]
        return schema
    schema["enum"] = named
    schema.setdefault("type", "string" if types == {str} else "integer")
    if types == {str} and _clashes(named) and len(schema.get("x-enum-varnames", [])) != len(named):
        schema["x-enum-varnames"] = _variable_names(named)
        prepared.change(where, "enum values whose names would be the same get numbers")
    return schema


def _hashable(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def _member_name(value: str, index: int) -> str:
    name = strings.snake_case(value).upper() if value and value[0].isalpha() else ""
    return name or f"VALUE_{index}"


def _clashes(values: list[str]) -> bool:
    return len({_member_name(value, index) for index, value in enumerate(values)}) < len(values)


def _variable_names(values: list[str]) -> list[str]:
    names: list[str] = []
    for index, value in enumerate(values):
        name = _member_name(value, index)
        names.append(name if name not in names else f"{name}_{index}")
    return names


def _union(prepared: Prepared, schema: Schema, where: str) -> Schema:
    """Leave out the members of a union that only constrain, and the unions of nothing else."""
    for key in ("anyOf", "oneOf"):
        members = schema.get(key)
        if not isinstance(members, list):
            continue
        others = [member for member in members if any(name != "required" and not is_note(name) for name in member)]
        if len(others) < len(members) and (others or "type" in schema or "properties" in schema):
            prepared.change(where, f"members of {key} without a type of their own are left out")
            schema[key] = others
        if not schema[key]:
            del schema[key]
    return schema


def _nullable(prepared: Prepared, schema: Schema, where: str) -> Schema:
    """Write `nullable` as a union with null where the parser overlooks it."""
    nullable = schema.get("nullable") is True
    if not nullable and "nullable" in schema:
        del schema["nullable"]
    kinds = schema.get("type")
    if "enum" in schema and isinstance(kinds, list):
        nullable = nullable or "null" in kinds
        schema["type"] = next((kind for kind in kinds if kind != "null"), "string")
    if not nullable or not {"$ref", "allOf", "enum", "const"} & schema.keys():
        return schema
    prepared.change(where, "nullable is written as a union with null")
    inner = {key: value for key, value in schema.items() if key not in ("nullable", "default", "description")}
    if component := schema.get("$ref"):
        inner = {"$ref": component}
    outer: Schema = {"anyOf": [inner, dict(_NULL)]}
    return outer | {key: schema[key] for key in ("description", "default") if key in schema}


def _default(prepared: Prepared, schema: Schema, where: str) -> Schema:
    if "default" in schema and schema["default"] != [] and not _fits(prepared, schema, schema["default"]):
        if schema["default"] is not None:
            prepared.change(where, f"the default {str(schema['default'])[:60]} is left out: the parser cannot read it")
        del schema["default"]
    elif schema.get("default") == [] and not _accepts(prepared, schema, "array"):
        del schema["default"]
    return schema


def _accepts(prepared: Prepared, schema: Schema, kind: str) -> bool:
    schema = prepared.resolve(schema)
    kinds = schema.get("type")
    return kind in (kinds if isinstance(kinds, list) else [kinds]) or any(
        _accepts(prepared, part, kind) for key in ("anyOf", "oneOf", "allOf") for part in schema.get(key, [])
    )


def _fits(prepared: Prepared, schema: Schema, value: Any, depth: int = 0) -> bool:
    if value is None or isinstance(value, dict | list) or depth > 20:
        return False
    schema = prepared.resolve(schema)
    parts = [part for key in ("anyOf", "oneOf", "allOf") for part in schema.get(key, [])]
    if parts:
        return any(_fits(prepared, part, value, depth + 1) for part in parts)
    kinds = schema.get("type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    allowed = tuple(kind for name in kinds for kind in _PYTHON_TYPES.get(name or "", ()))
    if kinds != [None] and (not isinstance(value, allowed) or (isinstance(value, bool) and "boolean" not in kinds)):
        return False
    if "enum" in schema:
        return value in schema["enum"]
    if "const" in schema:
        return bool(value == schema["const"])
    return not isinstance(value, str) or _fits_format(schema.get("format"), value)


def _fits_format(name: str | None, value: str) -> bool:
    readers = {"date": datetime.date.fromisoformat, "date-time": datetime.datetime.fromisoformat, "uuid": uuid.UUID}
    try:
        if name in readers:
            readers[name](value)
    except ValueError:
        return False
    return name not in ("binary", "byte")


def _notes(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if is_note(key)}
