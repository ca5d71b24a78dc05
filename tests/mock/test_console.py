"""The console in a real browser. `make test-browser` runs this; it needs a Chromium, see `make browser`."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest

from xpander_mock import DEMO_API_KEY, OTHER_API_KEY, MockClient
from xpander_mock.demo import DEMO_ORGANIZATION, EXAMPLE_SUB_TASK, EXAMPLE_TASK, OTHER_ORGANIZATION

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from ..conftest import Pages

pytestmark = pytest.mark.browser

TASK_PAGE = f"/_console/task?id={EXAMPLE_TASK}"
HOSTILE = "<script>window.owned = 1</script><img src=x onerror='window.owned = 1'>\"'&amp;{{ 7 * 7 }}"
HOSTILE_ID = "a/../b\"c'<b>?x=1#%2F&amp; ü"
ENVIRONMENT = os.environ | {"XPANDER_API_KEY": DEMO_API_KEY}


@pytest.fixture
def mock(xpander_mock: MockClient) -> MockClient:
    return xpander_mock


@pytest.fixture
def page(pages: Pages, mock: MockClient) -> Page:
    return pages.open(mock.url)


def field(page: Page, name: str) -> Locator:
    return page.locator(f"form [name={name}]:not([type=hidden])")


def rows(page: Page) -> list[str]:
    ids: list[str] = page.locator("#tasks tbody tr").evaluate_all("rows => rows.map(row => row.id)")
    return [row_id.removeprefix("task-") for row_id in ids]


def api(mock: MockClient, path: str, key: str = DEMO_API_KEY) -> httpx.Response:
    return httpx.get(mock.url + path, headers={"x-api-key": key})


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


def test_invokes_and_streams(page: Page, mock: MockClient) -> None:
    """The answer grows as its pieces come, while the clock is moved by hand, up to the end."""
    mock.script(text="weather", chunks=["Sun", "ny, ", "then rain"], pending=1, executing=4)
    mock.clock.freeze()
    page.goto("/_console/invoke")
    page.get_by_label("Text").fill("What about the weather?")
    page.get_by_role("button", name="Invoke").click()
    page.locator("#answer-status").get_by_text("pending").wait_for()
    mock.clock.advance(2)
    page.locator("#answer").get_by_text("Sun", exact=True).wait_for()
    page.locator("#answer-status").get_by_text("executing").wait_for()
    mock.clock.advance(1)
    page.locator("#answer").get_by_text("Sunny,", exact=True).wait_for()
    mock.clock.advance(10)
    page.locator("#answer").get_by_text("Sunny, then rain", exact=True).wait_for()
    page.locator("#answer-status").get_by_text("completed").wait_for()
    kinds = [text.split(" ")[0] for text in page.locator("#events summary").all_inner_texts()]
    assert kinds[:2] == ["connected", "task_created"]
    assert kinds[-4:] == ["chunk", "chunk", "chunk", "task_finished"]
    page.locator("#answer-note a").click()
    page.locator(".thread .assistant").get_by_text("Sunny, then rain").wait_for()


def test_continues_a_task(page: Page, pages: Pages, mock: MockClient) -> None:
    """The form continues a task in its organization, with more of the body, and refuses what is no JSON."""
    pages.expected_statuses = {422}
    mine = mock.add_task(
        id=HOSTILE_ID, title="Continue me", organization_id=OTHER_ORGANIZATION, agent_id=other_agent(mock)
    )
    page.goto("/?organization=" + OTHER_ORGANIZATION)
    page.get_by_role("link", name="Continue me").click()
    page.get_by_role("link", name="Continue").click()
    assert page.get_by_label("Task to continue").input_value() == HOSTILE_ID
    page.get_by_label("Text").fill("More")
    page.get_by_text("More of the body").click()
    page.get_by_label("Other fields").fill("[1]")
    page.get_by_role("button", name="Invoke").click()
    page.locator("#answer-note").get_by_text("expected a JSON object").wait_for()
    page.get_by_label("Other fields").fill('{"output_format": "json"}')
    page.get_by_role("button", name="Invoke").click()
    page.locator("#answer").get_by_text('{"answer":"More"}').wait_for()
    assert mock.requests("invoke_agent_stream")[-1]["body"].count(msgspec.json.encode(mine["id"]).decode()) == 1


def other_agent(mock: MockClient) -> str:
    agent_id: str = api(mock, "/v1/tasks", OTHER_API_KEY).json()["items"][0]["agent_id"]
    return agent_id


def test_a_fault_is_set_and_strikes(page: Page, pages: Pages, mock: MockClient) -> None:
    """A fault that is added in the browser strikes a client and the console's own call, and shows in the requests."""
    page.goto("/_console/control")
    form = page.get_by_role("form", name="Add a fault")
    form.get_by_label("To calls of").select_option("get_task")
    form.locator("[name=status]").fill("503")
    form.get_by_label("Times").fill("1")
    form.get_by_role("button", name="Add").click()
    page.get_by_text("The fault is set.").wait_for()
    page.locator("#control .rules").get_by_text("status 503 for get_task, at most 1 time").wait_for()
    page.locator("#status").get_by_text("1 fault").wait_for()
    assert [api(mock, f"/v1/tasks/{EXAMPLE_TASK}").status_code for _ in range(2)] == [503, 200]
    page.get_by_role("link", name="Requests").click()
    codes = page.locator(".log .code")
    assert codes.all_inner_texts() == ["200", "503"]
    mock.fault("status", operation="stop_task", status=500)
    running = mock.add_task(status="executing", title="Stop me")
    page.goto(f"/_console/task?id={running['id']}")
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("alert").get_by_text("stop_task answered 500").wait_for()
    page.goto("/_console/control")
    page.get_by_role("button", name="Delete all faults").click()
    page.get_by_text("All faults are deleted.").wait_for()
    assert mock.state()["faults"] == []


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"kind": "reset"}, "broken before the answer began"),
        ({"kind": "status", "status": 503}, "The API answered 503"),
        ({"kind": "cut_stream", "after": 3}, "The stream ended before the task had finished."),
        ({"kind": "malformed_event", "after": 2}, "not JSON"),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
def test_a_fault_strikes_the_stream(
    page: Page, pages: Pages, mock: MockClient, fault: dict[str, object], said: str
) -> None:
    """What goes wrong with a stream is told in words."""
    pages.expected_statuses = {502, 503}
    mock.fault(str(fault["kind"]), operation="invoke_agent_stream", **{k: v for k, v in fault.items() if k != "kind"})
    page.goto("/_console/invoke")
    page.get_by_label("Text").fill("Hello")
    page.get_by_role("button", name="Invoke").click()
    page.locator("main").get_by_text(said).first.wait_for()
    page.get_by_role("button", name="Invoke").and_(page.locator(":enabled")).wait_for()


def test_a_broken_connection_is_told(page: Page, pages: Pages, mock: MockClient) -> None:
    """A request whose connection a fault broke has no answer; a mock that does not answer is told until it does."""
    page.goto("/")
    mock.fault("reset", operation="list_tasks", times=1)
    with pytest.raises(httpx.TransportError):
        api(mock, "/v1/tasks")
    page.locator("#overview .requests").get_by_text("no answer").wait_for()
    page.route("**/_console/**", lambda route: route.abort("connectionrefused"))
    page.get_by_role("alert").get_by_text("The mock does not answer.").wait_for()
    page.unroute("**/_console/**")
    page.locator("#unreachable").wait_for(state="hidden")
    told = ("ERR_CONNECTION_REFUSED", "Failed to fetch")
    pages.problems = [problem for problem in pages.problems if not any(text in problem for text in told)]


def test_leaving_a_stream_ends_it(page: Page, mock: MockClient) -> None:
    """A stream that the browser leaves is given up by the mock too, and its task goes on."""
    mock.clock.freeze()
    page.goto("/_console/invoke")
    page.get_by_label("Text").fill("Hello")
    page.get_by_role("button", name="Invoke").click()
    page.locator("#answer-status").get_by_text("pending").wait_for()
    assert mock.waiting == 1
    page.get_by_role("button", name="Disconnect").click()
    page.get_by_text("Disconnected. The task goes on.").wait_for()
    mock.wait_until_idle()
    mock.clock.advance(60)
    page.locator("#answer-note a").click()
    page.locator("h1").get_by_text("completed").wait_for()


def test_stops_and_deletes(page: Page, pages: Pages, mock: MockClient) -> None:
    """The buttons stop and delete a task through the API, so that they are logged; a deletion asks first."""
    pages.expected_statuses = {404}
    task = mock.add_task(status="executing", title="Stop me", id=HOSTILE_ID)
    page.goto("/")
    page.get_by_role("link", name="Stop me").click()
    page.get_by_role("button", name="Stop").click()
    page.locator("h1").get_by_text("stopped").wait_for()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("heading", name="There is no such task").wait_for()
    assert [request["operation"] for request in mock.requests()] == ["stop_task", "delete_task"]
    assert api(mock, "/v1/tasks?per_page=1").json()["items"][0]["id"] != task["id"]


def test_the_buttons_of_the_control(page: Page, mock: MockClient) -> None:
    """Clock, rate limit, scripts, reset and save do what they say, and a wrong value says why."""
    page.goto("/_console/control")
    page.get_by_role("button", name="Freeze").click()
    page.locator("#control").get_by_text("frozen").wait_for()
    before = mock.clock.now()
    page.get_by_role("button", name="+ 1 day").click()
    page.get_by_text("The clock has moved.").wait_for()
    assert (mock.clock.now() - before).total_seconds() == 86_400
    page.get_by_label("Requests per time").fill("often")
    page.get_by_role("button", name="Set", exact=True).click()
    page.locator("#message").get_by_text("expected a rate such as").wait_for()
    page.get_by_label("Requests per time").fill("2/m")
    page.get_by_role("button", name="Set", exact=True).click()
    page.locator("#control").get_by_text("2/60s").wait_for()
    assert [api(mock, "/v1/tasks").status_code for _ in range(3)] == [200, 200, 429]
    page.get_by_role("button", name="Remove").click()
    page.get_by_text("All requests pass.").wait_for()
    mock.script(text="<b>weather", result="sunny")
    page.locator("#control .rules").get_by_text("<b>weather").wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="Save").click()
    snapshot = Path(download.value.path()).read_bytes()
    added = mock.add_task(title="Not in the file")
    mock.load(snapshot)
    assert api(mock, f"/v1/tasks/{added['id']}").status_code == 404
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Reset").click()
    page.get_by_text("as it was when it was started").wait_for()
    assert (mock.state()["frozen"], mock.state()["scripts"], mock.state()["rate_limit"]) == (False, [], None)


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
