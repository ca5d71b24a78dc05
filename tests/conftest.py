"""The browser of the tests that are marked `browser`, which `make test-browser` runs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# The browser sends nothing on its own account: the tests talk to loopback alone.
ARGUMENTS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
)


def find_chromium() -> str:
    """Return the path of a Chromium: `$CHROMIUM`, or the first one on the PATH."""
    given = os.environ.get("CHROMIUM")
    found = shutil.which(given) if given else next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        where = f"at $CHROMIUM, {given}" if given else f"at $CHROMIUM or on the PATH as {', '.join(NAMES)}"
        pytest.fail(f"expected a Chromium {where}; `make browser` installs one", pytrace=False)
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    path = find_chromium()
    from playwright.sync_api import sync_playwright

    arguments = [*ARGUMENTS, *(["--no-sandbox"] if os.getuid() == 0 else [])]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=arguments)
        yield chromium
        chromium.close()


class Pages:
    """Opens pages, and collects what no page may do: ask another address, report an error, break its own policy.

    Args:
        browser: The browser.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self.problems: list[str] = []
        self.expected_statuses: set[int] = set()

    def open(self, base_url: str, **options: Any) -> Page:
        """Open an empty page in a context of its own, on a desktop unless the options say something else."""
        context = self._browser.new_context(
            **{"base_url": base_url, "viewport": {"width": 1100, "height": 760}} | options
        )
        self._contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: self._said(message.type, message.text))
        page.on("pageerror", lambda error: self.problems.append(f"a script failed: {error}"))
        page.on("request", lambda request: self._asked(base_url, request.url))
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def _said(self, kind: str, text: str) -> None:
        expected = any(f"status of {status} " in text for status in self.expected_statuses)
        if kind in ("error", "warning") and not expected:
            self.problems.append(f"{kind}: {text}")

    def _asked(self, base_url: str, url: str) -> None:
        if not url.startswith((base_url, "blob:")):
            self.problems.append(f"asked another address: {url}")


@pytest.fixture
def pages(browser: Browser) -> Iterator[Pages]:
    """Opens pages; the test fails if one of them does what no page may do."""
    pages = Pages(browser)
    yield pages
    pages.close()
    assert pages.problems == []
