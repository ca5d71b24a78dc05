"""What the other modules ask of a generated request."""

from typing import Any, TypeAlias

from schemathesis import Case, GenerationMode

AnyCase: TypeAlias = Case[Any]


def operation_id(case: AnyCase) -> str:
    """Return the operationId of the operation that a request was generated for."""
    return str(case.operation.definition.raw["operationId"])


def is_documented(case: AnyCase) -> bool:
    """Tell a request of the document from one that tries a method which the path does not have."""
    return bool(case.method.upper() == case.operation.method.upper())


def is_negative(case: AnyCase) -> bool:
    """Tell whether a request was generated to break the document."""
    return case.meta is not None and case.meta.generation.mode == GenerationMode.NEGATIVE
