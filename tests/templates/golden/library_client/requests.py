"""Requests as plain data: parameters and bodies as httpx takes them."""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypedDict
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


class Style(NamedTuple):
    """How OpenAPI writes a parameter that has parts."""

    name: str
    explode: bool


FORM, SIMPLE = Style("form", True), Style("simple", False)
_DELIMITERS = {"spaceDelimited": " ", "pipeDelimited": "|"}


def build(
    method: str,
    path: str,
    *,
    query: Mapping[str, Any] | None = None,
    headers: Mapping[str, Any] | None = None,
    cookies: Mapping[str, Any] | None = None,
    styles: Mapping[str, Style] | None = None,
    body: RequestParts | None = None,
) -> Request:
    """Return a request, without the parameters that are unset or null.

    Args:
        method: The HTTP method.
        path: The path, with its parameters.
        query: Parameters of the query.
        headers: Parameters in headers.
        cookies: Parameters in cookies.
        styles: How parameters are written for which the document says so.
        body: What the body adds.
    """
    sent: Request = {"method": method, "url": path, **(body or RequestParts())}
    styles = styles or {}
    if query:
        sent["params"] = _query(query, styles)
    if cookies:
        sent["cookies"] = _texts(cookies, styles)
    if headers:
        sent["headers"] = {**sent.get("headers", {}), **_texts(headers, styles)}
    return sent


def path_value(value: Any, style: Style = SIMPLE, name: str = "") -> str:
    """Return a path parameter, escaped as one segment of the path.

    Raises:
        errors.InvalidRequest: The value is empty, which would make it the path of another operation.
    """
    plain = "" if value is None or value is UNSET else dump(value, to_send=True)
    text = _path_text(plain, style, name) if plain not in ("", [], {}) else ""
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
    """Return the fields of a form as httpx takes them; the fields of an object become fields of the form."""
    sent: dict[str, Any] = {}
    for name, value in parameters.items():
        if isinstance(value, dict):
            sent.update(_values(value))
        elif value is not None:
            sent[name] = value
    return sent


def _query(parameters: Mapping[str, Any], styles: Mapping[str, Style]) -> dict[str, Any]:
    """Return the parameters of a query as httpx takes them: https://spec.openapis.org/oas/v3.1.1#style-values."""
    sent: dict[str, Any] = {}
    for name, value in dump(parameters, to_send=True).items():
        style = styles.get(name, FORM)
        if value is None:
            continue
        if style.name == "json":
            sent[name] = msgspec.json.encode(value).decode()
        elif style.name == "deepObject" and isinstance(value, dict):
            sent.update(_deep(name, value))
        elif isinstance(value, dict) and style.explode:
            sent.update(_values(value))
        elif isinstance(value, dict | list) and not style.explode:
            sent[name] = _DELIMITERS.get(style.name, ",").join(_flat(value))
        else:
            sent[name] = value
    return sent


def _deep(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        return {} if value is None else {name: value}
    return {key: item for part, inner in value.items() for key, item in _deep(f"{name}[{part}]", inner).items()}


def _flat(value: Any) -> list[str]:
    """Return the parts of a list, or the names and values of an object."""
    if isinstance(value, dict):
        return [_text(part) for name, item in value.items() if item is not None for part in (name, item)]
    return [_text(item) for item in value]


def _assigned(value: dict[str, Any]) -> list[str]:
    return [f"{name}={_text(item)}" for name, item in value.items() if item is not None]


def _path_text(value: Any, style: Style, name: str) -> str:
    prefix, separator = {"label": (".", "."), "matrix": (";", ";")}.get(style.name, ("", ","))
    if style.name == "json":
        return quote(msgspec.json.encode(value), safe="")
    if not isinstance(value, dict | list):
        text = quote(_text(value), safe="")
        return f";{name}={text}" if style.name == "matrix" else prefix + text
    if style.explode:
        if isinstance(value, dict):
            parts = [f"{quote(key, safe='')}={quote(_text(item), safe='')}" for key, item in value.items()]
        else:
            parts = [quote(_text(item), safe="") for item in value]
            parts = [f"{name}={part}" for part in parts] if style.name == "matrix" else parts
        return prefix + separator.join(parts)
    joined = ",".join(quote(part, safe="") for part in _flat(value))
    return f";{name}={joined}" if style.name == "matrix" else prefix + joined


def _texts(parameters: Mapping[str, Any], styles: Mapping[str, Style]) -> dict[str, str]:
    """Return parameters as the values of headers or cookies."""
    sent: dict[str, str] = {}
    for name, value in dump(parameters, to_send=True).items():
        if value is None:
            continue
        style = styles.get(name, SIMPLE)
        if style.name == "json":
            sent[name] = msgspec.json.encode(value).decode()
        elif isinstance(value, dict):
            sent[name] = ",".join(_assigned(value) if style.explode else _flat(value))
        else:
            sent[name] = ",".join(_flat(value)) if isinstance(value, list) else _text(value)
    return sent


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
