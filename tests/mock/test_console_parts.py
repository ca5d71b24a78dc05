"""What the console computes and how it calls the mock, without a browser."""

import asyncio
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send

from xpander_mock import DEMO_API_KEY, Mock, Settings
from xpander_mock.console.charts import AffordableCounts, Counts, heights, segments
from xpander_mock.console.console import problems, reason
from xpander_mock.console.curl import curl, task_path
from xpander_mock.console.in_process import ConnectionBroken, InProcessClient
from xpander_mock.console.rendering import page, pretty
from xpander_mock.console.time_line import duration, time_lines
from xpander_mock.console.tree import family

from .caller import Caller

ROOT = Path(__file__).parents[2]
KEY = {"x-api-key": DEMO_API_KEY}


@settings(deadline=None, derandomize=True)
@given(st.integers(0, 10**15))
@example(999_499)
@example(59_949_999)
@example(59_950_000)
@example(86_399_999_999)
def test_a_duration_is_right_to_a_twentieth(micros: int) -> None:
    """A duration in words is that duration, rounded by at most a twentieth."""
    units = {"ms": 1_000, "s": 10**6, "min": 6 * 10**7, "h": 36 * 10**8, "d": 864 * 10**8}
    text = duration(micros)
    parts = re.findall(r"(\d+(?:\.\d+)?(?:e-\d+)?) (\w+)", text)
    told = sum(float(number) * units[unit] for number, unit in parts)
    assert 1 <= len(parts) <= 2
    assert abs(told - micros) <= micros / 20, text


@settings(deadline=None, derandomize=True)
@given(st.dictionaries(st.text(max_size=5), st.integers(0, 10**9), max_size=8))
def test_segments_fill_the_bar(counts: dict[str, int]) -> None:
    """The parts of a bar follow one another, in proportion, and end where it ends."""
    found = segments(counts)
    assert {part.label: part.count for part in found} == counts
    end = sum(part.length for part in found)
    assert end == pytest.approx(100 if sum(counts.values()) else 0, abs=0.05)
    assert all(0 <= part.start <= 100 for part in found)
    assert heights([]) == []
    assert heights(list(counts.values())) == [
        pytest.approx(100 * count / (max(counts.values()) or 1), abs=0.05) for count in counts.values()
    ]


def test_expensive_counts_are_taken_seldom() -> None:
    """A count that took a second is taken again after 50 seconds, a cheap one each time."""
    now = 0.0
    taken = 0

    def count() -> Counts:
        nonlocal now, taken
        now += cost
        taken += 1
        return {"organization": {"completed": taken}}

    cost = 1.0
    counts = AffordableCounts(count, lambda: now)
    for _ in range(200):
        counts.get()
        now += 1
    assert taken == 4
    cost = 0.0
    now += 100
    assert [counts.get()["organization"]["completed"] for _ in range(3)] == [5, 6, 7]


def test_the_line_of_a_running_turn_ends_now(caller: Caller) -> None:
    """A line grows while its turn runs, and has a stretch for each status that it was in."""
    task_id = caller.invoke()["id"]
    repository = caller.rules.repository

    def line() -> list[tuple[str, float, str]]:
        task = repository.find(task_id)
        assert task
        (only,) = time_lines(task, repository.clock.now())
        assert sum(stretch.length for stretch in only.stretches) == pytest.approx(100, abs=0.02)
        return [(stretch.status, stretch.start, stretch.duration) for stretch in only.stretches]

    caller.advance(0.5)
    assert line() == [("pending", 0, "500 ms")]
    caller.advance(1.5)
    assert line() == [("pending", 0, "1 s"), ("executing", 50, "1 s")]
    caller.advance(100)
    assert line() == [("pending", 0, "1 s"), ("completed", 33.33, "2 s")]


def test_a_family_is_shown_from_its_root(caller: Caller) -> None:
    """From any task of a tree the whole tree is shown, parents first; a large one is cut, and says by how much."""
    root = caller.invoke("root")["id"]
    first = caller.invoke("first", parent_execution_id=root)["id"]
    caller.invoke("second", parent_execution_id=root)
    deepest = caller.invoke("below the first", parent_execution_id=first)["id"]
    table = caller.rules.repository.table
    expected = [("root", 0), ("first", 1), ("below the first", 2), ("second", 1)]
    for task_id in (root, first, deepest):
        task = table.find(task_id)
        assert task
        nodes, left_out = family(table, task)
        assert [(node.task.current.title, node.depth) for node in nodes] == expected
        assert left_out == 0
    parent = deepest
    for _ in range(300):  # one below the other
        parent = caller.invoke("deep", parent_execution_id=parent)["id"]
    task = table.find(parent)
    assert task
    nodes, left_out = family(table, task)
    assert (len(nodes), left_out) == (200, 104)


@settings(deadline=None, derandomize=True)
@given(st.text(), st.none() | st.dictionaries(st.text(), st.text()))
def test_a_command_is_one_request_whatever_it_holds(task_id: str, body: dict[str, str] | None) -> None:
    """A shell splits a command into the same words that were meant, whatever characters id and body have."""
    task_id = task_id.replace("\0", "").encode("utf-8", "replace").decode()
    words = shlex.split(curl("POST", "http://127.0.0.1:1" + task_path(task_id, "/stop"), body))
    assert words[:6] == ["curl", "-s", "-H", "x-api-key: $XPANDER_API_KEY", "-X", "POST"]
    assert re.fullmatch(r"http://127\.0\.0\.1:1/v1/tasks/[^/?#]*/stop", words[-1])
    assert len(words) == (7 if body is None else 11)


@settings(deadline=None, derandomize=True)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner), max_leaves=9))
def test_pretty_shows_any_value(value: Any) -> None:
    """Any JSON is shown as indented JSON, and any text that is none as it is, a lone surrogate or a deep nest too."""
    assert json.loads(pretty([value])) == [value]
    for text in ("no JSON", "[" * 3_000, "\ud800", "[" * 500 + "]" * 500):
        assert text.partition("[")[0] in pretty(text)
        page("_request.html", request={"method": "GET", "path": "/", "query": "", "headers": {}, "body": text})


def test_reasons_are_told_in_words() -> None:
    """The body of a refusal becomes a sentence, whatever form it has."""
    assert reason(b'{"detail": "Task not found"}') == "Task not found"
    assert reason(b'{"detail": [{"loc": ["body", 1], "msg": "wrong", "type": "x"}]}') == "body.1: wrong"
    assert reason(b'{"detail": [{"loc": ["body"], "msg": "wrong", "type": "x"}]}') == "wrong"
    assert reason(b"<html>\xff") == "<html>\ufffd"
    assert (reason(b""), reason(b"[]"), problems({"odd": 1})) == ("no body", "[]", "{'odd': 1}")


@pytest.fixture
def mock() -> Iterator[Mock]:
    mock = Mock(Settings(tasks=3, pending=0, executing=0.01))
    yield mock
    mock.close()


def test_calls_in_process_are_calls(mock: Mock) -> None:
    """A call in the same process is answered as over a socket, streams piece by piece, and may be left early."""

    async def run() -> None:
        client = InProcessClient(mock.app)
        status, body = await client.request("GET", "/v1/tasks?per_page=1", KEY)
        assert (status, b'"per_page":1' in body) == (200, True)
        path = "/v1/agents/a1b2c3d4-e5f6-4890-abcd-ef1234567890/invoke/stream"
        headers = KEY | {"content-type": "application/json"}
        async with client.stream("POST", path, headers, b'{"input": {"text": "one two"}}') as answer:
            assert answer.content_type.startswith("text/event-stream")
            events = [chunk async for chunk in answer.chunks()]
            assert b"task_finished" in events[-1]
            assert len(events) > 5
        async with client.stream("POST", path, headers, b'{"input": {"text": "slow 60"}}') as answer:
            async for chunk in answer.chunks():
                if b"task_updated" in chunk:
                    break
            assert len(mock.rules.notifier) == 1
        assert len(mock.rules.notifier) == 0

    asyncio.run(run())


def test_a_call_without_an_answer_is_an_error() -> None:
    """An application that does not answer breaks the connection; one that fails raises what it raised."""

    async def silent(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()

    async def failing(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("a bug")

    async def cut(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})

    async def run() -> None:
        with pytest.raises(ConnectionBroken):
            await InProcessClient(silent).request("GET", "/", {})
        with pytest.raises(RuntimeError, match="a bug"):
            await InProcessClient(failing).request("GET", "/", {})
        assert await InProcessClient(cut).request("GET", "/", {}) == (200, b"half")

    asyncio.run(run())


def test_without_a_browser_the_tests_name_the_command() -> None:
    """`make test-browser` fails where there is no Chromium, and says how to get one."""
    command = [sys.executable, "-m", "pytest", "-m", "browser", "-q", "-p", "no:cacheprovider", "-k", "charts_tell"]
    ended = subprocess.run(
        [*command, "tests/mock/test_console.py"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"CHROMIUM": "/nowhere/chromium"},
        timeout=60,
    )
    assert ended.returncode == 1
    assert "`make browser` installs one" in ended.stdout
    assert "/nowhere/chromium" in ended.stdout


def test_htmx_is_the_locked_version() -> None:
    """The committed file names the version that package.json asks for; `make check` compares its bytes."""
    asked = re.search(r'"htmx.org": "([\d.]+)"', (ROOT / "package.json").read_text())
    assert asked
    text = (ROOT / "src" / "xpander_mock" / "console" / "static" / "htmx.min.js").read_text()
    assert f'version="{asked[1]}"' in text
