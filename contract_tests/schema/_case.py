"""Facts about generated requests."""

from typing import Any, TypeAlias

from schemathesis import Case, GenerationMode

AnyCase: TypeAlias = Case[Any]


def operation_id(case: AnyCase) -> str:
    """Return the operationId that a request was generated for."""
    return str(case.operation.definition.raw["operationId"])


def is_documented(case: AnyCase) -> bool:
    """Check that a request uses the method of its operation, not an undocumented one."""
    return bool(case.method.upper() == case.operation.method.upper())


def is_negative(case: AnyCase) -> bool:
    """Check whether a request was generated to be invalid."""
    return case.meta is not None and case.meta.generation.mode == GenerationMode.NEGATIVE
