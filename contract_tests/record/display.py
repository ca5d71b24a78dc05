"""Requests and values as people see them: short, as a curl command, and without keys."""

import json
import shlex
from urllib.parse import urlsplit

from ..run.target import Target
from .exchange import Exchange, SentRequest

# Every client sets these by itself; a curl command is easier to read without them.
OMITTED_HEADERS = frozenset(
    {
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "host",
        "transfer-encoding",
        "user-agent",
        "x-schemathesis-testcaseid",
    }
)
SECRET_HEADERS = frozenset({"x-api-key", "authorization", "cookie", "set-cookie"})
LONGEST_BODY = 4_000


def redact(text: str, target: Target) -> str:
    """Replace each key of the run with the name of its environment variable."""
    for key, name in key_names(target):
        text = text.replace(key, name)
    return text


def as_curl(request: SentRequest, target: Target) -> str:
    """Return a request as a curl command in which keys are shell variables."""
    words = ["curl", "-i"]
    if request.method != "GET":
        words += ["-X", request.method]
    words.append(shlex.quote(request.url))
    for name, value in request.headers.items():
        if name.lower() not in OMITTED_HEADERS:
            words += ["-H", _header(f"{name}: {value}", target)]
    if request.body:
        text = request.body.decode(errors="replace")
        words += ["--data-raw", shlex.quote(shorten(text, LONGEST_BODY))]
    return redact(" ".join(words), target)


def as_text(exchange: Exchange, target: Target) -> str:
    """Return an exchange as it went over the wire, without keys and what every client sends, shortened."""
    request = exchange.request
    parts = urlsplit(request.url)
    lines = [f"{request.method} {parts.path}{f'?{parts.query}' if parts.query else ''}"]
    sent = {name: value for name, value in request.headers.items() if name.lower() not in OMITTED_HEADERS}
    lines += [
        f"{name}: {value if name.lower() not in SECRET_HEADERS else _secret(value, target)}"
        for name, value in sent.items()
    ]
    if request.body:
        lines += ["", shorten(request.body.decode(errors="replace"), LONGEST_BODY)]
    lines += ["", f"{exchange.status} after {exchange.ended - exchange.started:.3f} s"]
    lines += [f"{name}: {value}" for name, value in exchange.headers.items() if name not in SECRET_HEADERS]
    lines += ["", shorten(exchange.body.decode(errors="replace"), LONGEST_BODY)]
    return redact("\n".join(lines), target).rstrip()


def _secret(value: str, target: Target) -> str:
    shown = redact(value, target)
    return shown if shown != value else "…"


def shorten(value: object, length: int = 300) -> str:
    """Return a value as text of a limited length; anything but a string becomes JSON.

    Args:
        value: A string or a JSON value.
        length: The most characters to keep.
    """
    text = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= length else f"{text[:length]}… ({len(text)} characters)"


def _header(header: str, target: Target) -> str:
    shown = redact(header, target)
    # A shell expands variables inside double quotes only.
    return f'"{shown}"' if shown != header or "$XPANDER_" in header else shlex.quote(header)


def key_names(target: Target) -> list[tuple[str, str]]:
    """Return each key of the run with the text that replaces it in reports."""
    keys = [(target.api_key, "$XPANDER_API_KEY")] if target.api_key else []
    if target.other_api_key:
        keys.append((target.other_api_key, "$XPANDER_OTHER_API_KEY"))
    if target.bearer_token:
        keys.append((target.bearer_token, "$XPANDER_BEARER_TOKEN"))
    # The longer key comes first, because it may contain the other.
    return sorted(keys, key=lambda pair: -len(pair[0]))
