"""Built-in checks of schemathesis that would reject answers which the documents allow."""

from datetime import datetime
from typing import Any

from schemathesis.specs.openapi.checks import (
    negative_data_rejection,
    positive_data_acceptance,
    response_schema_conformance,
)

from ..contract.openapi import document
from ..contract.validation import model_schema
from ._case import AnyCase, operation_id

BIGGEST_SENSIBLE_PAGE = 1_000_000
BOOLEAN_WORDS = frozenset({"0", "1", "true", "false", "t", "f", "yes", "no", "y", "n", "on", "off"})
# Objects that the schema leaves open, but that a server may still have to reject.
FREE_OBJECTS = ("output_schema", "mcp_servers", "user_tokens")


def excluded_checks(case: AnyCase, status: int, *, is_mock: bool) -> list[Any]:
    """Return the built-in checks to skip for an answer."""
    excluded = []
    if operation_id(case) == "invoke_agent_stream" and status == 200:
        # The document's schema is that of one event, but the check would apply it to the whole stream.
        excluded.append(response_schema_conformance)
    if status == 422 and (_has_absurd_page(case) or _has_free_object(case)):
        excluded.append(positive_data_acceptance)
    if 200 <= status < 300 and not is_mock and _is_valid_to_a_lenient_reader(case):
        excluded.append(negative_data_rejection)
    return excluded


def _has_absurd_page(case: AnyCase) -> bool:
    try:
        return abs(int(case.query.get("page", 1))) > BIGGEST_SENSIBLE_PAGE
    except (TypeError, ValueError):  # not a number, so not a huge one
        return False


def _has_free_object(case: AnyCase) -> bool:
    return isinstance(case.body, dict) and any(case.body.get(name) for name in FREE_OBJECTS)


def _is_valid_to_a_lenient_reader(case: AnyCase) -> bool:
    """Check whether a request is valid for a server that also reads naive dates, numeric dates and words for booleans.

    Many frameworks do, and the documents do not forbid it.
    """
    query = {name: value for name, value in case.query.items() if not _is_lenient_date(name, value)}
    dates = len(query) < len(case.query)
    if not isinstance(case.body, dict):
        return dates and _parameters_are_valid(case, query)
    properties = document()["components"]["schemas"]["InvokeRequest"]["properties"]
    booleans = [name for name, schema in properties.items() if "boolean" in schema.get("type", ())]
    body = {
        name: True if name in booleans and str(value).lower() in BOOLEAN_WORDS else value
        for name, value in case.body.items()
    }
    return body != case.body and model_schema("InvokeRequest").violation(body) is None


def _is_lenient_date(name: str, value: Any) -> bool:
    if name not in ("from_date", "to_date"):
        return False
    text = str(value)
    try:
        float(text)
    except ValueError:
        try:
            datetime.fromisoformat(text)
        except ValueError:
            return False
    return True


def _parameters_are_valid(case: AnyCase, query: dict[str, Any]) -> bool:
    validator = case.operation.query.get_strict_validator() if case.operation.query else None
    return validator is None or bool(validator.is_valid(query))
