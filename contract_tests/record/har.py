"""Recordings of traffic as HAR 1.2, without credentials."""

import heapq
import itertools
import json
import threading
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import harfile

from .exchange import Exchange
from .recorder import Pending
from .redaction import redact_body, redact_headers, redact_url

CREATOR = harfile.Creator(name="contract run", version="1")
MOST_BYTES = 64_000_000
CALLER = "caller: "


class HarRecorder:
    """Writes every exchange of a process into a file, one JSON entry a line, and keeps the newest ones.

    Args:
        path: The file; a second one beside it holds the older half.
        names: Known keys, and the text that replaces each.
        most_bytes: Size limit of both files together.
    """

    def __init__(self, path: Path, names: dict[str, str], most_bytes: int = MOST_BYTES) -> None:
        self._path = path
        self._names = names
        self._half = most_bytes // 2
        self._size = 0
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("w", encoding="utf-8")

    def begin(self, pending: Pending) -> None:
        """Do nothing: a request is recorded with its answer."""

    def abandon(self, pending: Pending) -> None:
        """Do nothing: a request without an answer is not recorded."""

    def complete(self, pending: Pending, exchange: Exchange) -> None:
        """Write an exchange."""
        self.write(exchange)

    def write(self, exchange: Exchange) -> None:
        """Write an exchange."""
        line = json.dumps(har_entry(exchange, self._names)) + "\n"
        with self._lock:
            if self._size and self._size + len(line) > self._half:
                self._file.close()
                self._path.replace(older(self._path))
                self._file, self._size = self._path.open("w", encoding="utf-8"), 0
            self._file.write(line)
            self._size += len(line)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._file.close()


def older(path: Path) -> Path:
    """Return the file that holds the older entries of a recording."""
    return path.with_name(f"{path.name}.older")


def har_entry(exchange: Exchange, names: dict[str, str]) -> dict[str, Any]:
    """Return an exchange as an entry of a HAR, without credentials."""
    request = exchange.request
    url = redact_url(request.url, names)
    sent = redact_body(request.body, names)
    received = redact_body(exchange.body, names)
    content = harfile.Content(size=len(exchange.body), mimeType=exchange.headers.get("content-type", ""))
    try:
        content.text = received.decode()
    except UnicodeDecodeError:
        content.text, content.encoding = b64encode(received).decode(), "base64"
    posted = (
        harfile.PostData(_value(request.headers, "content-type"), text=sent.decode(errors="replace")) if sent else None
    )
    entry = {
        "startedDateTime": datetime.fromtimestamp(exchange.started, UTC).isoformat(),
        "time": round((exchange.ended - exchange.started) * 1000, 3),
        "request": asdict(
            harfile.Request(
                method=request.method,
                url=url,
                httpVersion="HTTP/1.1",
                headers=_records(redact_headers(request.headers, names)),
                queryString=[harfile.Record(*pair) for pair in parse_qsl(urlsplit(url).query, keep_blank_values=True)],
                postData=posted,
                bodySize=len(request.body),
            )
        ),
        "response": asdict(
            harfile.Response(
                status=exchange.status,
                statusText="",
                httpVersion="HTTP/1.1",
                headers=_records(redact_headers(exchange.headers, names)),
                content=content,
                bodySize=len(exchange.body),
            )
        ),
        "cache": {},
        "timings": {"send": 0, "wait": round((exchange.ended - exchange.started) * 1000, 3), "receive": 0},
        "comment": f"{CALLER}{exchange.caller}",
    }
    whole: dict[str, Any] = _without_null(entry)
    return whole


def write_har(path: Path, parts: list[Path]) -> int:
    """Join the files of several recorders into one HAR, and delete them.

    Args:
        path: The HAR to write.
        parts: Files of `HarRecorder`.

    Returns:
        Number of entries.
    """
    number = 0
    recordings = [[each for each in (older(part), part) if each.exists()] for part in parts]
    with path.open("w", encoding="utf-8") as file:
        creator = json.dumps(_without_null(asdict(CREATOR)))
        file.write(f'{{"log": {{"version": "{harfile.HAR_VERSION}", "creator": {creator}, "entries": [')
        for line in heapq.merge(*map(_lines, recordings), key=_started):
            file.write(",\n" if number else "\n")
            file.write(line)
            number += 1
        file.write("\n]}}\n")
    for each in itertools.chain.from_iterable(recordings):
        each.unlink()
    return number


def _started(line: str) -> str:
    """Return the start of an entry, which is its first field; texts in UTC sort like the times."""
    return line[:60].partition('": "')[2].partition('"')[0]


def _lines(files: list[Path]) -> Iterator[str]:
    for each in files:
        with each.open(encoding="utf-8") as file:
            for line in file:
                if line.endswith("\n"):  # the last line of a worker that was killed may be cut
                    yield line.rstrip("\n")


def _records(headers: dict[str, str]) -> list[harfile.Record]:
    return [harfile.Record(name, value) for name, value in headers.items()]


def _value(headers: dict[str, str], name: str) -> str:
    return next((value for key, value in headers.items() if key.lower() == name), "")


def _without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_null(part) for name, part in value.items() if part is not None}
    return [_without_null(part) for part in value] if isinstance(value, list) else value
