"""Requests and values as people see them: short, as a curl command, and without keys."""

import json
import shlex

from ..run.target import Target
from .exchange import SentRequest

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
LONGEST_BODY = 4_000


def redact(text: str, target: Target) -> str:
    """Replace each key of the run with the name of its environment variable."""
    for key, name in _keys(target):
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
    return f'"{shown}"' if shown != header else shlex.quote(header)


def _keys(target: Target) -> list[tuple[str, str]]:
    keys = [(target.api_key, "$XPANDER_API_KEY")]
    if target.other_api_key:
        keys.append((target.other_api_key, "$XPANDER_OTHER_API_KEY"))
    # The longer key comes first, because it may contain the other.
    return sorted(keys, key=lambda pair: -len(pair[0]))
