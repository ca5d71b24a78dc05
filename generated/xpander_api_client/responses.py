"""Responses: parse a body by what the API documents for the status."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple, TypeVar

import httpx
import msgspec

from . import errors
from .building import split_message, type_name
from .conversion import decode
from .events import EventDecoder, has_events, media_type
from .types import Response

T = TypeVar("T")

Reader = Callable[[httpx.Response, Any], Any]
Reading = tuple[Reader, Any]
"""A function that reads a body, and the type of the body, or of one event or line of it."""


class ByMediaType(NamedTuple):
    """The readings of a status whose body has several media types."""

    readings: Mapping[str, Reading]

    def choose(self, response: httpx.Response) -> Reading:
        """Return the reading for the media type of a response, or the first one."""
        return self.readings.get(media_type(response)) or next(iter(self.readings.values()))


Readers = Mapping[str, Reading | ByMediaType]
"""How to read a body, by documented status: "200", "4XX" or "default"."""


def by_media_type(readings: Mapping[str, Reading]) -> ByMediaType:
    """Choose how to read a body by its media type."""
    return ByMediaType(readings)


def json(response: httpx.Response, as_type: Any) -> Any:
    """Read JSON."""
    return decode(response.content, as_type)


def text(response: httpx.Response, as_type: Any) -> Any:
    """Read text, or a number or the like that is sent as text."""
    return msgspec.convert(response.text, as_type, strict=False)


def binary(response: httpx.Response, as_type: Any) -> bytes:
    """Read the bytes unchanged."""
    return response.content


def no_body(response: httpx.Response, as_type: Any) -> None:
    """Ignore the body."""


def lines(response: httpx.Response, as_type: Any) -> list[Any]:
    """Read JSON that stands in lines."""
    return [decode(line, as_type) for line in response.content.splitlines() if line.strip()]


def events(response: httpx.Response, as_type: Any) -> list[Any]:
    """Read all server-sent events."""
    if not has_events(response):
        raise msgspec.DecodeError(f"expected text/event-stream, got {response.headers.get('content-type')!r}")
    return [decode(data, as_type) for data in EventDecoder().feed(response.content)]


def documented(readers: Readers, status: int) -> str | None:
    """Return the documented status that covers this one."""
    patterns = (f"{status}", f"{status // 100}XX", "default")
    return next((pattern for pattern in patterns if pattern in readers), None)


def reading(readers: Readers, response: httpx.Response) -> Reading | None:
    """Return how to read a response, or None if its status is not documented."""
    found = readers.get(str(response.status_code))
    if found is None:
        pattern = documented(readers, response.status_code)
        if pattern is None:
            return None
        found = readers[pattern]
    return found.choose(response) if isinstance(found, ByMediaType) else found


def parse(operation: str, readers: Readers, response: httpx.Response) -> Any:
    """Parse a response by what is documented for its status.

    Raises:
        errors.UnexpectedStatus: The status is not documented.
        errors.UndecodableBody: The body is not in the documented format.
        errors.InvalidBody: The body does not fit its type.
    """
    status = response.status_code
    found = reading(readers, response)
    if found is None:
        location = response.headers.get("location") if response.is_redirect else None
        raise errors.UnexpectedStatus(operation, status, response.content, location)
    reader, as_type = found
    try:
        return reader(response, as_type)
    except _DECODING as error:
        raise _unfit(operation, status, as_type, response.content, error) from None


def parse_event(operation: str, status: int, data: bytes, as_type: Any) -> Any:
    """Parse the data of one event.

    Raises:
        errors.UndecodableBody: The data is not JSON.
        errors.InvalidBody: The data does not fit its type.
    """
    try:
        return decode(data, as_type)
    except _DECODING as error:
        raise _unfit(operation, status, as_type, data, error) from None


_DECODING = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""The errors of decoders."""


def _unfit(operation: str, status: int, as_type: Any, content: bytes, error: Exception) -> errors.ResponseError:
    """Return this client's error for an error of a decoder."""
    if isinstance(error, msgspec.ValidationError):
        return errors.InvalidBody(operation, status, content, type_name(as_type), *split_message(str(error)))
    return errors.UndecodableBody(operation, status, content, str(error))


def detailed(
    parse_response: Callable[[httpx.Response], T], response: httpx.Response, raise_on_unexpected_status: bool
) -> Response[T]:
    """Return the response with its parsed body.

    Raises:
        errors.UnexpectedStatus: The status is not documented, and `raise_on_unexpected_status` is set.
    """
    parsed, is_documented = None, True
    try:
        parsed = parse_response(response)
    except errors.UnexpectedStatus:
        if raise_on_unexpected_status:
            raise
        is_documented = False
    return Response(
        status_code=response.status_code,
        content=response.content,
        headers=response.headers,
        parsed=parsed,
        documented=is_documented,
    )


def success(operation: str, readers: Readers, successes: Collection[str], response: Response[Any]) -> Any:
    """Return the parsed body of a success.

    Args:
        operation: Name of the operation, for messages.
        readers: What the operation documents.
        successes: The documented statuses that mean success.
        response: The response with its parsed body.

    Raises:
        errors.ErrorResponse: The response is a documented error.
        errors.UnexpectedStatus: The status is not documented.
    """
    found = documented(readers, response.status_code)
    if found is None:
        raise errors.UnexpectedStatus(operation, response.status_code, response.content)
    if found not in successes:
        raise errors.ErrorResponse(operation, response.status_code, response.content, response.parsed)
    return response.parsed
