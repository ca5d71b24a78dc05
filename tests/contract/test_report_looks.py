"""How the HTML report looks and works: on a desk, on a phone, in the dark, on paper. Run by `make test-browser`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from contract_tests.report.html import html
from contract_tests.run.target import Target
from tests.contract._sample_report import sample_report

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from ..conftest import Pages

pytestmark = pytest.mark.browser


@pytest.fixture
def address(target: Target, tmp_path: Path) -> str:
    path = tmp_path / "report.html"
    path.write_text(html(sample_report(target)), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def page(pages: Pages, address: str) -> Page:
    page = pages.open(address)
    page.goto(address)
    return page


def test_the_outcome_and_what_is_new_come_first(page: Page) -> None:
    assert page.locator("h1").inner_text() == "The contract is broken: 2 tests failed, 1 more as known."
    headings = page.locator("h2").all_inner_texts()
    assert headings[:5] == ["New failures 1", "Known failures 1", "Flaky 1", "Warnings 1", "The last 60 runs"]


def test_no_text_of_the_server_becomes_markup(page: Page) -> None:
    assert page.title().startswith("Contract run")
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 1


def test_backticks_are_shown_as_code(page: Page) -> None:
    assert "`" not in page.locator("#claims").inner_text()
    assert page.locator("#claims td.sentence code").first.inner_text() == "page"


def test_claims_are_filtered_by_outcome_and_operation(page: Page) -> None:
    rows = page.locator("#claims tbody tr:visible")
    page.locator("#outcome").select_option("broken")
    assert rows.locator("th").all_inner_texts() == ["PAGE-1"]
    page.locator("#outcome").select_option("")
    page.locator("#operation").select_option("stop_task")
    shown = rows.locator("th").all_inner_texts()
    assert {"STOP-1", "STOP-2"} <= set(shown)
    assert "PAGE-1" not in shown
    assert page.locator("#shown").inner_text().startswith(f"{len(shown)} of ")


def test_the_exchange_opens_on_a_click(page: Page) -> None:
    exchange = page.locator("details pre").first
    assert not exchange.is_visible()
    page.get_by_text("the exchange").first.click()
    assert exchange.is_visible()
    assert "200 after 0.031 s" in exchange.inner_text()


def test_a_curl_command_is_copied_or_selected(page: Page) -> None:
    button = page.locator("button.copy").first
    button.click()
    page.wait_for_function("document.querySelector('button.copy').textContent !== 'copy'")
    assert button.inner_text() in ("copied", "press Ctrl-C")


def test_every_claim_has_a_strip_of_its_nights(page: Page) -> None:
    assert page.locator("#claims svg.strip").count() == page.locator("#claims tbody tr").count()
    assert page.locator("#claims svg.strip").first.locator("rect").count() == 60


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 768, 1280])
def test_nothing_is_wider_than_the_screen(pages: Pages, address: str, scheme: str, width: int) -> None:
    page = pages.open(address, viewport={"width": width, "height": 800}, color_scheme=scheme)
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(13, 17, 23)")


def test_on_paper_everything_is_open_and_no_control_is_shown(page: Page) -> None:
    page.emulate_media(media="print")
    assert page.locator("details pre").first.is_visible()
    assert not page.locator("form.filters").is_visible()
    assert not page.locator("button.copy").first.is_visible()
