"""Pages: their numbers, their size, and what they add up to."""

import pytest
from hypothesis import given

from contract_tests.claims._queries import Choice, Generated, choices
from contract_tests.claims._scope import Page, Scope, Snapshot, page_size
from contract_tests.claims._validation import refuses_query
from contract_tests.claims.api import Api, Query, require

MOST_REQUESTS = 15
NO_INTEGERS = ("abc", "1.5", "1e1", "0x1", "", "null", "1,2", "1 or 2")
BEYOND_SENSE = (2**31, 2**31 * 50, 2**63 - 1, 2**63, 10**30)


@pytest.mark.claim("PAGE-1")
def test_without_page_and_per_page_they_are_1_and_20(scope: Scope) -> None:
    """PAGE-1: without them `page` and `per_page` are 1 and 20."""

    def check(held: Snapshot) -> None:
        page = scope.page()
        require((page.page, page.per_page) == (1, 20), "page 1 of 20 a page", (page.page, page.per_page), page.answer)
        only_size = scope.page(per_page=3)
        require(only_size.page == 1, "page 1 when only per_page is asked", only_size.page, only_size.answer)
        for name in scope.filters():
            for value in held.values(name)[:2]:
                filtered = scope.page(**{name: value})
                came = (filtered.page, filtered.per_page)
                require(came == (1, 20), f"page 1 of 20 a page with {name} too", came, filtered.answer)
                require(len(filtered.items) <= 20, "at most 20 items", len(filtered.items), filtered.answer)
        expected = [item["id"] for item in held.items[:20]]
        require(sorted(page.ids) == sorted(expected), f"the first {len(expected)} tasks", page.ids, page.answer)
        rest = [item["id"] for item in held.items[20:40]]
        if not rest:
            return  # whether a page past the end is a 200 is a claim of its own
        only_page = scope.page(page=2)
        require(only_page.per_page == 20, "per_page 20 when only page is asked", only_page.per_page, only_page.answer)
        require(sorted(only_page.ids) == sorted(rest), f"tasks 21 to 40: {rest}", only_page.ids, only_page.answer)

    scope.settled(check)


@pytest.mark.claim("PAGE-1")
@pytest.mark.parametrize(("number", "size"), [(1, 1), (1, 50), (2, 7), (3, 5), (2, 20), (1, 49), (40, 3)])
def test_page_and_per_page_come_back_as_asked(scope: Scope, number: int, size: int) -> None:
    """PAGE-1: `page` and `per_page` come back as asked for, with filters too, whether the page is full or not."""
    filters: list[Query] = [{name: value} for name in scope.filters() for value in scope.snapshot().values(name)[:1]]
    for query in ({}, *filters):
        answer = scope.ask(**query, page=number, per_page=size)
        if answer.status == 200:  # past the end is another claim
            came = (answer.json["page"], answer.json["per_page"])
            require(came == (number, size), f"page {number}, per_page {size}", came, answer)
        if number == 1:
            answer.expect(200)


@pytest.mark.claim("PAGE-2", "WIRE-2")
@pytest.mark.parametrize("value", ["0", "-1", "-50", *NO_INTEGERS])
def test_a_page_below_1_or_no_integer_is_a_422_that_names_it(scope: Scope, value: str) -> None:
    """PAGE-2: a `page` below 1, or not an integer, is a 422 whose `loc` names the parameter."""
    refuses_query(scope.ask(page=value), "page")
    refuses_query(scope.ask(page=value, per_page=5, status="completed"), "page")


@pytest.mark.claim("PAGE-2", "WIRE-2")
@pytest.mark.parametrize("value", ["0", "51", "-1", "100", "1000", str(2**63), *NO_INTEGERS])
def test_a_per_page_outside_1_to_50_or_no_integer_is_a_422_that_names_it(scope: Scope, value: str) -> None:
    """PAGE-2: a `per_page` below 1 or above 50, or not an integer, is a 422 whose `loc` names the parameter."""
    refuses_query(scope.ask(per_page=value), "per_page")
    refuses_query(scope.ask(per_page=value, page=2, status="completed"), "per_page")


@pytest.mark.claim("PAGE-3", "PAGE-4", "PAGE-5")
def test_the_pages_of_any_filter_add_up(scope: Scope, generated: Generated) -> None:
    """PAGE-3, PAGE-4, PAGE-5: totals count all matches, pages are full, and joined they are each match once."""

    @generated
    @given(choice=choices())
    def check(choice: Choice) -> None:
        def judge(held: Snapshot) -> None:
            query = choice.query(scope, held)
            matches = held.matching(query)
            size = page_size(len(matches), choice.pages)
            _adds_up(list(scope.pages(size, **query)), matches, size)

        scope.settled(judge)

    check()


@pytest.mark.claim("PAGE-3", "PAGE-4", "PAGE-5")
@pytest.mark.parametrize("pages", [2, 5])
def test_the_pages_of_each_filter_add_up(scope: Scope, pages: int) -> None:
    """PAGE-3, PAGE-4, PAGE-5: for each filter, whose result takes several pages, the totals count all of them."""

    def check(held: Snapshot) -> None:
        for name in scope.filters():
            for value in held.values(name)[:3]:
                matches = held.matching({name: value})
                size = page_size(len(matches), pages)
                _adds_up(list(scope.pages(size, **{name: value})), matches, size)

    scope.settled(check)


@pytest.mark.claim("PAGE-3", "PAGE-4", "PAGE-5")
@pytest.mark.parametrize("size", [1, 2, 7, 20, 49, 50])
def test_the_pages_add_up_whatever_per_page_is(scope: Scope, size: int) -> None:
    """PAGE-3, PAGE-4, PAGE-5: for every `per_page` the pages joined are every task once, and the totals say so."""

    def check(held: Snapshot) -> None:
        if len(held.items) > size * MOST_REQUESTS:
            held = Snapshot(held.items[: size * MOST_REQUESTS])
            pages = [scope.page(page=number, per_page=size) for number in range(1, MOST_REQUESTS + 1)]
            came = [task for page in pages for task in page.ids]
            expected = [item["id"] for item in held.items]
            require(sorted(came) == sorted(expected), "the newest tasks, each once", came, pages[-1].answer)
            return
        _adds_up(list(scope.pages(size)), [item["id"] for item in held.items], size)

    scope.settled(check)


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
                continue  # others write; the next attempt may find it quiet
            if last.total == first.total:
                rest = first.total - (first.total_pages - 1) * size
                require(len(last.items) == rest, f"the remaining {rest} tasks", len(last.items), last.answer)
            break


@pytest.mark.claim("PAGE-3")
def test_when_nothing_matches_all_totals_are_0(scope: Scope) -> None:
    """PAGE-3: with no match `total` is 0, and so is `total_pages`."""
    page = scope.page(user_id="nobody has this id, surely")
    came = (page.items, page.total, page.total_pages)
    require(came == ([], 0, 0), "no items, total 0, total_pages 0", came, page.answer)


@pytest.mark.claim("PAGE-6")
@pytest.mark.parametrize("query", [{}, {"status": "completed"}, {"status": "stopped"}])
def test_a_page_past_the_end_is_empty_with_the_same_totals(scope: Scope, query: dict[str, str]) -> None:
    """PAGE-6: a page past the end is a 200, without items and with the same totals."""
    if query.keys() & scope.base.keys():
        query = {}

    def check(held: Snapshot) -> None:
        for size in (1, 20, 50):
            first = scope.page(per_page=size, **query)
            for number in (first.total_pages + 1, first.total_pages + 2, first.total_pages + 1000):
                page = scope.page(page=number, per_page=size, **query)
                expected: tuple[object, ...] = ([], first.total, first.total_pages, number, size)
                came = (page.items, page.total, page.total_pages, page.page, page.per_page)
                require(came == expected, f"{expected} as items, totals, page and per_page", came, page.answer)

    scope.settled(check)


@pytest.mark.claim("PAGE-7")
@pytest.mark.parametrize("number", BEYOND_SENSE)
def test_a_page_number_beyond_sense_is_an_empty_page_or_a_422(scope: Scope, number: int) -> None:
    """PAGE-7: a page number beyond any sense is an empty page or 422, never 5xx."""
    answer = scope.ask(page=number, per_page=50).expect(200, 422)
    if answer.status == 200:
        require(answer.json["items"] == [], "no items", answer.json["items"], answer)


@pytest.mark.claim("META-3")
def test_the_same_page_twice_is_the_same_page(scope: Scope) -> None:
    """META-3: asking for the same page twice gives the same page."""

    def check(held: Snapshot) -> None:
        for query in ({}, {"page": 2, "per_page": 7}, {"per_page": 50}, {"status": "completed", "per_page": 9}):
            if query.keys() & scope.base.keys() or ("page" in query and len(held.items) <= 7):
                continue
            first = scope.page(**query)
            for _ in range(2):
                again = scope.page(**query)
                require(again.answer.json == first.answer.json, "the same page", again.ids, first.answer, again.answer)

    scope.settled(check)


@pytest.mark.claim("META-4")
def test_every_per_page_gives_the_same_sequence(scope: Scope) -> None:
    """META-4: pages of 7, of 20 and of 50 give the same sequence."""

    def check(held: Snapshot) -> None:
        by_50 = [item["id"] for item in scope.walk(50)]
        for size in (7, 20, 31):
            last = None
            came = []
            for last in scope.pages(size):
                came += last.ids
            assert last
            differs = next((n for n, (a, b) in enumerate(zip(came, by_50, strict=False)) if a != b), None)
            expected = f"the sequence of pages of 50, which differs at {differs} of {len(by_50)}"
            require(came == by_50, expected, came[(differs or 0) :][:5], last.answer)

    scope.settled(check)


def _adds_up(pages: list[Page], matches: list[str], size: int) -> None:
    __tracebackhide__ = True
    count = -(-len(matches) // size)
    for number, page in enumerate(pages, start=1):
        came = (page.page, page.per_page, page.total, page.total_pages)
        expected = (number, size, len(matches), count)
        require(came == expected, f"page, per_page, total, total_pages {expected}", came, page.answer, claim="PAGE-3")
        room = min(size, max(0, len(matches) - (number - 1) * size))
        require(len(page.items) == room, f"{room} items", len(page.items), page.answer, claim="PAGE-4")
    joined = [task for page in pages for task in page.ids]
    twice = sorted({task for task in joined if joined.count(task) > 1})
    require(not twice, "each task once", f"more than once: {twice}", pages[-1].answer, claim="PAGE-5")
    missing, extra = sorted(set(matches) - set(joined)), sorted(set(joined) - set(matches))
    require(not missing and not extra, "each match", f"missing {missing}, not asked for {extra}", pages[-1].answer)
