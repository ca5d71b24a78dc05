from __future__ import annotations

from attrs import define as _define

from ..conversion import ResponseModel as _ResponseModel


@_define(kw_only=True)
class ValidationError(_ResponseModel):
    """One part of a request that is not as documented."""

    loc: list[int | str]
    """Where it is, such as `["query", "page"]` or `["body", "input", "user", "email"]`."""
    msg: str
    """What was expected, for a person to read."""
    type: str
    """Kind of error, for a program to read."""
