"""The fields of a form that a browser has sent."""

from urllib.parse import parse_qsl

from starlette.requests import Request

from xpander_mock.http.body import read_body

_SMALL = 10_000  # bytes


async def form_fields(request: Request, limit: int = _SMALL) -> dict[str, str]:
    """Return the fields of a URL-encoded form that are not empty, by name.

    Args:
        request: The request.
        limit: The largest body, in bytes.

    Raises:
        HTTPException: The body is larger: 413.
    """
    body = await read_body(request, limit)
    return {name: value for name, value in parse_qsl(body.decode("utf-8", "replace")) if value}
