"""Answers in the form that the contract documents."""

from typing import Any

import msgspec
from starlette.responses import Response

from xpander_mock.rules.errors import ApiError

encode = msgspec.json.Encoder().encode


def json_response(value: Any, status: int = 200) -> Response:
    """Return an answer with a JSON body."""
    return Response(encode(value), status, media_type="application/json")


def error_response(error: ApiError) -> Response:
    """Return the answer to a refused request."""
    return Response(encode({"detail": error.detail}), error.status, error.headers, "application/json")


def event_line(event: dict[str, Any]) -> bytes:
    """Return an event as the lines of a server-sent event stream."""
    return b"data: " + encode(event) + b"\n\n"
