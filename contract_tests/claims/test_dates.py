"""Bounds on `created_at`."""

from datetime import UTC, timedelta
from itertools import pairwise

import pytest
from hypothesis import given

from ..report.violation import not_run
from ..run.target import Target
from . import _instants
from ._answers import Answer, assert_that
from ._assertions import assert_query_refused
from ._queries import Choice, Generated, choices
from ._scope import DATED_SCOPES, Scope, Snapshot, created_at, page_size

pytestmark = pytest.mark.parametrize("scope", DATED_SCOPES, indirect=True)

MALFORMED_DATES = (
    "yesterday",
    "2026-13-01T00:00:00Z",
    "2026-02-30T00:00:00Z",
    "2026-00-10T00:00:00Z",
    "2026-02-01T25:00:00Z",
    "2026-02-01T10:61:00Z",
    "01/02/2026",
    "2026-02-01T00:00:00Zulu",
    "",
)
WITHOUT_OFFSET = ("2026-02-01T00:00:00", "2026-02-01", "2026-02-01 00:00:00")
MOST_INSTANTS = 4


@pytest.mark.claim("LIST-4")
def test_from_date_is_an_inclusive_bound(scope: Scope) -> None:
    """LIST-4: `from_date` is an inclusive bound on `created_at`, to the smallest step that the server shows."""

    def check(snapshot: Snapshot) -> None:
        step, instants = _chosen(snapshot)
        for written, instant in instants:
            _assert_returns(scope, snapshot, {"from_date": written}, must_have=instant)
            _assert_returns(scope, snapshot, {"from_date": _instants.write(instant + step)}, must_lack=instant)
            if not scope.base.get("from_date") or instant - step >= _instants.parse(scope.base["from_date"]):
                _assert_returns(scope, snapshot, {"from_date": _instants.write(instant - step)}, must_have=instant)

    scope.run_check(check)


@pytest.mark.claim("LIST-4")
def test_to_date_is_an_inclusive_bound(scope: Scope) -> None:
    """LIST-4: `to_date` is an inclusive bound on `created_at`, to the smallest step that the server shows."""

    def check(snapshot: Snapshot) -> None:
        step, instants = _chosen(snapshot)
        for written, instant in instants:
            _assert_returns(scope, snapshot, {"to_date": written}, must_have=instant)
            _assert_returns(scope, snapshot, {"to_date": _instants.write(instant - step)}, must_lack=instant)
            if not scope.base.get("to_date") or instant + step <= _instants.parse(scope.base["to_date"]):
                _assert_returns(scope, snapshot, {"to_date": _instants.write(instant + step)}, must_have=instant)
            hour = instant.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
            for whole in (hour, hour.replace(hour=0)):
                if whole < instant:  # the bound is exact, not the whole hour or day
                    _assert_returns(scope, snapshot, {"to_date": _instants.write(whole)}, must_lack=instant)

    scope.run_check(check)


@pytest.mark.claim("LIST-4")
def test_both_dates_are_a_closed_interval(scope: Scope) -> None:
    """LIST-4: together they are a closed interval; from an instant to itself are the tasks created then."""

    def check(snapshot: Snapshot) -> None:
        step, instants = _chosen(snapshot)
        for written, instant in instants:
            _assert_returns(scope, snapshot, {"from_date": written, "to_date": written}, must_have=instant)
        for (later, _), (earlier, instant) in pairwise(instants):
            _assert_returns(scope, snapshot, {"from_date": earlier, "to_date": later}, must_have=instant)
            inside = {"from_date": _instants.write(instant + step), "to_date": later}
            _assert_returns(scope, snapshot, inside, must_lack=instant)

    scope.run_check(check)


@pytest.mark.claim("LIST-4", "LIST-2")
def test_dates_combine_with_each_other_and_with_filters(scope: Scope, generated: Generated) -> None:
    """LIST-4, LIST-2: dates bound whatever the other filters return."""

    @generated
    @given(choice=choices(least_dates=1))
    def check(choice: Choice) -> None:
        scope.run_check(lambda snapshot: _assert_returns(scope, snapshot, choice.query(scope, snapshot)))

    check()


@pytest.mark.claim("META-1")
def test_an_instant_means_the_same_with_every_offset(scope: Scope) -> None:
    """META-1: equivalent instants with different offsets and fractions give the same result."""

    def check(snapshot: Snapshot) -> None:
        _, instants = _chosen(snapshot)
        exact = [instant for _, instant in instants[::2]]
        for instant in (*exact, *map(_instants.next_tenth, exact)):
            for name in ("from_date", "to_date"):
                first, *others = _instants.spellings(instant)
                plain = scope.page(**{name: first})
                for text in others:
                    page = scope.page(**{name: text})
                    expected = f"what {first} gives"
                    assert_that(page.answer.json == plain.answer.json, expected, page.ids, plain.answer, page.answer)

    scope.run_check(check)


@pytest.mark.claim("META-2")
def test_a_range_split_in_two_adds_up(scope: Scope) -> None:
    """META-2: the tasks until an instant and those from the next step on are all tasks."""

    def check(snapshot: Snapshot) -> None:
        step, instants = _chosen(snapshot)
        whole = scope.page().total
        for _, instant in instants:
            after = _instants.write(instant + step)
            confined = scope.base.get("to_date")
            if confined and instant + step > _instants.parse(confined):
                continue
            before, later = scope.page(to_date=_instants.write(instant)), scope.page(from_date=after)
            actual = before.total + later.total
            assert_that(
                actual == whole, f"{whole} together", f"{before.total} + {later.total}", before.answer, later.answer
            )

    scope.run_check(check)


@pytest.mark.claim("LIST-4")
def test_wide_dates_bound_nothing(scope: Scope) -> None:
    """LIST-4: a `from_date` before all tasks and a `to_date` after them leave every task in."""

    def check(snapshot: Snapshot) -> None:
        queries = (
            {"from_date": "1990-01-01T00:00:00Z"},
            {"from_date": "0001-01-01T00:00:00Z"},
            {"to_date": "2200-01-01T00:00:00+05:00"},
            {"to_date": "9999-12-31T23:59:59Z"},
        )
        for query in queries:
            if not scope.base.keys() & query.keys():
                _assert_returns(scope, snapshot, query)

    scope.run_check(check)


@pytest.mark.claim("LIST-14")
def test_from_after_to_is_an_empty_page(scope: Scope) -> None:
    """LIST-14: `from_date` after `to_date` is an empty page, not an error."""

    def check(snapshot: Snapshot) -> None:
        step, instants = _chosen(snapshot)
        _, newest = instants[0]
        # With different offsets the order of the texts is not the order of the instants.
        late = _instants.write(newest, -timedelta(hours=11))
        for early in (newest - step, newest - timedelta(days=400)):
            page = scope.page(from_date=late, to_date=_instants.write(early, timedelta(hours=13)))
            actual = (page.items, page.total, page.total_pages)
            assert_that(actual == ([], 0, 0), "an empty page", (page.ids, page.total, page.total_pages), page.answer)

    scope.run_check(check)


@pytest.mark.claim("LIST-5", "WIRE-2")
@pytest.mark.parametrize("text", MALFORMED_DATES)
@pytest.mark.parametrize("name", ["from_date", "to_date"])
def test_a_malformed_date_is_a_422(scope: Scope, name: str, text: str) -> None:
    """LIST-5: a malformed date is a 422."""
    assert_query_refused(scope.ask(**{name: text}), name)


@pytest.mark.claim("LIST-5", "WIRE-2")
@pytest.mark.parametrize("text", WITHOUT_OFFSET)
@pytest.mark.parametrize("name", ["from_date", "to_date"])
def test_a_date_without_offset_is_malformed(scope: Scope, target: Target, name: str, text: str) -> None:
    """LIST-5: the schema asks for RFC 3339, so that a date without an offset is malformed."""
    if not target.is_mock:
        not_run("the documents do not say so; only the mock is checked")
    assert_query_refused(scope.ask(**{name: text}), name)


def _chosen(snapshot: Snapshot) -> tuple[timedelta, list[tuple[str, _instants.Instant]]]:
    """Return the precision of the times, and creation times: the newest, the oldest, shared ones and some between."""
    written = {instant: item["created_at"] for item in snapshot.items if (instant := created_at(item))}
    if not written:
        not_run("needs tasks with created_at")
    instants = sorted(written, reverse=True)
    every = [created_at(item) for item in snapshot.items]
    shared = [instant for instant in instants if every.count(instant) > 1]
    spread = instants[:: max(1, len(instants) // MOST_INSTANTS)]
    chosen = sorted({instants[0], instants[-1], *shared[:2], *spread}, reverse=True)
    return _instants.step(instants), [(written[instant], instant) for instant in chosen]


def _assert_returns(
    scope: Scope,
    snapshot: Snapshot,
    query: dict[str, str],
    must_have: _instants.Instant | None = None,
    must_lack: _instants.Instant | None = None,
) -> None:
    """Check that a query with dates returns the tasks between them.

    Args:
        scope: The list.
        snapshot: Its tasks.
        query: Dates and filters.
        must_have: An instant at which a returned task must have been created.
        must_lack: An instant at which no returned task may have been created.
    """
    __tracebackhide__ = True
    expected = snapshot.matching(query)
    pages = list(scope.pages(page_size(len(expected), 2), **query))
    actual = [item for page in pages for item in page.items]
    answer: Answer = pages[-1].answer
    found = [created_at(item) for item in actual]
    if must_have:
        assert_that(must_have in found, f"the task created at {_instants.write(must_have)}", "it is missing", answer)
    if must_lack:
        assert_that(must_lack not in found, f"no task created at {_instants.write(must_lack)}", "it is there", answer)
    ids = [item["id"] for item in actual]
    missing, extra = sorted(set(expected) - set(ids)), sorted(set(ids) - set(expected))
    assert_that(not missing and not extra, "the tasks between", f"missing {missing}, unasked {extra}", answer)
    total = pages[0].total
    assert_that(total == len(expected) == len(ids), f"total {len(expected)}, each once", (total, len(ids)), answer)
