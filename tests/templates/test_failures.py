"""Each failure that a document has caused, on its smallest schema, without the preparing step."""

from __future__ import annotations

import itertools
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from .conftest import Generate, document

ANY = {"description": "d", "content": {"application/json": {"schema": {}}}}
TEXT = {"type": "string"}


def ref(name: str) -> dict[str, str]:
    """Return a reference to a component."""
    return {"$ref": f"#/components/schemas/{name}"}


def test_a_response_and_a_body_of_any_type(generate: Generate) -> None:
    """A schema without keywords is `Any`, which the module of the operation imports."""
    body: dict[str, Any] = {"requestBody": {"content": {"application/json": {"schema": {}}}}}
    package = generate(document({}, {"200": ANY}, **body))
    assert package.parse([1, None]) == [1, None]
    assert package.module("api.default.get_x").build_request(body={"a": 1})["json"] == {"a": 1}


def test_a_class_that_the_generator_drops_is_any(generate: Generate) -> None:
    """The package imports, the value is not lost, and the generator's output says what was dropped."""
    schemas = {
        "A": {"type": "object", "properties": {"b": {"anyOf": [ref("B"), {"type": "null"}]}}},
        "B": {"type": "object", "properties": {"c": {"anyOf": [ref("C"), {"type": "null"}], "default": {}}}},
        "C": {"type": "object", "properties": {"x": TEXT}},
    }
    package = generate(document(schemas))
    assert "Any in place of B" in package.output
    assert package.round_trip({"b": {"c": {"x": "1"}}}) == {"b": {"c": {"x": "1"}}}
    whole = generate(document(schemas), prepared=True)
    assert "Any in place of" not in whole.output
    assert type(whole.parse({"b": {"c": {"x": "1"}}}).b.c).__name__ == "C"


def test_a_class_without_fields_and_without_description(generate: Generate) -> None:
    """The class has a docstring, so that it has a body."""
    schemas = {
        "A": {"type": "object", "properties": {"n": ref("N"), "t": {"allOf": [TEXT]}}},
        "N": {"type": "object", "additionalProperties": False},
    }
    package = generate(document(schemas))
    assert package.round_trip({"n": {}, "t": "text"}) == {"n": {}, "t": "text"}


RECURSIVE = {
    "A": {"type": "object", "properties": {"c": ref("C"), "u": {"oneOf": [ref("X"), ref("Y")]}}},
    "C": {"type": "object", "properties": {"a": ref("A")}},
    "X": {"type": "object", "required": ["x"], "properties": {"x": TEXT}},
    "Y": {"type": "object", "required": ["y"], "properties": {"y": TEXT}},
}


@pytest.mark.parametrize("order", list(itertools.permutations("ACX")), ids="".join)
def test_no_order_of_first_decodes_crashes(order: tuple[str, ...], generate: Generate, tmp_path: Path) -> None:
    """Models that refer to each other, one of them with a union, decode in any order, each in a new process."""
    package = generate(document(RECURSIVE))
    code = f"import {package.name}.models as m, {package.name}.conversion as c\n" + "".join(
        f"c.decode({content!r}, m.{name})\n"
        for name in order
        for content in (b'{"c": {"a": {}}, "u": {"y": "1"}, "a": {"c": {}}, "x": "1"}',)
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)


def test_a_deep_union_of_recursive_models_takes_linear_time(generate: Generate) -> None:
    """Members that a one-value enum tells apart are chosen without trying the others."""
    kinds = "abcde"
    schemas: dict[str, Any] = {"U": {"oneOf": [ref(kind.upper()) for kind in kinds]}}
    for kind in kinds:
        properties = {"kind": {"type": "string", "enum": [kind]}, "next": {"oneOf": [ref(k.upper()) for k in kinds]}}
        schemas[kind.upper()] = {"type": "object", "required": ["kind"], "properties": properties}
    package = generate(document(schemas))
    content: dict[str, Any] = {"kind": "e", "undeclared": 1}
    for depth in range(60):
        content = {"kind": kinds[depth % 5], "next": content}
    begun = time.process_time()
    assert package.round_trip(content) == content
    assert time.process_time() - begun < 2  # it took 27 s at depth 9


def test_a_deep_union_that_nothing_tells_apart_takes_polynomial_time(generate: Generate) -> None:
    """What does not fit is tried once as each member, however deep it is."""
    properties = {"next": {"oneOf": [ref("A"), ref("B")]}, "n": {"type": "integer"}}
    schemas = {name: {"type": "object", "properties": properties} for name in "AB"}
    package = generate(document(schemas))
    content: dict[str, Any] = {"n": "no integer"}
    for _ in range(40):
        content = {"next": content}
    begun = time.process_time()
    with pytest.raises(package.module("errors").InvalidBody):
        package.parse(content)
    assert time.process_time() - begun < 2


def test_dicts_that_hold_each_other(generate: Generate) -> None:
    """Objects without fields that hold each other are classes, since as plain dicts they would have no end."""
    schemas = {
        "M": {"type": "object", "additionalProperties": ref("K")},
        "K": {"type": "object", "additionalProperties": ref("M")},
    }
    package = generate(document(schemas))
    assert package.round_trip({"a": {"b": {"c": {}}}}) == {"a": {"b": {"c": {}}}}


BASE = {"type": "object", "properties": {"a": TEXT}}


@pytest.mark.parametrize(
    "schema",
    [
        BASE,
        {"allOf": [BASE, {"type": "object", "properties": {"b": TEXT}}]},
        {"allOf": [ref("Base"), {"properties": {"b": TEXT}}], "additionalProperties": True},
        {"oneOf": [ref("Base"), ref("Other")], "properties": {"z": TEXT}},
    ],
)
def test_undeclared_properties_are_kept(schema: dict[str, Any], generate: Generate) -> None:
    """What a schema does not declare and does not forbid is readable and written again."""
    schemas = {"S": schema, "Base": BASE, "Other": {"type": "object", "required": ["o"], "properties": {"o": TEXT}}}
    package = generate(document(schemas))
    content = {"a": "1", "undeclared": {"n": [1, None]}, "additional_properties": 3}
    assert package.parse(content).additional_properties == {"undeclared": {"n": [1, None]}, "additional_properties": 3}
    assert package.round_trip(content) == content


def test_an_absent_field_of_a_request_stays_absent(generate: Generate) -> None:
    """A default is sent when a model is built in code, but never added to one that was read."""
    schemas = {"R": {"type": "object", "properties": {"n": {"type": "integer", "default": 5}, "m": ref("R")}}}
    body = {"requestBody": {"content": {"application/json": {"schema": ref("R")}}}}
    package = generate(document(schemas, {"204": {"description": "d"}}, **body))
    request_model = package.module().R
    assert request_model.from_dict({"m": {}}).to_dict() == {"m": {}}
    assert request_model().to_dict() == {"n": 5}


def test_an_integer_may_be_written_with_a_point(generate: Generate) -> None:
    """JSON has one type of numbers: 1.0 is an integer, 1.5 is none."""
    package = generate(document({"A": {"type": "object", "properties": {"n": {"type": "integer"}}}}))
    assert repr(package.parse(None, content=b'{"n": 1.0}').n) == "1"
    with pytest.raises(package.module("errors").InvalidBody, match=r"Expected `int | null`, got `float` at `\$.n`"):
        package.parse(None, content=b'{"n": 1.5}')


def test_any_json_beside_a_form_of_files(generate: Generate) -> None:
    """A body of any type is told from one of files, which is a model."""
    files = {"type": "object", "properties": {"f": {"type": "string", "format": "binary"}}}
    content = {"application/json": {"schema": {}}, "multipart/form-data": {"schema": files}}
    package = generate(document({}, {"204": {"description": "d"}}, requestBody={"content": content}))
    build = package.module("api.default.get_x").build_request
    assert build(body=[1])["json"] == [1]
    (model,) = [getattr(package.module(), name) for name in package.module().__all__]
    assert "files" in build(body=model())


def test_the_second_media_type_of_a_status(generate: Generate) -> None:
    """A body is read by its own media type, where several are documented."""
    content = {"application/json": {"schema": ref("A")}, "text/plain": {"schema": TEXT}}
    package = generate(document({"A": BASE}, {"200": {"description": "d", "content": content}}))
    assert package.parse({"a": "1"}) == package.module().A(a="1")
    assert package.parse(None, content=b"text", headers={"content-type": "text/plain"}) == "text"
