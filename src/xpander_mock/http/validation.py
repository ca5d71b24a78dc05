"""Validates requests by the contract, and reports problems in the provider's form of a 422."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs
import msgspec

from xpander_mock.contract import Operation, Parameter
from xpander_mock.rules.errors import Invalid, problem

_INTEGER = re.compile(r"-?\d{1,4000}", re.ASCII)

# JSON Schema's keywords, and what the provider's framework calls the same problem.
_KINDS = {
    "required": "missing",
    "minimum": "greater_than_equal",
    "maximum": "less_than_equal",
    "enum": "enum",
    "format": "datetime_parsing",
}


def validate_parameters(operation: Operation, query: Mapping[str, str], path: Mapping[str, str]) -> dict[str, Any]:
    """Return the documented parameters of a request, converted, with defaults for those that are absent.

    Parameters that are not documented are ignored.

    Raises:
        Invalid: A value is not as documented.
    """
    values: dict[str, Any] = {}
    problems: list[dict[str, Any]] = []
    for parameter in operation.parameters:
        given = (path if parameter.where == "path" else query).get(parameter.name)
        if given is None:
            values[parameter.name] = parameter.default
            continue
        value = _convert(parameter, given)
        values[parameter.name] = value
        problems += _problems(parameter.validator, value, [parameter.where, parameter.name])
    if problems:
        raise Invalid(problems)
    return values


def validate_body(operation: Operation, content_type: str, body: bytes) -> dict[str, Any]:
    """Return the decoded JSON body of a request.

    Raises:
        Invalid: There is none, it is not JSON, or it does not conform to the documented schema.
    """
    if operation.body is None:
        return {}
    if not body:
        raise Invalid([problem(["body"], "Field required", "missing")])
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type and media_type != "application/json" and not media_type.endswith("+json"):
        raise Invalid([problem(["body"], f"Expected application/json, got {media_type}", "content_type")])
    try:
        value: Any = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid([problem(["body"], f"Expected a JSON document: {error}", "json_invalid")]) from error
    problems = list(_problems(operation.body, value, ["body"]))
    if problems:
        raise Invalid(problems)
    assert isinstance(value, dict)
    return value


def _convert(parameter: Parameter, text: str) -> Any:
    if parameter.type == "integer" and _INTEGER.fullmatch(text):
        return int(text)
    return text


def _problems(validator: jsonschema_rs.Validator, value: Any, where: list[str]) -> Iterator[dict[str, Any]]:
    for error in validator.iter_errors(value):
        for leaf in _leaves(error):
            yield _problem(leaf, where)


def _leaves(error: jsonschema_rs.ValidationError) -> Iterator[jsonschema_rs.ValidationError]:
    """Yield the errors of the alternative that was probably meant, where a value fits none of several."""
    context = getattr(error.kind, "context", None)
    if not context:
        yield error
        return
    here = len(error.instance_path)
    meant = max(context, key=lambda branch: not any(_is_type_error(leaf, here) for leaf in branch))
    for leaf in meant:
        yield from _leaves(leaf)


def _is_type_error(error: jsonschema_rs.ValidationError, depth: int) -> bool:
    return error.kind.name == "type" and len(error.instance_path) == depth


def _problem(error: jsonschema_rs.ValidationError, where: list[str]) -> dict[str, Any]:
    keyword = error.kind.name
    loc = [*where, *error.instance_path]
    if keyword == "required":
        loc.append(error.kind.value)
        return problem(loc, "Field required", "missing")
    kind = f"{_expected_type(error)}_type" if keyword == "type" else _KINDS.get(keyword, keyword)
    return problem(loc, error.message, kind)


def _expected_type(error: jsonschema_rs.ValidationError) -> str:
    types: list[str] = error.kind.as_dict()["types"]
    return next((name for name in types if name != "null"), "null")
