"""Hides credentials in what the request log shows."""

import re
from typing import Any
from urllib.parse import unquote

import msgspec

HIDDEN = "[hidden]"
# Names that hold credentials. The usage in `tokens` of a task and numbers such as `max_tokens` come in no request.
_CREDENTIAL = re.compile(r"token|secret|passw|api[-_]?key|authori[sz]ation|credential|cookie|session", re.IGNORECASE)
# The same in text that is not JSON: a name, a separator, and the value up to the next separator.
_IN_TEXT = re.compile(
    rf"""([\w-]*(?:{_CREDENTIAL.pattern})[\w-]*["']?\s*[:=]\s*)("(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s,;&}}\]]+)""",
    re.IGNORECASE,
)


def is_credential(name: str) -> bool:
    """Tell whether a header, parameter or field of this name holds a credential."""
    return _CREDENTIAL.search(name) is not None


def redact_headers(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return the headers of a request by name, without those that hold credentials."""
    decoded = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]
    return {name: value for name, value in decoded if not is_credential(name)}


def redact_query(query: str) -> str:
    """Return a query string in which the values of credentials are hidden."""
    return "&".join(_redact_parameter(part) for part in query.split("&"))


def redact_body(body: str) -> str:
    """Return a body in which the values of credentials are hidden: JSON by field, other text by pattern."""
    if _CREDENTIAL.search(body) is None and "\\u" not in body:
        return body
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return _IN_TEXT.sub(lambda match: f"{match[1]}{HIDDEN}", body)
    redacted = redact_json(value)
    return body if redacted == value else msgspec.json.encode(redacted).decode()


def redact_json(value: Any) -> Any:
    """Return a JSON value in which the values of credentials are hidden, at whatever depth."""
    if isinstance(value, dict):
        return {
            name: HIDDEN if is_credential(name) and item is not None else redact_json(item)
            for name, item in value.items()
        }
    return [redact_json(item) for item in value] if isinstance(value, list) else value


def _redact_parameter(part: str) -> str:
    name, equals, _ = part.partition("=")
    return f"{name}={HIDDEN}" if equals and is_credential(unquote(name.replace("+", " "))) else part
