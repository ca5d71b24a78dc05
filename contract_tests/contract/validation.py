"""Validators for the schemas of the document."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema_rs

from .openapi import document, operation_of, resolve


class Schema:
    """A schema of the document that values can be validated against.

    Args:
        schema: The schema; its references are resolved in the document.
    """

    def __init__(self, schema: dict[str, Any]) -> None:
        self._validator = jsonschema_rs.Draft202012Validator(
            {**schema, "components": document()["components"]}, validate_formats=True
        )

    def violations(self, instance: Any) -> Iterator[str]:
        """Yield each way in which a value does not conform, as a message with the place in the value."""
        for error in self._validator.iter_errors(instance):
            where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.instance_path)
            yield f"{error.message} at ${where}"

    def violation(self, instance: Any) -> str | None:
        """Return the first way in which a value does not conform, or None if it conforms."""
        return next(self.violations(instance), None)


@cache
def answer_schema(operation_id: str, status: int) -> Schema:
    """Return the schema of the JSON body with which an operation answers a status."""
    operation = operation_of(operation_id)
    described = document()["paths"][operation.path][operation.method.lower()]["responses"][str(status)]
    return Schema(resolve(described)["content"]["application/json"]["schema"])


@cache
def model_schema(name: str) -> Schema:
    """Return the schema of a component, such as `Task` or `TaskEvent`."""
    return Schema({"$ref": f"#/components/schemas/{name}"})


@cache
def properties(model: str) -> tuple[str, ...]:
    """Return the names of all documented fields of a component."""
    return tuple(document()["components"]["schemas"][model]["properties"])


def with_defaults(value: dict[str, Any], model: str) -> dict[str, Any]:
    """Fill in null for each absent field of a task or list item, and `pending` for an absent status."""
    whole = dict.fromkeys(properties(model)) | value
    return {**whole, "status": whole["status"] or "pending"}


def json_violation(text: str | None, schema: dict[str, Any] | None) -> str | None:
    """Return why a text is not JSON that conforms to a caller's own schema, or None if it is.

    Args:
        text: The text, such as a task's `result`.
        schema: The caller's `output_schema`; None accepts any JSON.
    """
    try:
        value = json.loads(text or "")
    except ValueError as malformed:
        return f"{text!r}: {malformed}"
    for error in jsonschema_rs.Draft202012Validator(schema or {}).iter_errors(value):
        return f"{text!r}: {error.message}"
    return None
