"""Instants on the wire and in memory, and the clock."""

import asyncio
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xpander_mock import Clock
from xpander_mock.rules.times import EARLIEST, LATEST, format_instant, parse_instant


@pytest.mark.parametrize(
    "text", ["1970-01-01T00:00:00.000000Z", "2026-02-07T02:13:27.228497Z", "2024-02-29T23:59:59.999999Z"]
)
def test_instants_come_back_as_written(text: str) -> None:
    """An instant in UTC with microseconds is written as it was read."""
    assert format_instant(parse_instant(text)) == text
    assert parse_instant(text) == round(datetime.fromisoformat(text).timestamp() * 1_000_000)


@pytest.mark.parametrize(
    "text",
    ["2026-02-07T02:13:27Z", "2026-02-07t02:13:27.0z", "2026-02-07T04:43:27+02:30", "2026-02-06T23:13:27.000-03:00"],
)
def test_one_instant_has_many_spellings(text: str) -> None:
    """Offsets, case and missing digits do not change an instant."""
    assert format_instant(parse_instant(text)) == "2026-02-07T02:13:27.000000Z"


def test_digits_beyond_the_microsecond_keep_bounds_exact() -> None:
    """A lower bound between two microseconds begins at the next, an upper one ends at the last."""
    between = "2026-02-07T02:13:27.2284975Z"
    assert parse_instant(between, up=True) == parse_instant(between) + 1
    assert parse_instant("2026-02-07T02:13:27.2284970000Z", up=True) == parse_instant(between)


@given(st.integers(EARLIEST, LATEST))
def test_every_instant_of_the_calendar_is_rfc_3339(instant: int) -> None:
    """From year 1 to year 9999 an instant is written with all its digits, and read back the same."""
    text = format_instant(instant)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", text)
    assert parse_instant(text) == instant
    assert format_instant(EARLIEST) == "0001-01-01T00:00:00.000000Z"
    assert format_instant(LATEST) == "9999-12-31T23:59:59.999999Z"


@pytest.mark.parametrize("text", ["0000-01-01T00:00:00+23:59", "9999-12-31T23:59:60.9-23:59"])
def test_the_ends_of_the_calendar_are_instants_too(text: str) -> None:
    """RFC 3339 has a year 0 and leap seconds."""
    assert isinstance(parse_instant(text), int)


def test_a_date_without_a_time_is_an_error() -> None:
    """The message shows the text."""
    with pytest.raises(ValueError, match="got '2026-02-07'"):
        parse_instant("2026-02-07")


def test_a_clock_is_real_until_it_is_set() -> None:
    """`freeze` stops the clock, `advance` moves it frozen or not, `reset` makes it real again."""
    clock = Clock()
    real = datetime.now(UTC).timestamp()
    assert abs(clock.now() / 1e6 - real) < 5
    clock.advance(100)
    assert clock.now() / 1e6 - real > 99
    clock.freeze(1_000_000)
    clock.advance(1.5)
    assert (clock.now(), clock.frozen) == (2_500_000, True)
    clock.reset()
    assert abs(clock.now() / 1e6 - real) < 5
    with pytest.raises(ValueError, match="0 seconds or more"):
        clock.advance(-1)


def test_waiting_ends_at_the_instant_or_by_the_event() -> None:
    """A running clock waits until the instant or the event; a frozen clock until the event."""

    async def wait() -> None:
        clock, event = Clock(), asyncio.Event()
        clock.listen(event.set)
        await clock.wait(clock.now() + 1_000, event)
        assert not event.is_set()
        await clock.wait(clock.now() - 1_000, event)
        clock.freeze()
        event.clear()
        waiting = asyncio.ensure_future(clock.wait(clock.now() + 1_000, event))
        await asyncio.sleep(0)
        assert not waiting.done()
        clock.advance(10)
        await waiting

    asyncio.run(wait())
