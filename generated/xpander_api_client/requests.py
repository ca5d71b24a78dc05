"""Requests as plain data: parameters and bodies as httpx takes them."""

from collections.abc import Mapping
from typing import Any, TypedDict
from urllib.parse import quote

import msgspec

from . import errors
from .conversion import dump, named_values
from .types import UNSET, File, FileTypes, RequestFiles


class RequestParts(TypedDict, total=False):
    """The optional parts of a request."""

    params: dict[str, Any]
    headers: dict[str, str]
    cookies: dict[str, str]
    json: Any
    data: dict[str, Any]
    files: RequestFiles
    content: bytes


class Request(RequestParts):
    """An operation's request as plain data; `Client.prepare` makes arguments for httpx of it."""

    method: str
    url: str


def build(
    method: str,
    path: str,
    *,
    query: Mapping[str, Any] | None = None,
    headers: Mapping[str, Any] | None = None,
    cookies: Mapping[str, Any] | None = None,
    body: RequestParts | None = None,
) -> Request:
    """Return a request, without the parameters that are unset or null."""
    sent: Request = {"method": method, "url": path, **(body or RequestParts())}
    if query:
        sent["params"] = _values(query)
    if cookies:
        sent["cookies"] = _texts(cookies)
    if headers:
        sent["headers"] = {**sent.get("headers", {}), **_texts(headers)}
    return sent


def path_value(value: Any) -> str:
    """Return a path parameter, escaped as one segment of the path.

    Raises:
        errors.InvalidRequest: The value is empty, which would make it the path of another operation.
    """
    text = "" if value is None or value is UNSET else quote(_text(dump(value, to_send=True)), safe="")
    if not text:
        raise errors.InvalidRequest("a path parameter must not be empty")
    # A segment of dots would be resolved away before it is sent.
    return text.replace(".", "%2E") if text in (".", "..") else text


def json_body(body: Any, content_type: str = "application/json") -> RequestParts:
    """Return the part of a request that sends JSON."""
    return {} if body is UNSET else {"json": dump(body, to_send=True), "headers": {"content-type": content_type}}


def form_body(body: Any) -> RequestParts:
    """Return the part of a request that sends a form."""
    return {} if body is UNSET else {"data": _values(dump(body, to_send=True))}


def file_body(body: Any, content_type: str = "application/octet-stream") -> RequestParts:
    """Return the part of a request that sends the bytes of a file."""
    return {} if body is UNSET else {"content": body.payload.read(), "headers": {"content-type": content_type}}


def multipart_body(body: Any) -> RequestParts:
    """Return the part of a request that sends files and fields: lists as repeated parts, objects as JSON."""
    if body is UNSET:
        return {}
    return {
        "files": [
            (name, _part(value))
            for name, values in named_values(body).items()
            for value in (values if isinstance(values, list) else [values])
        ]
    }


def _part(value: Any) -> FileTypes:
    if isinstance(value, File):
        return value.to_tuple()
    content = dump(value, to_send=True)
    if isinstance(content, dict | list) or content is None:
        return None, msgspec.json.encode(content), "application/json"
    return None, _text(content).encode(), "text/plain"


def _values(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters as httpx takes them; the fields of an object become parameters."""
    sent: dict[str, Any] = {}
    for name, value in dump(parameters, to_send=True).items():
        if isinstance(value, dict):
            sent.update(_values(value))
        elif value is not None:
            sent[name] = value
    return sent


def _texts(parameters: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: ",".join(map(_text, value)) if isinstance(value, list) else _text(value)
        for name, value in _values(parameters).items()
    }


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
