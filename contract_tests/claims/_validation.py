"""What a 422 has to look like."""

from typing import Any

from contract_tests.claims.api import Answer, require


def refuses_query(answer: Answer, name: str) -> None:
    """Judge that an answer refuses a query parameter, and names it."""
    __tracebackhide__ = True
    errors = _errors(answer)
    named = any(error["loc"][:1] == ["query"] and name in error["loc"] for error in errors)
    require(named, f'a loc of ["query", "{name}"]', [error["loc"] for error in errors], answer)


def refuses_body(answer: Answer) -> None:
    """Judge that an answer refuses the body."""
    __tracebackhide__ = True
    errors = _errors(answer)
    located = any(error["loc"][:1] == ["body"] for error in errors)
    require(located, 'a loc that begins with "body"', [error["loc"] for error in errors], answer)


def _errors(answer: Answer) -> list[dict[str, Any]]:
    __tracebackhide__ = True
    answer.expect(422)
    errors: list[dict[str, Any]] = answer.json.get("detail", [])
    require(bool(errors), "a list of errors", answer.json, answer, claim="WIRE-2")
    for error in errors:
        whole = all(error[name] for name in ("loc", "msg", "type"))
        require(whole, "loc, msg and type, none of them empty", error, answer, claim="WIRE-2")
    return errors
