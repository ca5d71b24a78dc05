"""Exchanges read from a HAR of any size, in constant memory."""

import json
import re
from base64 import b64decode
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any, cast, get_args

from .exchange import Caller, Exchange, SentRequest
from .har import CALLER

CHUNK = 1 << 16
MOST_ENTRY_CHARACTERS = 100_000_000
TOKEN = re.compile(r'["{}\[\]]')
STRING_END = re.compile(r'[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
KEYS: dict[str, Caller] = {"$XPANDER_API_KEY": "own", "$XPANDER_OTHER_API_KEY": "other"}


class HarError(Exception):
    """A file that is not a HAR; the message is one line for the user."""


def read_har(path: Path) -> Iterator[Exchange]:
    """Yield the exchanges of a HAR, in the order of the file.

    Args:
        path: A HAR of a contract run, a browser or a proxy.

    Raises:
        HarError: The file cannot be read or is not a HAR.
    """
    number = 0
    try:
        with path.open(encoding="utf-8-sig") as file:
            for text in _entries(_Text(file)):
                number += 1
                exchange = _exchange(json.loads(text))
                if exchange:
                    yield exchange
    except OSError as error:
        raise HarError(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise HarError(f"{path} is not a HAR: it is not UTF-8 text") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise HarError(f"{path} is not a HAR: entry {number} is malformed ({error})") from None


class _Text:
    """The text of a file, as far as it was read and is still needed."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self.buffer = ""
        self.position = 0

    def more(self) -> bool:
        """Read on; return whether there was anything left."""
        if len(self.buffer) > MOST_ENTRY_CHARACTERS:
            raise ValueError(f"it has more than {MOST_ENTRY_CHARACTERS:,} characters")
        part = self._file.read(max(CHUNK, len(self.buffer)))
        self.buffer += part
        return bool(part)

    def forget(self) -> None:
        """Drop what lies before the position."""
        self.buffer, self.position = self.buffer[self.position :], 0

    def token(self) -> str:
        """Move behind the next bracket, brace or string, and return it; an empty string at the end of the file."""
        while True:
            found = TOKEN.search(self.buffer, self.position)
            if found is None:
                self.position = len(self.buffer)
                if not self.more():
                    return ""
                continue
            if found[0] != '"':
                self.position = found.end()
                return found[0]
            end = STRING_END.match(self.buffer, found.end())
            if end:
                self.position = end.end()
                return self.buffer[found.start() : end.end()]
            if not self.more():
                return ""


def _entries(text: _Text) -> Iterator[str]:
    """Yield the text of each entry."""
    if not _find_entries(text):
        raise ValueError("it has no log.entries")
    while True:
        text.forget()
        token = text.token()
        if token == "]":
            return
        if token != "{":
            raise ValueError("the file ends early" if not token else f"{token[:20]} where an entry should begin")
        start, depth = text.position - 1, 1
        while depth:
            token = text.token()
            if not token:
                raise ValueError("the file ends early")
            depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(token, 0)
        yield text.buffer[start : text.position]


def _find_entries(text: _Text) -> bool:
    depth, last = 0, ""
    while token := text.token():
        if token == "[" and depth == 2 and last == '"entries"':
            return True
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(token, 0)
        last = token
        if depth <= 2:
            text.forget()
    return False


def _exchange(entry: dict[str, Any]) -> Exchange | None:
    """Return the exchange of an entry, or None if the request got no answer."""
    request, response = entry["request"], entry["response"]
    if not response.get("status"):
        return None
    headers = {record["name"]: record["value"] for record in request.get("headers", ())}
    content = response.get("content") or {}
    text = content.get("text") or ""
    body = b64decode(text) if content.get("encoding") == "base64" else text.encode()
    posted = (request.get("postData") or {}).get("text") or ""
    started = datetime.fromisoformat(entry["startedDateTime"]).timestamp()
    answered = {record["name"].lower(): record["value"] for record in response.get("headers", ())}
    answered.setdefault("content-type", content.get("mimeType") or "")
    sent = SentRequest(str(request["method"]).upper(), str(request["url"]), headers, posted.encode())
    ended = started + max(0.0, float(entry.get("time") or 0)) / 1000
    return Exchange(sent, _caller(entry, headers), int(response["status"]), answered, body, started, ended)


def _caller(entry: dict[str, Any], headers: dict[str, str]) -> Caller:
    named = str(entry.get("comment") or "").removeprefix(CALLER)
    if named in get_args(Caller):
        return cast(Caller, named)
    # Browsers and proxies often leave credentials out, so that their absence means nothing.
    key = next((value for name, value in headers.items() if name.lower() == "x-api-key"), "")
    return KEYS.get(key, "unknown")
