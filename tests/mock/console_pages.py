"""What the tests of the console in a browser share."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import httpx

from xpander_mock import DEMO_API_KEY, MockClient
from xpander_mock.demo import EXAMPLE_TASK

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

TASK_PAGE = f"/_console/task?id={EXAMPLE_TASK}"
HOSTILE = "<script>window.owned = 1</script><img src=x onerror='window.owned = 1'>\"'&amp;{{ 7 * 7 }}"
HOSTILE_ID = "a/../b\"c'<b>?x=1#%2F&amp; ü"
ENVIRONMENT = os.environ | {"XPANDER_API_KEY": DEMO_API_KEY}


def field(page: Page, name: str) -> Locator:
    """Return the field of a form by its name."""
    return page.locator(f"form [name={name}]:not([type=hidden])")


def rows(page: Page) -> list[str]:
    """Return the ids of the listed tasks."""
    ids: list[str] = page.locator("#tasks tbody tr").evaluate_all("rows => rows.map(row => row.id)")
    return [row_id.removeprefix("task-") for row_id in ids]


def api(mock: MockClient, path: str, key: str = DEMO_API_KEY) -> httpx.Response:
    """GET a path of the API."""
    return httpx.get(mock.url + path, headers={"x-api-key": key})
