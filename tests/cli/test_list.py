"""`xpander-tasks list`, piped and in a terminal."""

from __future__ import annotations

import csv
import io
import json

import pytest

from xpander_cli.records import LIST_FIELDS
from xpander_mock import MockClient

from .terminal import Cli, assert_fits


def test_list_shows_the_newest_20_and_says_that_there_are_more(cli: Cli, mock: MockClient) -> None:
    """Piped, a table is lines separated by tabs, without a head; what is left out is said on stderr."""
    done = cli("list")
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert (done.returncode, len(rows), {len(row) for row in rows}) == (0, 20, {5})
    assert rows == sorted(rows, key=lambda row: row[2], reverse=True)
    assert done.stderr == "20 of 238 tasks; --limit N or --all shows more.\n"
    assert "\x1b" not in done.stdout


def test_filters_reach_the_api(cli: Cli, mock: MockClient) -> None:
    """Each filter is the API's, and they combine."""
    wanted = mock.add_task(
        agent_id=mock.agent_id,
        user_id="u-7",
        parent_task_id=None,
        triggering_agent_id="t-7",
        internal_status="waiting for tea",
        status="paused",
        created_at="2026-03-01T10:00:00Z",
    )
    options = {
        "--agent": mock.agent_id,
        "--user": "u-7",
        "--triggering-agent": "t-7",
        "--internal-status": "waiting for tea",
        "--status": "paused",
        "--since": "2026-03-01T10:00:00Z",
        "--until": "2026-03-01T10:00:00Z",
    }
    for option, value in options.items():
        assert wanted["id"] in cli("list", "--all", option, value).stdout
    everything = [part for pair in options.items() for part in pair]
    done = cli("list", *everything, "-o", "jsonl", "--fields", "id")
    assert json.loads(done.stdout) == {"id": wanted["id"]}
    child = mock.add_task(parent_task_id=wanted["id"], agent_id=mock.agent_id)
    assert json.loads(cli("list", "--parent", wanted["id"], "-o", "json").stdout)[0]["id"] == child["id"]


def test_all_formats_hold_the_same_tasks(cli: Cli) -> None:
    """JSON, JSON Lines and CSV have every field of every task, whatever page it stands on."""
    as_json = json.loads(cli("list", "--all", "-o", "json").stdout)
    lines = [json.loads(line) for line in cli("list", "--all", "-o", "jsonl").stdout.splitlines()]
    table = list(csv.DictReader(io.StringIO(cli("list", "--all", "-o", "csv").stdout)))
    assert len(as_json) == 238
    assert as_json == lines
    assert [tuple(record) for record in as_json] == [LIST_FIELDS] * 238
    assert table == [{name: value or "" for name, value in record.items()} for record in as_json]


def test_fields_choose_and_order_the_columns(cli: Cli) -> None:
    """`--fields` applies to each format; an unknown one is refused with those that exist."""
    for form, first in (("csv", "status,id"), ("jsonl", '{"status":'), ("table", "executing\t")):
        assert cli("list", "-o", form, "--fields", "status, id").stdout.startswith(first)
    done = cli("list", "--fields", "status,colour")
    assert (done.returncode, done.stdout) == (2, "")
    assert "unknown field 'colour'" in done.stderr
    assert "Known are: id, agent_id" in done.stderr


def test_limit_reads_no_more_pages_than_it_needs(cli: Cli, mock: MockClient) -> None:
    """A small limit is one request; a larger one stops when it has enough."""
    mock.forget_requests()
    assert len(cli("list", "--limit", "7", "-o", "jsonl").stdout.splitlines()) == 7
    assert len(mock.requests("list_tasks")) == 1
    assert len(cli("list", "--limit", "120", "-o", "jsonl").stdout.splitlines()) == 120
    assert len(cli("list", "--limit", str(10**20), "-o", "jsonl").stdout.splitlines()) == 238


@pytest.mark.parametrize(
    "arguments",
    [["--limit", "0"], ["--limit", "3", "--all"], ["--since", "yesterday"], ["--agent", ""], ["--status", "happy"]],
)
def test_usage_errors_end_in_2_before_anything_is_sent(cli: Cli, mock: MockClient, arguments: list[str]) -> None:
    """An option that cannot work is refused in one sentence; an empty filter would list everything."""
    mock.forget_requests()
    done = cli("list", *arguments)
    assert (done.returncode, done.stdout, mock.requests()) == (2, "", [])
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("columns", [40, 80, 140])
def test_a_table_fits_the_terminal(cli: Cli, mock: MockClient, columns: int) -> None:
    """Titles in any script are cut at the edge; ids are whole."""
    task = mock.add_task(
        title="Überprüfe die Rechnung, 検索結果をまとめてください " * 5, created_at="2026-03-01T10:00:00Z"
    )
    code, text = cli.on_terminal("list", "--limit", "5", columns=columns)
    assert code == 0
    assert_fits(text, columns)
    assert task["id"] in text
    assert ("…" in text) == (columns >= 80)
    assert "\x1b[" in text


def test_no_color_is_obeyed_in_a_terminal(cli: Cli) -> None:
    """A person who wants no colour gets none; see no-color.org."""
    coloured = cli.on_terminal("list", "--limit", "3")[1]
    cli.environment["NO_COLOR"] = "1"
    bare = cli.on_terminal("list", "--limit", "3")[1]
    assert "\x1b[3" in coloured
    assert "\x1b[3" not in bare


def test_a_title_commands_no_terminal(cli: Cli, mock: MockClient) -> None:
    """Escape sequences, control characters and bidirectional overrides never reach the terminal, in no format."""
    title = "a\x1b]0;owned\x07b\x9b31mc\u202ed\x7f\ne\u2028f<script>"
    task = mock.add_task(title=title, created_at="2026-03-01T10:00:00Z")
    for form in ("table", "json", "jsonl", "csv"):
        _, text = cli.on_terminal("list", "--limit", "1", "-o", form, columns=200)
        assert "owned" in text
        for character in ("\x1b]", "\x07", "\x9b", "\u202e", "\x7f", "\u2028"):
            assert character not in text
        assert "\x9b" not in cli("list", "--limit", "1").stdout
    assert json.loads(cli("list", "--limit", "1", "-o", "json").stdout)[0]["title"] == title
    assert (
        next(csv.DictReader(io.StringIO(cli("list", "--limit", "1", "-o", "csv").stdout, newline="")))["title"] == title
    )
    assert "\x1b]" not in cli.on_terminal("get", task["id"])[1]


def test_nothing_found_is_said_and_is_no_failure(cli: Cli) -> None:
    """No match: empty output in the form that was asked for, a word on stderr, exit code 0."""
    for form, expected in (("table", ""), ("json", "[]\n"), ("jsonl", ""), ("csv", "id\n")):
        done = cli("list", "--user", "nobody", "-o", form, "--fields", "id")
        assert (done.returncode, done.stdout.replace("\r", ""), done.stderr) == (0, expected, "No tasks match.\n")
