"""Hostile arguments, answers and streams, made by hypothesis."""

from __future__ import annotations

import gzip
import json
import time
import zlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import chain, pairwise, repeat
from typing import Any

import httpx
from hypothesis import strategies as st

from xpander_tasks import AgentExecutionStatus, Task, TaskInput, TasksListItem, User

from .faults import STREAM_END, STREAM_HEAD, Act, Answer, Close, Got, Reset, event, item, page, piece, reply, task

DRAWN_TEXT = st.text(max_size=20)
ODD_TEXT = st.sampled_from(
    ["", " ", "\ud800", "a/b", "..", ".", "?x=1", "#", "%2e", "\0", "\n", "x" * 70_000, "é", "2026-02-01T00:00:00Z"]
)
NUMBERS = st.one_of(
    st.integers(-3, 60), st.sampled_from([10**30, -(10**30)]), st.floats(), st.booleans(), st.floats(0.001, 5)
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), DRAWN_TEXT),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(DRAWN_TEXT, inner, max_size=3),
    max_leaves=8,
)
MODELS = st.sampled_from(
    [
        Task.from_dict(task()),
        TasksListItem.from_dict(item()),
        TaskInput(text="x"),
        User(email="ada@example.com"),
        AgentExecutionStatus.FAILED,
        datetime(2026, 2, 1),
        datetime(1, 1, 1, tzinfo=UTC),
        httpx.Timeout(1),
        object(),
        print,
        int,
        b"bytes",
    ]
)
ANYTHING = st.one_of(st.just("t1"), ODD_TEXT, NUMBERS, JSON, MODELS)


def keyword_arguments(names: Iterable[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Some of a method's arguments, and now and then one that it does not have."""
    return st.dictionaries(st.sampled_from([*names, "colour"]), ANYTHING, max_size=3)


FILTERS = st.one_of(
    ANYTHING,
    st.dictionaries(
        st.sampled_from(["user_id", "status", "internal_status", "agent_id", "from_date", "to_date", "colour"]),
        ANYTHING,
        max_size=3,
    ),
)

HEADER_NAMES = st.sampled_from(
    [
        "content-type", "content-length", "content-encoding", "transfer-encoding", "retry-after", "date", "location",
        "x-ratelimit-remaining", "x-ratelimit-reset", "x-request-id", "set-cookie", "connection", "upgrade",
    ]
)  # fmt: skip
HEADER_VALUES = st.one_of(
    st.sampled_from(
        ["", "0", "1", "-1", "9" * 400, "chunked", "gzip", "deflate", "br", "zstd", "identity", "close", "keep-alive",
         "text/event-stream", "application/json; charset=utf-7", "/", "//", "http://[", "http://127.0.0.1:1/", "ftp://x",
         "Mon, 01 Jan 99999 00:00:00 GMT", "Wed, 21 Oct 2026 07:28:00 GMT", "a=b; Max-Age=x"]
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=12),
)  # fmt: skip
STATUSES = st.one_of(
    st.just(200),
    st.just(200),
    st.sampled_from([200, 204, 301, 307, 401, 404, 408, 422, 429, 500, 503, 100, 101, 103, 304, 600, 999]),
    st.integers(0, 999),
)


def bodies(value: Any) -> st.SearchStrategy[bytes]:
    """The JSON of a value with any of its parts replaced, or something else altogether."""
    replaced = st.just(value) if not isinstance(value, dict) else partly(value)
    return st.one_of(
        replaced.map(encoded), replaced.map(encoded), JSON.map(encoded), st.binary(max_size=30), st.just(b"[" * 100_000)
    )


def partly(value: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A dictionary with one entry replaced or left out."""
    names = st.sampled_from(sorted(value))
    return st.one_of(
        st.just(value),
        st.tuples(names, JSON).map(lambda change: {**value, change[0]: change[1]}),
        names.map(lambda name: {key: part for key, part in value.items() if key != name}),
    )


def encoded(value: Any) -> bytes:
    return json.dumps(value).encode()


def compressed(body: bytes, how: str) -> bytes:
    return gzip.compress(body) if how == "gzip" else zlib.compress(body)


@st.composite
def contents(draw: st.DrawFn, value: Any) -> bytes:
    """Everything that a server sends for one answer."""
    body = draw(bodies(value))
    headers: dict[str, str] = {"content-type": "application/json"}
    headers.update(draw(st.one_of(st.just({}), st.dictionaries(HEADER_NAMES, HEADER_VALUES, max_size=3))))
    if draw(st.integers(0, 3)) == 0:
        how = draw(st.sampled_from(["gzip", "deflate"]))
        headers["content-encoding"], body = how, compressed(body, how)
    if draw(st.booleans()):
        headers["content-length"] = str(len(body))
    lines = [f"HTTP/1.1 {draw(STATUSES)} Told", *(f"{name}: {value}" for name, value in headers.items())]
    return draw(damaged("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body))


@st.composite
def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """Bytes that are cut, changed, repeated or inserted anywhere, mostly not."""
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        place = draw(st.integers(0, len(content)))
        kind = draw(st.sampled_from(["cut", "insert", "repeat", "drop"]))
        if kind == "cut":
            content = content[:place]
        elif kind == "insert":
            content = content[:place] + draw(st.binary(min_size=1, max_size=8)) + content[place:]
        elif kind == "repeat":
            content = content[:place] + content[max(0, place - 40) :]
        else:
            content = content[:place] + content[place + 1 :]
    return content


@st.composite
def events(draw: st.DrawFn) -> bytes:
    """The events of a stream, some of them odd."""
    shown = task(status=draw(st.sampled_from(["pending", "executing", "completed", "queued", None])))
    kinds = st.sampled_from(["task_created", "task_updated", "chunk", "task_finished", "connection_lost", "new"])
    parts = []
    for _ in range(draw(st.integers(0, 4))):
        data = draw(st.one_of(partly(shown), JSON))
        parts.append(event(draw(kinds), data, draw(st.sampled_from(["t1", "other"]))))
    parts.append(
        draw(st.sampled_from([event("task_finished", task()), b": keep-alive\n\n", b"data: " + b"[" * 100_000]))
    )
    return draw(damaged(b"".join(parts)))


@st.composite
def stream_contents(draw: st.DrawFn) -> bytes:
    """Everything that a server sends for a stream."""
    content = draw(events())
    size = draw(st.integers(1, max(1, len(content))))
    pieces = [piece(content[start : start + size]) for start in range(0, len(content), size)]
    return draw(damaged(STREAM_HEAD + b"".join(pieces) + draw(st.sampled_from([STREAM_END, b""]))))


class Script:
    """Answers requests with drawn bytes, in drawn pieces, with drawn delays and ends."""

    def __init__(self, contents: list[bytes], cuts: list[int], delays: list[float], end: Act | None) -> None:
        self.contents = contents
        self.cuts = cuts
        self.delays = delays
        self.end = end
        self.posts = 0

    def __call__(self, got: Got) -> Iterable[Act]:
        self.posts += got.method == "POST"
        content = self.contents.pop(0) if len(self.contents) > 1 else self.contents[0]
        places = sorted({min(cut, len(content)) for cut in self.cuts} | {0, len(content)})
        for (start, stop), delay in zip(pairwise(places), chain(self.delays, repeat(0.0)), strict=False):
            time.sleep(delay)
            yield content[start:stop]
        if self.end is not None:
            yield self.end

    def __repr__(self) -> str:
        return f"Script({self.contents!r:.2000}, {self.cuts}, {self.delays}, {type(self.end).__name__})"


def scripts(content: st.SearchStrategy[bytes]) -> st.SearchStrategy[Script]:
    """A script whose last content repeats for ever."""
    return st.builds(
        Script,
        st.lists(content, min_size=1, max_size=3),
        st.lists(st.integers(0, 600), max_size=3),
        st.lists(st.sampled_from([0.0, 0.0, 0.001, 0.01]), max_size=3),
        st.sampled_from([Close(), Close(), Reset()]),
    )


ITEMS = [item(number) for number in range(3)]
LIST_SCRIPTS = scripts(st.one_of(contents(page(1, 3, *ITEMS, per_page=50)), contents(page(1, 120, *ITEMS, per_page=3))))
TASK_SCRIPTS = scripts(st.one_of(contents(task()), contents(task(status="executing")), contents(task(status=None))))
STREAM_SCRIPTS = scripts(st.one_of(stream_contents(), stream_contents(), contents(task())))

GOOD: dict[str, Callable[[httpx.Request], Any]] = {
    "/invoke/stream": lambda request: event("task_finished", task(id=json.loads(request.content)["id"])),
    "/invoke": lambda request: task(id=json.loads(request.content)["id"]),
    "/invoke/async": lambda request: task(id=json.loads(request.content)["id"]),
    "/thread": lambda request: [],
    "/thread/full": lambda request: {"root": []},
    "/v1/tasks": lambda request: page(int(request.url.params["page"]), 1, per_page=50),
    "/tasks": lambda request: page(int(request.url.params["page"]), 1, per_page=50),
}


def good_answer(request: httpx.Request) -> httpx.Response:
    """Answer as the contract says, whatever the arguments were."""
    if request.method == "DELETE":
        return httpx.Response(204)
    made = next((GOOD[end] for end in GOOD if request.url.path.endswith(end)), lambda request: task())(request)
    if isinstance(made, bytes):
        return httpx.Response(200, content=made, headers={"content-type": "text/event-stream"})
    return httpx.Response(200, json=made)


__all__ = [
    "ANYTHING", "FILTERS", "LIST_SCRIPTS", "STREAM_SCRIPTS", "TASK_SCRIPTS", "Answer", "Script", "good_answer",
    "keyword_arguments", "reply",
]  # fmt: skip
