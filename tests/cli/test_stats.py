"""`xpander-tasks stats`: figures are right, from the API and from each exported format, and outputs are safe."""

from __future__ import annotations

import csv
import html.parser
import io
import json
import statistics
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xpander_cli.stats.html import html_page
from xpander_cli.stats.screen import spark
from xpander_cli.stats.summary import ENDED, FAILED, FINISHED, Group, Summary
from xpander_mock import MockClient

from .terminal import Cli, assert_fits, plain

STATUSES = ("pending", "executing", "paused", "error", "failed", "completed", "stopped", "unheard-of")
HOSTILE = "</td><script>alert(1)</script>\x1b[31m\u202e\"'&"
NOON = datetime(2026, 2, 1, 12, tzinfo=UTC)


def task(**fields: Any) -> dict[str, Any]:
    return {
        "id": "t-1",
        "agent_id": "a-1",
        "status": "completed",
        "title": "A title",
        "created_at": NOON.isoformat(),
        "updated_at": (NOON + timedelta(seconds=5)).isoformat(),
    } | fields


def summed(*tasks: dict[str, Any]) -> Summary:
    summary = Summary()
    for one in tasks:
        summary.add(one)
    return summary


def rows(cli: Cli, *arguments: str) -> dict[tuple[str, str], dict[str, Any]]:
    done = cli("stats", *arguments, "-o", "jsonl")
    assert done.returncode == 0, done.stderr
    return {(row["group"], row["name"]): row for row in map(json.loads, done.stdout.splitlines())}


tasks_of_any_kind = st.builds(
    task,
    id=st.uuids().map(str),
    agent_id=st.sampled_from(["a-1", "a-2", "", None]),
    status=st.sampled_from(STATUSES),
    created_at=st.one_of(st.none(), st.just("yesterday"), st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat)),
    updated_at=st.one_of(st.none(), st.datetimes(timezones=st.just(UTC)), st.just(NOON.isoformat())),
)


@settings(derandomize=True, deadline=None)
@given(st.lists(tasks_of_any_kind, max_size=60))
def test_the_groups_add_up(tasks: list[dict[str, Any]]) -> None:
    """Statuses add up to all tasks, failures to those that failed, and percentiles are durations that occurred."""
    summary = summed(*tasks)
    assert summary.all.tasks == sum(group.tasks for group in summary.statuses.values()) == len(tasks)
    assert summary.all.failed == sum(one["status"] in FAILED for one in tasks)
    assert summary.all.finished == sum(one["status"] in FINISHED for one in tasks)
    assert sum(group.tasks for group in summary.agents.values()) == sum(bool(one["agent_id"]) for one in tasks)
    assert len(summary.slowest) == min(10, len(summary.all.durations))
    assert [slow.seconds for slow in summary.slowest] == sorted(summary.all.durations, reverse=True)[:10]
    assert len(summary.all.durations) <= sum(one["status"] in ENDED for one in tasks)
    for most in (1, 40, 92):
        _, periods = summary.periods(most)
        assert len(periods) <= most
        assert sum(group.tasks for _, group in periods) <= sum(group.tasks for group in summary.days.values())
    json.dumps(summary.records())


@settings(derandomize=True, deadline=None)
@given(st.lists(st.floats(0, 1e6), min_size=1))
def test_percentiles_are_nearest_ranks(seconds: list[float]) -> None:
    """At least the percentage of all values is not above the percentile, and it is one of the values."""
    group = Group()
    for value in seconds:
        group.add("completed", value)
    for percent in (50, 95):
        found = group.percentile(percent)
        assert found in seconds
        assert sum(value <= found for value in seconds) * 100 >= percent * len(seconds)
    if len(seconds) % 2:
        assert group.percentile(50) == statistics.median(seconds)


@pytest.mark.parametrize(
    ("days", "most", "name", "first", "last"),
    [
        (0, 10, "day", "2026-02-01", "2026-02-01"),
        (9, 10, "day", "2026-01-23", "2026-02-01"),
        (10, 10, "week", "2026-01-19", "2026-01-26"),
        (69, 10, "week", "2025-11-24", "2026-01-26"),
        (70, 10, "month", "2025-11", "2026-02"),
        (4000, 10, "month", "2025-05", "2026-02"),
    ],
)
def test_time_is_divided_into_the_finest_periods_that_fit(
    days: int, most: int, name: str, first: str, last: str
) -> None:
    """Days, then weeks that end with the newest day, then months; there is no gap."""
    summary = summed(task(), task(created_at=(NOON - timedelta(days=days)).isoformat()))
    found, periods = summary.periods(most)
    assert (found, periods[0][0], periods[-1][0]) == (name, first, last)
    assert periods[-1][1].tasks >= 1
    if name == "day":
        assert [label for label, _ in periods] == [
            (date(2026, 2, 1) - timedelta(days=at)).isoformat() for at in range(days, -1, -1)
        ]


def test_a_spark_line_shows_small_values_and_gaps() -> None:
    """The highest value is a full block, the smallest one that is not 0 can be seen."""
    assert spark([0, 1, 500, 1000]) == " ▁▄█"
    assert spark([]) == ""


def test_the_figures_of_the_api_are_those_of_its_tasks(cli: Cli, mock: MockClient) -> None:
    """Totals are those of the lists; rates and durations follow from the tasks of an agent."""
    found = rows(cli)
    assert found["all", "all"]["tasks"] == 238
    for status in STATUSES[:-1]:
        listed = json.loads(cli("list", "--all", "--status", status, "-o", "json").stdout)
        assert found["status", status]["tasks"] == len(listed)
    for seconds, status in ((1, "completed"), (2, "completed"), (60, "failed"), (9, "stopped"), (0, "executing")):
        end = NOON + timedelta(seconds=seconds)
        mock.add_task(agent_id="a-7", status=status, created_at=NOON.isoformat(), updated_at=end.isoformat())
    mine = rows(cli, "--agent", "a-7")
    assert mine["all", "all"] == {
        "group": "all",
        "name": "all",
        "tasks": 5,
        "failed": 1,
        "failure_rate": 0.3333,
        "p50": 2.0,
        "p95": 60.0,
    }
    assert mine["day", "2026-02-01"]["tasks"] == 5
    assert [row["p50"] for (group, _), row in mine.items() if group == "slowest"] == [60.0, 9.0, 2.0, 1.0]


def test_every_exported_format_gives_the_same_figures_without_network(cli: Cli, tmp_path: Path) -> None:
    """A file is enough: neither address nor key is needed."""
    expected = cli("stats", "-o", "json").stdout
    for name in ("t.jsonl", "t.csv", "t.parquet"):
        assert cli("export", str(tmp_path / name)).returncode == 0
        offline = {"XPANDER_BASE_URL": "http://127.0.0.1:9", "XPANDER_API_KEY": ""}
        done = cli("stats", str(tmp_path / name), "-o", "json", environment=offline)
        assert (done.stdout, done.stderr, done.returncode) == (expected, "", 0)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.jsonl", b'{"id": "1", "status": "failed"}\n{"id": ', "line 2: expected a task as JSON"),
        ("a.jsonl", b"[1]\n", "line 1: expected a task as JSON"),
        ("a.jsonl", b"[" * 100_000, "line 1: expected a task as JSON"),
        ("a.jsonl", b'{"id": "1"}\n', "expected a task with the field `status`, got the fields: id"),
        ("a.jsonl", b'{"id": "\xff", "status": "failed"}\n', "line 1: expected a task as JSON"),
        ("a.csv", b"id,title\n1,2\n", "expected a task with the field `status`, got the fields: id, title"),
        ("a.csv", b"", "expected a task with the field `status`, got the fields: none"),
        ("a.csv", b"id,status\n1,\xff\xfe\n", "is not UTF-8"),
        ("a.parquet", b"PAR1 not at all", "expected Parquet"),
    ],
)
def test_a_file_that_is_no_export_is_refused_with_its_place(
    cli: Cli, tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    """One sentence says where and what was expected; the exit code is 2."""
    (tmp_path / name).write_bytes(content)
    done = cli("stats", str(tmp_path / name))
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_cannot_be_used_is_named(cli: Cli, tmp_path: Path) -> None:
    """A missing file and a folder that does not exist are failures; a file together with filters is wrong usage."""
    missing = cli("stats", str(tmp_path / "none.jsonl"))
    assert (missing.returncode, "No such file" in missing.stderr) == (1, True)
    (tmp_path / "a.jsonl").write_text(json.dumps(task()))
    page = cli("stats", str(tmp_path / "a.jsonl"), "--html", str(tmp_path / "none" / "r.html"))
    assert (page.returncode, "none/r.html" in page.stderr) == (1, True)
    both = cli("stats", str(tmp_path / "a.jsonl"), "--status", "failed")
    assert (both.returncode, "filters or a file" in both.stderr) == (2, True)


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_a_terminal_shows_all_sections_within_its_width(cli: Cli, mock: MockClient, columns: int) -> None:
    """Bars, agents, days and slowest tasks fit, and no title commands the terminal."""
    mock.add_task(
        title=HOSTILE, status="completed", created_at="2026-02-01T00:00:00Z", updated_at="2026-02-02T00:00:00Z"
    )
    code, text = cli.on_terminal("stats", columns=columns)
    shown = plain(text)
    assert code == 0
    assert "\x1b[31m\u202e" not in text
    for title in ("STATUS", "AGENT", "TASKS PER", "SLOWEST"):
        assert title in shown
    assert "█" in shown
    assert_fits(text.partition("STATUS")[2], columns)


def test_the_page_needs_nothing_else_and_no_title_becomes_markup(cli: Cli, mock: MockClient, tmp_path: Path) -> None:
    """The page has charts, no script, and no address outside of itself; texts of tasks stay texts."""
    mock.add_task(title=HOSTILE, agent_id='a"><img src=x>', status="failed", updated_at="2026-02-09T00:00:00Z")
    target = tmp_path / "report.html"
    done = cli("stats", "--html", str(target))
    assert (done.returncode, done.stdout) == (0, "")
    assert "239 tasks are in" in done.stderr
    assert [path.name for path in tmp_path.iterdir() if path.name != "config.toml"] == ["report.html"]

    class Tags(html.parser.HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.tags: list[str] = []
            self.addresses: list[str | None] = []

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.tags.append(tag)
            self.addresses += [value for name, value in attrs if name in ("src", "href", "onload", "onerror")]

    page = Tags()
    page.feed(target.read_text(encoding="utf-8"))
    assert {"svg", "rect", "table"} <= set(page.tags)
    assert not {"script", "img", "link", "iframe"} & set(page.tags)
    assert page.addresses == []
    assert "\x1b" not in target.read_text(encoding="utf-8")


def test_no_tasks_are_no_error(cli: Cli, tmp_path: Path) -> None:
    """An empty selection has zero tasks and no rate, in every output."""
    done = cli("stats", "--agent", "nobody", "-o", "csv")
    (row,) = csv.DictReader(io.StringIO(done.stdout))
    assert (row["tasks"], row["failure_rate"], row["p50"], done.returncode) == ("0", "", "", 0)
    code, text = cli.on_terminal("stats", "--agent", "nobody")
    assert (code, "No tasks match." in text) == (0, True)
    assert "0 tasks" in html_page(Summary(), "nowhere", NOON)
