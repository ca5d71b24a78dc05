"""The console in a real browser: lists, tasks and requests. Run by `make test-browser`; see `make browser`."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest

from xpander_mock import DEMO_API_KEY, OTHER_API_KEY, MockClient
from xpander_mock.demo import DEMO_ORGANIZATION, EXAMPLE_SUB_TASK, EXAMPLE_TASK, OTHER_ORGANIZATION

from .console_pages import ENVIRONMENT, HOSTILE, HOSTILE_ID, TASK_PAGE, api, field, rows

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from ..conftest import Pages

pytestmark = pytest.mark.browser


@pytest.fixture
def mock(xpander_mock: MockClient) -> MockClient:
    return xpander_mock


@pytest.fixture
def page(pages: Pages, mock: MockClient) -> Page:
    return pages.open(mock.url)


def test_lists_what_the_api_lists(page: Page, mock: MockClient) -> None:
    """The first page has the API's own list, in its order, with its total."""
    page.goto("/")
    listed = api(mock, "/v1/tasks").json()
    assert rows(page) == [item["id"] for item in listed["items"]]
    page.get_by_role("heading", name=f"Tasks {listed['total']}").wait_for()


def test_filters_and_pages(page: Page, mock: MockClient) -> None:
    """A filter narrows the list at once, the address keeps it, and further pages and the way back respect it."""
    page.goto("/")
    field(page, "status").select_option("completed")
    field(page, "per_page").select_option("10")
    page.get_by_text("Page 1 of").wait_for()
    page.wait_for_url("**status=completed*per_page=10*")
    expected = api(mock, "/v1/tasks?status=completed&per_page=10").json()
    page.get_by_role("heading", name=f"Tasks {expected['total']}", exact=True).wait_for()
    assert rows(page) == [item["id"] for item in expected["items"]]
    assert parse_qs(urlsplit(page.url).query).keys() == {"organization", "status", "per_page"}
    page.get_by_role("link", name="Next").click()
    page.get_by_text("Page 2 of").wait_for()
    second = api(mock, "/v1/tasks?status=completed&per_page=10&page=2").json()
    assert rows(page) == [item["id"] for item in second["items"]]
    page.go_back()
    page.get_by_text("Page 1 of").wait_for()
    assert rows(page) == [item["id"] for item in expected["items"]]


def test_shows_its_request_without_the_key(page: Page, mock: MockClient) -> None:
    """The command beside the list, pasted into a shell that knows the key, lists the same; the page has no key."""
    page.goto("/?status=failed&user_id=user_42&per_page=50")
    command = page.locator("#tasks .command").inner_text()
    assert DEMO_API_KEY not in page.content()
    ended = subprocess.run(command, shell=True, capture_output=True, timeout=20, env=ENVIRONMENT)
    assert [item["id"] for item in msgspec.json.decode(ended.stdout)["items"]] == rows(page)
    assert "user_42" in command


def test_a_refused_filter_says_why(page: Page) -> None:
    """A value that the API refuses shows the API's own words, and the list comes back with a better one."""
    page.goto("/")
    page.get_by_text("More filters").click()
    field(page, "from_date").fill("yesterday")
    page.get_by_role("alert").get_by_text("query.from_date").wait_for()
    field(page, "from_date").fill("2000-01-01T00:00:00Z")
    page.get_by_role("alert").wait_for(state="detached")
    assert len(rows(page)) == 20


def test_shows_each_organization(page: Page, mock: MockClient) -> None:
    """The list of another organization has its tasks, and filters by its agents."""
    page.goto("/")
    page.locator("select[name=organization]").select_option(OTHER_ORGANIZATION)
    listed = api(mock, "/v1/tasks", OTHER_API_KEY).json()
    page.get_by_role("heading", name=f"Tasks {listed['total']}", exact=True).wait_for()
    assert rows(page) == [item["id"] for item in listed["items"]]
    field(page, "agent_id").select_option("Reviewer")
    page.wait_for_url("**agent_id=*")


def test_follows_what_happens(page: Page, mock: MockClient) -> None:
    """A task that comes, and its end, appear without reloading; with following switched off nothing is asked."""
    page.clock.install()
    page.goto("/")
    page.evaluate("window.same = true")
    mock.clock.freeze()
    created = httpx.post(
        f"{mock.url}/v1/agents/{mock.agent_id}/invoke/async",
        json={"input": {"text": "A new thing"}},
        headers={"x-api-key": DEMO_API_KEY},
    ).json()
    row = page.locator(f"[id='task-{created['id']}']")
    row.get_by_text("pending").wait_for()
    mock.clock.advance(60)
    row.get_by_text("completed").wait_for()
    page.locator("#overview .requests").get_by_text("invoke_agent_async").wait_for()
    page.get_by_label("Follow").uncheck()
    polled: list[str] = []
    page.on("request", lambda request: polled.append(request.url))
    mock.add_task(title="Nobody looks")
    page.clock.run_for(5_000)
    page.evaluate("0")  # what was asked before is known by now
    assert polled == []
    page.get_by_label("Follow").check()
    page.get_by_text("Nobody looks").wait_for()
    assert page.evaluate("window.same")


def test_opens_a_task(page: Page) -> None:
    """A task shows its conversation, its sub-tasks as a tree with links, its times as a line, and all of its JSON."""
    page.goto("/")
    page.locator(f"[id='task-{EXAMPLE_TASK}'] a").click()
    page.get_by_role("heading", name="What is xpander.ai?").wait_for()
    roles = page.locator(".thread .role").all_inner_texts()
    assert roles == ["system", "user", "tool", "assistant"]
    line = page.locator(".times svg.bar")
    assert "pending" in (line.get_attribute("aria-label") or "")
    assert line.locator("rect").count() == 2
    page.locator(".tree > li > ul a").click()
    page.wait_for_url(f"**{EXAMPLE_SUB_TASK}")
    page.locator(".tree [aria-current]").wait_for()
    assert page.locator("h1").inner_text().startswith(page.locator(".tree [aria-current]").inner_text())
    page.get_by_text("The whole task as JSON").click()
    page.locator("#whole pre").get_by_text(f'"parent_execution": "{EXAMPLE_TASK}"').wait_for()


def test_an_open_section_stays_open(page: Page, mock: MockClient) -> None:
    """What was opened stays so while the page follows the task, and has what is new."""
    page.goto(TASK_PAGE)
    page.get_by_text("The whole task as JSON").click()
    with httpx.Client(headers={"x-api-key": DEMO_API_KEY}) as client:
        body = {"input": {"text": "And then?"}, "id": EXAMPLE_TASK}
        client.post(f"{mock.url}/v1/agents/{mock.agent_id}/invoke", json=body)
    page.locator("#whole pre").get_by_text("And then?").wait_for()
    page.get_by_text("Turn 2:").wait_for()
    page.locator(".thread .user").get_by_text("And then?").wait_for()


def test_bodies_on_a_click_and_no_credentials(page: Page, mock: MockClient) -> None:
    """A click shows headers and body of a request, even one that is no UTF-8, and never the key."""
    url = f"{mock.url}/v1/agents/{mock.agent_id}/invoke/async?x=%22%3E%3Cscript%3E"
    headers = {
        "x-api-key": DEMO_API_KEY,
        "content-type": "application/json",
        "x-note": HOSTILE,
    }
    httpx.post(url, content=b"\xff\xfe<script>window.owned = 1</script>\x00", headers=headers)
    httpx.post(url, json={"input": {"text": "visible"}}, headers={"x-api-key": DEMO_API_KEY})
    page.goto("/_console/requests")
    page.locator(".log summary").nth(1).click()
    page.locator(".log pre").get_by_text("\ufffd\ufffd<script>window.owned = 1</script>").wait_for()
    page.locator(".log summary").nth(0).click()
    page.locator(".log pre").get_by_text('"text": "visible"').wait_for()
    api(mock, "/v1/tasks")  # a row above: what is open stays open at its place
    page.locator(".log summary").get_by_text("list_tasks").wait_for()
    assert page.locator(".log details[open]").count() == 2
    assert page.locator(".log pre").get_by_text('"text": "visible"').count() == 1
    assert DEMO_API_KEY not in page.content()
    assert page.evaluate("window.owned") is None
    page.get_by_role("button", name="Clear").click()
    page.get_by_text("No request has come yet.").wait_for()


def test_markup_in_a_task_is_text(page: Page, mock: MockClient) -> None:
    """Whatever a task says, in each field, is shown as it is and runs nowhere."""
    mock.add_task(id=HOSTILE_ID, title=HOSTILE, text=HOSTILE, result=HOSTILE, user_id=HOSTILE, source=HOSTILE)
    mock.add_task(title=HOSTILE, parent_task_id=HOSTILE_ID)
    page.goto("/")
    assert page.locator("#tasks").get_by_text(HOSTILE, exact=True).count() == 2
    page.locator("#tasks tbody tr").nth(1).get_by_role("link").click()
    page.locator("h1").get_by_text(HOSTILE).wait_for()
    assert page.title().startswith(HOSTILE)
    assert page.locator("dd code").first.inner_text() == HOSTILE_ID
    assert page.locator(".thread .text").get_by_text(HOSTILE, exact=True).count() == 2
    assert page.locator(".tree").get_by_text(HOSTILE, exact=True).count() == 2
    command = page.locator("#commands pre").first
    page.get_by_text("The same by curl").click()
    ended = subprocess.run(
        command.inner_text(),
        shell=True,
        capture_output=True,
        timeout=20,
        env=ENVIRONMENT,
    )
    assert msgspec.json.decode(ended.stdout)["id"] == HOSTILE_ID
    page.goto("/_console/invoke")
    page.get_by_label("Text").fill(HOSTILE)
    page.get_by_role("button", name="Invoke").click()
    page.locator("#answer-status").get_by_text("completed").wait_for()
    assert page.locator("#answer").inner_text() == HOSTILE
    assert page.evaluate("window.owned") is None


def test_works_without_scripts(pages: Pages, mock: MockClient) -> None:
    """Lists, filters and tasks can be read without scripts."""
    page = pages.open(mock.url, java_script_enabled=False)
    page.goto("/")
    field(page, "status").select_option("failed")
    page.get_by_role("button", name="Filter").click()
    assert set(page.locator("#tasks .badge").all_inner_texts()) == {"failed"}
    page.locator("#tasks td a").first.click()
    page.get_by_role("heading", name="Conversation").wait_for()


def test_the_charts_tell_their_numbers(page: Page, mock: MockClient) -> None:
    """The charts are images with names that say what they show."""
    for _ in range(3):
        api(mock, "/v1/tasks")
    page.goto("/")
    counts = mock.state()["tasks"][DEMO_ORGANIZATION]
    told = page.get_by_role("img", name="Tasks by status").get_attribute("aria-label") or ""
    for status, count in counts.items():
        assert f"{count} {status}" in told
    assert page.get_by_role("img", name="Requests in each second").locator("rect").count() >= 1
