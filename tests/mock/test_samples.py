"""JSON that agents generate conforms to the given schema."""

from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xpander_mock.rules.json_samples import NoSample, sample

PERSON = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 30, "maxLength": 40},
        "email": {"type": "string", "format": "email"},
        "born": {"type": ["string", "null"], "format": "date"},
        "age": {"type": "integer", "exclusiveMinimum": 17, "maximum": 18},
        "share": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
        "even": {"type": "integer", "minimum": 5, "multipleOf": 4},
        "tags": {"type": "array", "items": {"enum": ["a", "b"]}, "minItems": 2},
        "pair": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "boolean"}], "items": False},
        "codes": {"type": "array", "items": {"type": "string"}, "minItems": 3, "uniqueItems": True},
        "kind": {"const": "person"},
        "home": {"$ref": "#/$defs/address"},
        "friends": {"type": "array", "items": {"$ref": "#"}},
        "contact": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/address"}]},
    },
    "required": ["name", "email", "age", "home", "nickname"],
    "$defs": {
        "address": {
            "allOf": [
                {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
                {"properties": {"zip": {"type": "string", "maxLength": 5}}, "required": ["zip"]},
            ]
        }
    },
}


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "object"},
        {"type": "array"},
        {"type": "null"},
        {"type": ["null", "integer"]},
        {"minimum": 3},
        {"maximum": -3},
        {"type": "integer", "minimum": -10, "exclusiveMaximum": -8},
        {"type": "number", "minimum": 0.1, "maximum": 0.2},
        {"enum": [None, 1]},
        {"oneOf": [{"type": "string", "maxLength": 0, "minLength": 1}, {"type": "integer"}]},
        {"required": ["a"]},
        {"type": "array", "maxItems": 0},
        {"type": "object", "properties": {"a": False, "b": {"type": "string"}}},
        PERSON,
    ],
)
def test_a_sample_conforms(schema: dict[str, Any]) -> None:
    """GET-5: the value conforms, formats included, and is the same each time."""
    value = sample(schema, "hello")
    jsonschema_rs.validate(schema, value, validate_formats=True)
    assert sample(schema, "hello") == value


@pytest.mark.parametrize(
    "schema",
    [
        {"not": {}},
        {"type": "integer", "minimum": 2, "maximum": 1},
        {"type": 5},
        {"$ref": "#/nowhere"},
        {"$ref": "https://example.com/schema"},
        {"$ref": "#"},
        {"required": ["a"], "properties": {"a": {"$ref": "#"}}, "type": "object"},
        {"type": "string", "minLength": 10**9},
        {"type": "array", "minItems": 10**9},
        {"type": "string", "pattern": "("},
        {"multipleOf": 0},
        {"properties": 5},
        {"$ref": "#", "properties": {name: {"$ref": "#"} for name in "abcdefghijklmnop"}},
        {"allOf": 5},
        {"enum": []},
    ],
)
def test_a_schema_without_a_value_is_an_error(schema: dict[str, Any]) -> None:
    """A contradictory, malformed or endless schema raises `NoSample` and no other error, quickly."""
    with pytest.raises(NoSample):
        sample(schema, "hello")


_WORDS = """
    type enum const properties required items prefixItems minItems maxItems uniqueItems minLength maxLength format
    pattern minimum maximum exclusiveMinimum exclusiveMaximum multipleOf anyOf oneOf allOf not $ref $defs
    additionalProperties
"""
_KEYWORDS = st.dictionaries(
    st.sampled_from(_WORDS.split()),
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-3, 3)
        | st.floats(-1, 1)
        | st.sampled_from(["string", "object", "#", "a"]),
        lambda inner: (
            st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["type", "$ref", "a"]), inner, max_size=2)
        ),
        max_leaves=6,
    ),
    max_size=5,
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(_KEYWORDS)
def test_any_object_may_be_given_as_a_schema(schema: dict[str, Any]) -> None:
    """For any object as `output_schema` there is a conforming value or `NoSample`."""
    try:
        value = sample(schema, "hello")
    except NoSample:
        return
    assert jsonschema_rs.is_valid(schema, value, validate_formats=True)
