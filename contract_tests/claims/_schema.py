"""Validators for what the contract says of each answer."""

import json
from functools import cache
from typing import Any

import jsonschema_rs

from contract_tests.contract import document, operations, resolve


class Schema:
    """A schema of the contract that values can be held against.

    Args:
        schema: The schema; references are resolved in the contract.
    """

    def __init__(self, schema: dict[str, Any]) -> None:
        self._validator = jsonschema_rs.Draft202012Validator(
            {**schema, "components": document()["components"]}, validate_formats=True
        )

    def fault(self, instance: Any) -> str | None:
        """Return the first thing about a value that is not as the schema says, or None."""
        for error in self._validator.iter_errors(instance):
            where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.instance_path)
            return f"{error.message} at ${where}"
        return None


@cache
def answer(operation_id: str, status: int) -> Schema:
    """Return the schema of the JSON body that an operation answers with a status."""
    operation = next(operation for operation in operations() if operation.id == operation_id)
    described = document()["paths"][operation.path][operation.method.lower()]["responses"][str(status)]
    return Schema(resolve(described)["content"]["application/json"]["schema"])


@cache
def event() -> Schema:
    """Return the schema of one event of a stream."""
    return Schema({"$ref": "#/components/schemas/TaskEvent"})


@cache
def task() -> Schema:
    """Return the schema of a task."""
    return Schema({"$ref": "#/components/schemas/Task"})


@cache
def properties(model: str) -> tuple[str, ...]:
    """Return the names of all fields of a model."""
    return tuple(document()["components"]["schemas"][model]["properties"])


def json_fault(text: str | None, schema: dict[str, Any] | None) -> str | None:
    """Return why a text is not JSON as a caller's own schema says, or None when it is."""
    try:
        value = json.loads(text or "")
    except ValueError as error:
        return f"{text!r}: {error}"
    for fault in jsonschema_rs.Draft202012Validator(schema or {}).iter_errors(value):
        return f"{text!r}: {fault.message}"
    return None
