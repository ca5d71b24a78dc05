"""Pages: their numbers, their size, and what they add up to."""

import pytest
from hypothesis import given

from ._answers import assert_that
from ._assertions import assert_query_refused
from ._queries import Choice, Generated, choices
from ._scope import Page, Scope, Snapshot, page_size
from .api import Api, Query

MOST_REQUESTS = 15
NOT_INTEGERS = ("abc", "1.5", "1e1", "0x1", "", "null", "1,2", "1 or 2")
HUGE_PAGES = (2**31, 2**31 * 50, 2**63 - 1, 2**63, 10**30)


@pytest.mark.claim("PAGE-1")
def test_without_page_and_per_page_they_are_1_and_20(scope: Scope) -> None:
    """PAGE-1: without them `page` and `per_page` are 1 and 20."""

    def check(snapshot: Snapshot) -> None:
        page = scope.page()
        assert_that(
            (page.page, page.per_page) == (1, 20), "page 1 of 20 a page", (page.page, page.per_page), page.answer
        )
        only_size = scope.page(per_page=3)
        assert_that(only_size.page == 1, "page 1 when only per_page is asked", only_size.page, only_size.answer)
        for name in scope.filters():
            for value in snapshot.values(name)[:2]:
                filtered = scope.page(**{name: value})
                actual = (filtered.page, filtered.per_page)
                assert_that(actual == (1, 20), f"page 1 of 20 a page with {name} too", actual, filtered.answer)
                assert_that(len(filtered.items) <= 20, "at most 20 items", len(filtered.items), filtered.answer)
        expected = [item["id"] for item in snapshot.items[:20]]
        assert_that(sorted(page.ids) == sorted(expected), f"the first {len(expected)} tasks", page.ids, page.answer)
        rest = [item["id"] for item in snapshot.items[20:40]]
        if not rest:
            return  # whether a page past the end is a 200 is another claim, PAGE-6
        only_page = scope.page(page=2)
        assert_that(
            only_page.per_page == 20, "per_page 20 when only page is asked", only_page.per_page, only_page.answer
        )
        assert_that(sorted(only_page.ids) == sorted(rest), f"tasks 21 to 40: {rest}", only_page.ids, only_page.answer)

    scope.run_check(check)


@pytest.mark.claim("PAGE-1")
@pytest.mark.parametrize(("number", "size"), [(1, 1), (1, 50), (2, 7), (3, 5), (2, 20), (1, 49), (40, 3)])
def test_page_and_per_page_come_back_as_asked(scope: Scope, number: int, size: int) -> None:
    """PAGE-1: `page` and `per_page` come back as asked for, with filters too, whether the page is full or not."""
    filters: list[Query] = [{name: value} for name in scope.filters() for value in scope.snapshot().values(name)[:1]]
    for query in ({}, *filters):
        answer = scope.ask(**query, page=number, per_page=size)
        if answer.status == 200:  # whether a page past the end is a 200 is another claim, PAGE-6
            actual = (answer.json["page"], answer.json["per_page"])
            assert_that(actual == (number, size), f"page {number}, per_page {size}", actual, answer)
        if number == 1:
            answer.assert_status(200)


@pytest.mark.claim("PAGE-2", "WIRE-2")
@pytest.mark.parametrize("value", ["0", "-1", "-50", *NOT_INTEGERS])
def test_a_page_below_1_or_no_integer_is_a_422_that_names_it(scope: Scope, value: str) -> None:
    """PAGE-2: a `page` below 1, or not an integer, is a 422 whose `loc` names the parameter."""
    assert_query_refused(scope.ask(page=value), "page")
    assert_query_refused(scope.ask(page=value, per_page=5, status="completed"), "page")


@pytest.mark.claim("PAGE-2", "WIRE-2")
@pytest.mark.parametrize("value", ["0", "51", "-1", "100", "1000", str(2**63), *NOT_INTEGERS])
def test_a_per_page_outside_1_to_50_or_no_integer_is_a_422_that_names_it(scope: Scope, value: str) -> None:
    """PAGE-2: a `per_page` below 1 or above 50, or not an integer, is a 422 whose `loc` names the parameter."""
    assert_query_refused(scope.ask(per_page=value), "per_page")
    assert_query_refused(scope.ask(per_page=value, page=2, status="completed"), "per_page")


@pytest.mark.claim("PAGE-3", "PAGE-4", "PAGE-5")
def test_the_pages_of_any_filter_add_up(scope: Scope, generated: Generated) -> None:
    """PAGE-3, PAGE-4, PAGE-5: totals count all matches, pages are full, and joined they are each match once."""

    @generated
    @given(choice=choices())
    def check(choice: Choice) -> None:
        def check_pages(snapshot: Snapshot) -> None:
            query = choice.query(scope, snapshot)
            matches = snapshot.matching(query)
            size = page_size(len(matches), choice.pages)
            _assert_pages_add_up(list(scope.pages(size, **query)), matches, size)

        scope.run_check(check_pages)

    check()


@pytest.mark.claim("PAGE-3", "PAGE-4", "PAGE-5")
@pytest.mark.parametrize("pages", [2, 5])
def test_the_pages_of_each_filter_add_up(scope: Scope, pages: int) -> None:
    """PAGE-3, PAGE-4, PAGE-5: for each filter, whose result takes several pages, the totals count all of them."""

    def check(snapshot: Snapshot) -> None:
        for name in scope.filters():
            for value in snapshot.values(name)[:3]:
                matches = snapshot.matching({name: value})
                size = page_size(len(matches), pages)
                _assert_pages_add_up(list(scope.pages(size, **{name: value})), matches, size)

    scope.run_check(check)


@pytest.mark.claim("PAGE-3", "PAGE-4", "PAGE-5")
@pytest.mark.parametrize("size", [1, 2, 7, 20, 49, 50])
def test_the_pages_add_up_whatever_per_page_is(scope: Scope, size: int) -> None:
    """PAGE-3, PAGE-4, PAGE-5: for every `per_page` the pages joined are every task once, and the totals say so."""

    def check(snapshot: Snapshot) -> None:
        if len(snapshot.items) > size * MOST_REQUESTS:
            snapshot = Snapshot(snapshot.items[: size * MOST_REQUESTS])
            pages = [scope.page(page=number, per_page=size) for number in range(1, MOST_REQUESTS + 1)]
            actual = [task for page in pages for task in page.ids]
            expected = [item["id"] for item in snapshot.items]
            assert_that(sorted(actual) == sorted(expected), "the newest tasks, each once", actual, pages[-1].answer)
            return
        _assert_pages_add_up(list(scope.pages(size)), [item["id"] for item in snapshot.items], size)

    scope.run_check(check)


@pytest.mark.claim("PAGE-3", "PAGE-4")
@pytest.mark.parametrize("query", [{}, {"status": "completed"}])
def test_the_last_page_of_everything_holds_the_rest(api: Api, query: dict[str, str]) -> None:
    """PAGE-3, PAGE-4: `total` and `total_pages` of the whole list agree with where it really ends."""
    everything = Scope("all tasks", api, None, query, own=False, look=lambda items: {})
    for size in (50, 7):
        for attempt in range(5):
            first = everything.page(per_page=size)
            if not first.total_pages:
                break
            last = everything.page(page=first.total_pages, per_page=size)
            if last.total != first.total and attempt < 4:
                continue  # others write to the list; the next attempt may not be disturbed
            if last.total == first.total:
                rest = first.total - (first.total_pages - 1) * size
                assert_that(len(last.items) == rest, f"the remaining {rest} tasks", len(last.items), last.answer)
            break


@pytest.mark.claim("PAGE-3")
def test_when_nothing_matches_all_totals_are_0(scope: Scope) -> None:
    """PAGE-3: with no match `total` is 0, and so is `total_pages`."""
    page = scope.page(user_id="nobody has this id, surely")
    actual = (page.items, page.total, page.total_pages)
    assert_that(actual == ([], 0, 0), "no items, total 0, total_pages 0", actual, page.answer)


@pytest.mark.claim("PAGE-6")
@pytest.mark.parametrize("query", [{}, {"status": "completed"}, {"status": "stopped"}])
def test_a_page_past_the_end_is_empty_with_the_same_totals(scope: Scope, query: dict[str, str]) -> None:
    """PAGE-6: a page past the end is a 200, without items and with the same totals."""
    if query.keys() & scope.base.keys():
        query = {}

    def check(snapshot: Snapshot) -> None:
        for size in (1, 20, 50):
            first = scope.page(per_page=size, **query)
            for number in (first.total_pages + 1, first.total_pages + 2, first.total_pages + 1000):
                page = scope.page(page=number, per_page=size, **query)
                expected: tuple[object, ...] = ([], first.total, first.total_pages, number, size)
                actual = (page.items, page.total, page.total_pages, page.page, page.per_page)
                assert_that(actual == expected, f"{expected} as items, totals, page and per_page", actual, page.answer)

    scope.run_check(check)


@pytest.mark.claim("PAGE-7")
@pytest.mark.parametrize("number", HUGE_PAGES)
def test_a_page_number_beyond_sense_is_an_empty_page_or_a_422(scope: Scope, number: int) -> None:
    """PAGE-7: a page number that no list can have is an empty page or 422, never 5xx."""
    answer = scope.ask(page=number, per_page=50).assert_status(200, 422)
    if answer.status == 200:
        assert_that(answer.json["items"] == [], "no items", answer.json["items"], answer)


@pytest.mark.claim("META-3")
def test_the_same_page_twice_is_the_same_page(scope: Scope) -> None:
    """META-3: asking for the same page twice gives the same page."""

    def check(snapshot: Snapshot) -> None:
        for query in ({}, {"page": 2, "per_page": 7}, {"per_page": 50}, {"status": "completed", "per_page": 9}):
            if query.keys() & scope.base.keys() or ("page" in query and len(snapshot.items) <= 7):
                continue
            first = scope.page(**query)
            for _ in range(2):
                again = scope.page(**query)
                assert_that(
                    again.answer.json == first.answer.json, "the same page", again.ids, first.answer, again.answer
                )

    scope.run_check(check)


@pytest.mark.claim("META-4")
def test_every_per_page_gives_the_same_sequence(scope: Scope) -> None:
    """META-4: pages of 7, of 20 and of 50 give the same sequence."""

    def check(snapshot: Snapshot) -> None:
        by_50 = [item["id"] for item in scope.walk(50)]
        for size in (7, 20, 31):
            last = None
            actual = []
            for last in scope.pages(size):
                actual += last.ids
            assert last
            differs = next((n for n, (a, b) in enumerate(zip(actual, by_50, strict=False)) if a != b), None)
            expected = f"the sequence of pages of 50, which differs at {differs} of {len(by_50)}"
            assert_that(actual == by_50, expected, actual[(differs or 0) :][:5], last.answer)

    scope.run_check(check)


def _assert_pages_add_up(pages: list[Page], matches: list[str], size: int) -> None:
    __tracebackhide__ = True
    count = -(-len(matches) // size)
    for number, page in enumerate(pages, start=1):
        actual = (page.page, page.per_page, page.total, page.total_pages)
        expected = (number, size, len(matches), count)
        assert_that(
            actual == expected, f"page, per_page, total, total_pages {expected}", actual, page.answer, claim="PAGE-3"
        )
        room = min(size, max(0, len(matches) - (number - 1) * size))
        assert_that(len(page.items) == room, f"{room} items", len(page.items), page.answer, claim="PAGE-4")
    joined = [task for page in pages for task in page.ids]
    twice = sorted({task for task in joined if joined.count(task) > 1})
    assert_that(not twice, "each task once", f"more than once: {twice}", pages[-1].answer, claim="PAGE-5")
    missing, extra = sorted(set(matches) - set(joined)), sorted(set(joined) - set(matches))
    assert_that(not missing and not extra, "each match", f"missing {missing}, not asked for {extra}", pages[-1].answer)
