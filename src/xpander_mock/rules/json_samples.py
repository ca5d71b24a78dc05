"""Makes a JSON value that conforms to a JSON Schema: always the same one for the same schema."""

import math
from typing import Any

import jsonschema_rs

_FORMATS = {
    "date-time": "2026-02-07T02:13:27Z",
    "date": "2026-02-07",
    "time": "02:13:27Z",
    "duration": "PT1H",
    "email": "ada@example.com",
    "idn-email": "ada@example.com",
    "hostname": "example.com",
    "idn-hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/",
    "uri-reference": "/",
    "iri": "https://example.com/",
    "iri-reference": "/",
    "uuid": "81250b20-e9d7-4b3b-9995-07dc72b4bb59",
    "json-pointer": "/a",
    "relative-json-pointer": "0",
    "regex": "a",
}
_DEPTH = 12  # recursive schemas end here
_VALUES = 20_000  # so do wide ones
_CHOICES = 4  # how many attempts are made
# What a keyword of the wrong type leads to. The validator takes such schemas where the keyword does not apply.
_MALFORMED = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
_LENGTH = 10_000  # longer strings and arrays are not made


class NoSample(Exception):
    """No conforming value was found; the schema may be contradictory, malformed or beyond what is tried."""


def sample(schema: dict[str, Any], text: str) -> Any:
    """Make a value that conforms to the schema.

    Args:
        schema: A JSON Schema, 2020-12 unless it names another draft.
        text: The content of plain strings.

    Raises:
        NoSample: None was found.
    """
    try:
        validator = jsonschema_rs.validator_for(schema, validate_formats=True, offline=True)
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        raise NoSample(f"expected a JSON Schema: {error}") from error
    tried = "no value"
    for choice in range(_CHOICES):
        try:
            value = _Sampler(schema, text, choice).value(schema, 0)
        except (*_MALFORMED, NoSample) as error:
            tried = str(error)
            continue
        if validator.is_valid(value):
            return value
    raise NoSample(f"expected a schema that values are found for: {tried}")


class _Sampler:
    """Makes one attempt.

    Args:
        root: The whole schema, which references point into.
        text: The content of plain strings.
        choice: Which alternative to take where there are several.
    """

    def __init__(self, root: dict[str, Any], text: str, choice: int) -> None:
        self.root = root
        self.text = text
        self.choice = choice
        self.left = _VALUES

    def value(self, schema: Any, depth: int) -> Any:
        self.left -= 1
        if depth > _DEPTH or self.left < 0:
            raise NoSample(f"expected a value within {_DEPTH} levels and {_VALUES} parts")
        if not isinstance(schema, dict):
            if schema is False:
                raise NoSample("expected a schema that allows anything at all")
            return self.text
        schema = self.flat(schema, depth)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return schema["enum"][self.choice % len(schema["enum"])]
        return getattr(self, f"make_{self.kind(schema)}")(schema, depth)

    def flat(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        """Return the schema with references followed, `allOf` merged and one alternative chosen."""
        if depth > _DEPTH:
            raise NoSample(f"expected references within {_DEPTH} levels")
        parts = [schema]
        if isinstance(schema.get("$ref"), str):
            parts.append(self.resolve(schema["$ref"]))
        parts += schema.get("allOf", [])
        for alternatives in ("anyOf", "oneOf"):
            options = schema.get(alternatives)
            parts += [options[self.choice % len(options)]] if options else []
        merged: dict[str, Any] = {}
        for number, part in enumerate(parts):
            if isinstance(part, dict):
                _merge(merged, part if number == 0 else self.flat(part, depth + 1))
        return merged

    def resolve(self, reference: str) -> Any:
        if not reference.startswith("#"):
            raise NoSample(f"expected a reference inside the schema, got {reference}")
        target: Any = self.root
        for key in filter(None, reference[1:].split("/")):
            key = key.replace("~1", "/").replace("~0", "~")
            target = target[int(key)] if isinstance(target, list) else target[key]
        return target

    def kind(self, schema: dict[str, Any]) -> str:
        kinds = schema.get("type")
        if isinstance(kinds, list):
            kinds = kinds[self.choice % len(kinds)]
        if isinstance(kinds, str):
            return kinds
        if {"properties", "required", "additionalProperties", "minProperties"} & schema.keys():
            return "object"
        if {"items", "prefixItems", "minItems"} & schema.keys():
            return "array"
        if {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"} & schema.keys():
            return "number"
        return "string"

    def make_null(self, schema: dict[str, Any], depth: int) -> None:
        return None

    def make_boolean(self, schema: dict[str, Any], depth: int) -> bool:
        return True

    def make_integer(self, schema: dict[str, Any], depth: int) -> int:
        return math.ceil(self.make_number({"multipleOf": 1, **schema}, depth))

    def make_number(self, schema: dict[str, Any], depth: int) -> float:
        step = schema.get("multipleOf", 1)
        low = schema.get("minimum", -math.inf)
        above = schema.get("exclusiveMinimum", -math.inf)
        high = min(schema.get("maximum", math.inf), schema.get("exclusiveMaximum", math.inf))
        at_least = max(low, above, min(0, high))
        number = math.ceil(at_least / step) * step
        if number <= above or number < low:
            number += step
        if number > high or number == schema.get("exclusiveMaximum"):
            number -= step
        if number < low or number <= above:
            number = (max(low, above) + high) / 2
        return int(number) if float(number).is_integer() else number

    def make_string(self, schema: dict[str, Any], depth: int) -> str:
        if schema.get("format") in _FORMATS:
            return _FORMATS[schema["format"]]
        least, most = int(schema.get("minLength", 0)), int(schema.get("maxLength", _LENGTH))
        if least > _LENGTH:
            raise NoSample(f"expected minLength up to {_LENGTH}, got {least}")
        return (self.text or "text")[:most].ljust(least, ".")

    def make_array(self, schema: dict[str, Any], depth: int) -> list[Any]:
        items = [self.value(item, depth + 1) for item in schema.get("prefixItems", [])]
        least = max(int(schema.get("minItems", 1)), 0)
        if least > _LENGTH:
            raise NoSample(f"expected minItems up to {_LENGTH}, got {least}")
        if schema.get("items", True) is not False and schema.get("maxItems", 1) != 0:
            while len(items) < least:
                items.append(self.value(schema.get("items", {"type": "string"}), depth + 1))
        return _distinct(items) if schema.get("uniqueItems") else items

    def make_object(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        properties = schema.get("properties", {})
        required = schema.get("required", [])
        names = [*properties, *(name for name in required if name not in properties)]
        if depth >= _DEPTH // 2:
            names = required
        made = {}
        for name in names:
            try:
                made[name] = self.value(properties.get(name, schema.get("additionalProperties", {})), depth + 1)
            except NoSample:
                if name in required:
                    raise
        return made


def _merge(into: dict[str, Any], part: dict[str, Any]) -> None:
    for key, value in part.items():
        if key in ("properties", "$defs") and key in into:
            into[key] = into[key] | value
        elif key == "required" and key in into:
            into[key] = [*into[key], *(name for name in value if name not in into[key])]
        elif key == "type" and key in into:
            continue
        elif key not in ("allOf", "anyOf", "oneOf", "$ref"):
            into[key] = value


def _distinct(items: list[Any]) -> list[Any]:
    seen: list[Any] = []
    for number, item in enumerate(items):
        while item in seen and isinstance(item, str | int | float) and not isinstance(item, bool):
            item = f"{item}{number}" if isinstance(item, str) else item + 1
        seen.append(item)
    return seen
