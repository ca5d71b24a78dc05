"""How the console looks, and that it can be used: by keyboard, on a phone, in the dark. Run by `make test-browser`.

`SCREENSHOTS=1` writes the pictures of `docs/images` too.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from xpander_mock import DEMO_API_KEY, MockClient
from xpander_mock.demo import EXAMPLE_TASK

from .console_pages import TASK_PAGE

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from ..conftest import Pages

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs" / "images"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PAGES = ("/", "/_console/invoke", "/_console/requests", "/_console/control", "/_console/reference")
LONG = "W" * 300


@pytest.fixture
def mock(xpander_mock: MockClient) -> MockClient:
    return xpander_mock


@pytest.fixture
def page(pages: Pages, mock: MockClient) -> Page:
    return pages.open(mock.url)


def test_works_by_keyboard(page: Page, mock: MockClient) -> None:
    """The keys alone skip to the content, filter, open a task and come back; what has the focus is outlined."""
    page.goto("/")
    press = page.keyboard.press
    press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    press("Tab")
    press("Tab")
    assert page.evaluate("document.activeElement.name") == "status"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.type("stopped")
    page.wait_for_url("**status=stopped*")
    page.locator("#tasks .badge").first.get_by_text("stopped").wait_for()
    assert page.evaluate("document.activeElement.name") == "status"
    for _ in range(4):
        press("Tab")
    first = page.locator("#tasks tbody tr").first.get_attribute("id")
    assert page.evaluate("document.activeElement.closest('tr').id") == first
    with page.expect_request("**/_console/tasks?*"):
        pass  # the list is replaced, and the focus stays where it is
    page.evaluate("new Promise(requestAnimationFrame)")
    assert page.evaluate("document.activeElement.closest('tr').id") == first
    press("Enter")
    page.wait_for_url("**/_console/task?id=*")
    assert (first or "").removeprefix("task-") in page.url


@pytest.mark.parametrize("path", [*PAGES, TASK_PAGE])
@pytest.mark.parametrize("width", [390, 700, 1100])
def test_nothing_scrolls_sideways(pages: Pages, mock: MockClient, path: str, width: int) -> None:
    """No page is wider than its window, on a phone too, however long a word is."""
    long = mock.add_task(title=LONG, text=LONG, id=LONG, user_id=LONG)
    mock.add_task(title=LONG, parent_task_id=long["id"])
    mock.fault("latency", operation="stop_task", seconds=0)
    mock.script(text=LONG)
    httpx.get(f"{mock.url}/{LONG}")
    page = pages.open(mock.url, viewport={"width": width, "height": 800})
    page.goto(path if path != TASK_PAGE else f"/_console/task?id={LONG}")
    page.locator("#status").wait_for()
    page.locator("main details").evaluate_all("all => all.forEach(details => { details.open = true })")
    for part in page.locator("[hx-morph-skip-children]").all():
        part.locator("pre").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_follow_the_system_and_can_be_read(pages: Pages, mock: MockClient, scheme: str) -> None:
    """Each colour of text has a contrast of 4.5 to what is behind it, and dark is dark."""
    page = pages.open(mock.url, color_scheme=scheme)
    page.goto("/")
    value = page.evaluate(
        "() => Object.fromEntries(['ground', 'card', 'code', 'tint', 'text', 'note', 'accent', 'pending', 'executing',"
        " 'paused', 'failed', 'error', 'completed', 'stopped'].map(name =>"
        " [name, getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim()]))"
    )
    assert (luminance(value["card"]) < 0.1) == (scheme == "dark")
    tint = float(value["tint"].removesuffix("%")) / 100
    poor = [
        (text, behind)
        for text in ("text", "note", "accent")
        for behind in ("ground", "card", "code")
        if contrast(value[text], value[behind]) < 4.5
    ]
    poor += [
        (status, f"its own tint on {behind}")
        for status in ("pending", "executing", "paused", "failed", "error", "completed", "stopped")
        for behind in ("ground", "card")
        if contrast(value[status], mix(value[status], value[behind], tint)) < 4.5
    ]
    assert poor == []


def channels(colour: str) -> list[float]:
    digits = colour.removeprefix("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    return [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]


def mix(colour: str, behind: str, share: float) -> str:
    mixed = [share * one + (1 - share) * other for one, other in zip(channels(colour), channels(behind), strict=True)]
    return "#" + "".join(f"{round(255 * channel):02x}" for channel in mixed)


def luminance(colour: str) -> float:
    """Return the relative luminance as WCAG 2 defines it."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("path", [*PAGES, TASK_PAGE, "/_console/task?id=nothing", "/?from_date=yesterday"])
def test_is_accessible(pages: Pages, mock: MockClient, path: str) -> None:
    """No page, in the light or in the dark, breaks a rule of axe-core: names, roles, order, contrast."""
    pages.expected_statuses = {404}
    mock.clock.freeze()
    mock.rate_limit("1000/60s")
    mock.fault("latency", operation="stop_task", seconds=0, times=3)
    mock.script(text="weather", result="sunny")
    httpx.get(f"{mock.url}/v1/tasks")
    for scheme in ("light", "dark"):
        page = pages.open(mock.url, color_scheme=scheme)
        page.goto(path)
        page.locator("main details").evaluate_all("all => all.forEach(details => { details.open = true })")
        page.evaluate(AXE.read_text())
        found = page.evaluate("axe.run()")["violations"]
        assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == []


@pytest.mark.parametrize(
    ("name", "path", "width", "height", "scheme"),
    [
        ("console", "/", 1100, 700, "light"),
        ("console-dark", TASK_PAGE, 1100, 560, "dark"),
        ("console-phone", "/_console/control", 390, 760, "light"),
    ],
)
def test_screenshots(
    pages: Pages, mock: MockClient, tmp_path: Path, name: str, path: str, width: int, height: int, scheme: str
) -> None:
    """The pictures of the documents show the console as it is; each run takes them, `SCREENSHOTS=1` keeps them."""
    mock.clock.freeze(datetime(2026, 2, 7, 2, 14, tzinfo=UTC))
    with httpx.Client(base_url=mock.url, headers={"x-api-key": DEMO_API_KEY}) as client:
        client.post(f"/v1/agents/{mock.agent_id}/invoke/async", json={"input": {"text": "Plan the launch"}})
        mock.fault("status", status=503, operation="get_task")
        client.get(f"/v1/tasks/{EXAMPLE_TASK}")
        client.get("/v1/tasks?status=completed")
        client.get(f"/v1/tasks/{EXAMPLE_TASK}/thread")
        client.get("/v1/tasks/nothing/thread")
    page = pages.open(mock.url, viewport={"width": width, "height": height}, color_scheme=scheme)
    page.goto(path)
    page.locator("#status").get_by_text("frozen").wait_for()
    folder = IMAGES if "SCREENSHOTS" in os.environ else tmp_path
    assert page.screenshot(path=folder / f"{name}.png").startswith(b"\x89PNG")
