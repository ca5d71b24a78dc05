"""Properties of text that is printed, of times that are read, and of spans that are shown."""

from __future__ import annotations

import json
import unicodedata
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xpander_cli.errors import CommandError
from xpander_cli.output import csv_line, json_of
from xpander_cli.pacing import Allowance, allowance
from xpander_cli.text import block, escaped_json, one_line
from xpander_cli.times import ago, moment, short, span

# The same cases in each run, and no clock that decides.
FIXED = settings(deadline=None, derandomize=True)
ANY_TEXT = st.text(st.characters(), max_size=60)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def harmful(text: str, allowed: str = "") -> list[str]:
    return [c for c in text if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") and c not in allowed]


@FIXED
@given(ANY_TEXT)
def test_no_text_commands_a_terminal(text: str) -> None:
    """A block keeps its line breaks and tabs, a line keeps neither; both can be encoded."""
    assert harmful(block(text), "\n\t") == []
    assert harmful(one_line(text)) == []
    block(text).encode()
    one_line(text).encode()


@FIXED
@given(ANY_TEXT, ANY_TEXT)
def test_chunks_are_as_safe_apart_as_together(first: str, second: str) -> None:
    """A sequence that is split between two chunks of an answer does not come together again."""
    assert harmful(block(first) + block(second), "\n\t") == []


@FIXED
@given(st.recursive(st.none() | st.text(st.characters(exclude_categories=["Cs"])), lambda v: st.lists(v, max_size=3)))
def test_json_keeps_its_value_and_holds_nothing_harmful(value: object) -> None:
    """What a terminal would obey is escaped, also beyond the basic plane."""
    shown = json_of(value)
    assert json.loads(shown) == value
    assert harmful(shown) == []
    assert json.loads(escaped_json('"\U000e0041"')) == "\U000e0041"


@FIXED
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_a_line_of_csv_is_read_back_as_it_was(text: str) -> None:
    """Quotes, commas and line breaks of every kind."""
    import csv
    import io

    rows = list(csv.reader(io.StringIO(csv_line([text, "end"]), newline="")))
    assert rows == [[text, "end"]]


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("90s", 90), ("5m", 300), ("1.5h", 5400), ("7d", 604_800), ("2w", 1_209_600)]
)
def test_spans_are_read(text: str, seconds: float) -> None:
    """A number alone is in seconds."""
    assert span(text, "--timeout") == seconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("24h", NOW - timedelta(days=1)),
        ("2026-02-01T08:00:00Z", datetime(2026, 2, 1, 8, tzinfo=UTC)),
        ("2026-02-01T08:00:00+02:00", datetime(2026, 2, 1, 6, tzinfo=UTC)),
        ("2026-02-01", datetime(2026, 2, 1).astimezone()),
    ],
)
def test_moments_are_read(text: str, expected: datetime) -> None:
    """A span counts back from now; a date without an offset is local time."""
    assert moment(text, "--since", NOW) == expected


@FIXED
@given(st.text(max_size=12))
def test_any_other_text_is_refused_and_never_a_crash(text: str) -> None:
    """It is a time, or a usage error."""
    for read in (span, moment):
        with suppress(CommandError):
            assert read(text, "--since") is not None


@FIXED
@given(st.floats(0, 1e9))
def test_a_span_is_shown_short(seconds: float) -> None:
    """At most two units, never a negative one."""
    shown = short(seconds)
    assert len(shown) <= 12
    assert "-" not in shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.44, "0.4s"), (9.96, "10s"), (59.6, "1m"), (185, "3m 5s"), (7200, "2h"), (445_000, "5d 3h")],
)
def test_spans_are_shown_as_people_say_them(seconds: float, shown: str) -> None:
    """Rounding never shows 60 seconds."""
    assert short(seconds) == shown


def test_the_age_of_a_moment_of_the_future_is_zero() -> None:
    """Clocks differ; an age is never negative, and a moment without an offset is UTC."""
    assert ago(NOW + timedelta(seconds=9), NOW) == "0s"
    assert ago((NOW - timedelta(hours=3)).replace(tzinfo=None), NOW) == "3h"


@pytest.mark.parametrize(
    ("requests", "seconds"), [(0, 0.0), (40, 0.0), (41, 30.0), (140, 30.0), (141, 90.0), (1_040, 570.0)]
)
def test_the_time_that_a_limit_costs(requests: int, seconds: float) -> None:
    """40 are left for 30 seconds, then 100 a minute."""
    assert Allowance(limit=100, remaining=40, reset=30.0).seconds_for(requests) == seconds


@FIXED
@given(st.dictionaries(st.sampled_from([f"x-ratelimit-{name}" for name in ("limit", "remaining", "reset")]), st.text()))
def test_headers_of_any_kind_are_no_crash(headers: dict[str, str]) -> None:
    """Nonsense tells no allowance; a reset far away counts as an hour."""
    told = allowance(headers, now=0.0)
    assert told is None or 0 <= told.reset <= 3600
