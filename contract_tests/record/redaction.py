"""Exchanges without credentials, as they may be stored."""

import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from ..contract.json_body import parse_json

HIDDEN = "(redacted)"
SECRET_HEADERS = frozenset(
    {"authorization", "cookie", "set-cookie", "proxy-authorization", "x-api-key", "x-auth-token", "x-csrf-token"}
)
SECRET_FIELDS = frozenset(
    {
        "access_token",
        "api_key",
        "apikey",
        "authorization",
        "client_secret",
        "id_token",
        "key",
        "password",
        "refresh_token",
        "secret",
        "token",
        "user_oidc_token",
        "user_tokens",
        "x-api-key",
    }
)


def redact_headers(headers: dict[str, str], names: dict[str, str]) -> dict[str, str]:
    """Return headers without the values of credentials.

    Args:
        headers: The headers.
        names: Known keys, and the text that replaces each.
    """
    return {
        name: names.get(value, HIDDEN) if name.lower() in SECRET_HEADERS and value else redact_text(value, names)
        for name, value in headers.items()
    }


def redact_url(url: str, names: dict[str, str]) -> str:
    """Return a URL without credentials: neither before the host nor in the query."""
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    hidden = [(name, HIDDEN if name.lower() in SECRET_FIELDS and value else value) for name, value in query]
    text = urlencode(hidden) if hidden != query else parts.query
    host = parts.netloc.rpartition("@")[2]
    return redact_text(parts._replace(netloc=host, query=text).geturl(), names)


def redact_body(body: bytes, names: dict[str, str]) -> bytes:
    """Return a body of JSON or of events without the values of secret fields; any other body keeps its bytes.

    Args:
        body: The body.
        names: Known keys, and the text that replaces each.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError:
        for key, name in names.items():
            body = body.replace(key.encode(), name.encode())
        return body
    if text.lstrip()[:1] in ("{", "["):
        text = _redact_json(text)
    elif "data:" in text:
        text = "".join(_redact_event_line(line) for line in re.split(r"(\r\n|\r|\n)", text))
    return redact_text(text, names).encode()


def _redact_event_line(line: str) -> str:
    if not line.startswith("data:"):
        return line
    data = line.removeprefix("data:").strip()
    hidden = _redact_json(data)
    return line if hidden == data else f"data: {hidden}"


def redact_text(text: str, names: dict[str, str]) -> str:
    """Replace known keys, the longest first because it may contain another."""
    for key in sorted(names, key=len, reverse=True):
        text = text.replace(key, names[key])
    return text


def _redact_json(text: str) -> str:
    value = parse_json(text)
    hidden = _hide(value)
    return json.dumps(hidden, ensure_ascii=False) if hidden != value else text


def _hide(value: Any) -> Any:
    if isinstance(value, list):
        return [_hide(part) for part in value]
    if not isinstance(value, dict):
        return value
    return {name: _hidden(part) if name.lower() in SECRET_FIELDS else _hide(part) for name, part in value.items()}


def _hidden(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _hidden(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_hidden(part) for part in value]
    return HIDDEN if isinstance(value, str) and value else value
