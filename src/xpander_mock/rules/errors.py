"""The refusals of the API, one class for each documented status.

ApiError
├── Unauthorized   401  no credentials, or wrong ones
├── Forbidden      403  a task of another organization
├── NotFound       404  no such task or agent in the caller's organization
├── Invalid        422  a parameter or the body is not as documented
└── RateLimited    429  too many requests
"""

from collections.abc import Mapping, Sequence
from typing import Any


class ApiError(Exception):
    """A refused request.

    Args:
        detail: The `detail` of the answer's body.
    """

    status = 500
    headers: Mapping[str, str] = {}

    def __init__(self, detail: Any) -> None:
        super().__init__(detail)
        self.detail = detail


class Unauthorized(ApiError):
    """The request has no credentials, or wrong ones."""

    status = 401
    headers: Mapping[str, str] = {"WWW-Authenticate": "Bearer"}

    def __init__(self, detail: str = "Invalid or missing API key") -> None:
        super().__init__(detail)


class Forbidden(ApiError):
    """The task belongs to another organization."""

    status = 403

    def __init__(self, detail: str = "Access denied") -> None:
        super().__init__(detail)


class NotFound(ApiError):
    """There is no such task or agent in the caller's organization."""

    status = 404


class Invalid(ApiError):
    """A parameter or the body is not as documented.

    Args:
        problems: The entries of `HTTPValidationError.detail`, each with `loc`, `msg` and `type`.
    """

    status = 422

    def __init__(self, problems: Sequence[dict[str, Any]]) -> None:
        super().__init__(list(problems))


class RateLimited(ApiError):
    """The caller has sent too many requests.

    Args:
        headers: The headers that say when requests pass again.
    """

    status = 429

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__("Rate limit exceeded")
        self.headers = headers


def problem(loc: Sequence[str | int], msg: str, kind: str) -> dict[str, Any]:
    """Return one entry of `HTTPValidationError.detail`."""
    return {"loc": list(loc), "msg": msg, "type": kind}
