"""What the console does: invokes that stream, faults, stops, deletions and the buttons. Run by `make test-browser`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import msgspec
import pytest

from xpander_mock import OTHER_API_KEY, MockClient, Settings, XpanderMock
from xpander_mock.demo import EXAMPLE_TASK, OTHER_ORGANIZATION

from .console_pages import HOSTILE_ID, api

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


def test_asks_once_for_the_token(pages: Pages) -> None:
    """A mock with a token asks for it, refuses a wrong one, and knows the browser from then on."""
    pages.expected_statuses = {401}
    with XpanderMock(Settings(control_token="open sesame", tasks=1)) as guarded:
        page = pages.open(guarded.url)
        page.goto("/_console/control")
        page.get_by_label("Control token").fill("wrong")
        page.get_by_role("button", name="Open").click()
        page.get_by_label("Control token").fill("open sesame")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Tasks 1").wait_for()
        page.get_by_role("link", name="Control").click()
        page.get_by_role("button", name="Freeze").click()
        page.locator("#control").get_by_text("frozen").wait_for()
        assert guarded.state()["frozen"]
        page.context.clear_cookies()
        page.get_by_label("Control token").wait_for()


def test_pages_of_other_sites_change_nothing(pages: Pages, mock: MockClient) -> None:
    """What the script of another origin sends is refused, though the browser sends the cookie along."""
    with XpanderMock(Settings(control_token="open sesame", tasks=1)) as guarded, XpanderMock(Settings(tasks=0)) as evil:
        page = pages.open(guarded.url)
        pages.expected_statuses = {401, 403, 404}
        page.goto("/")
        page.get_by_label("Control token").fill("open sesame")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Tasks 1").wait_for()
        page.goto(f"{evil.url}/openapi.json")  # a page without a content security policy
        send = "url => fetch(url, {method: 'POST', mode: 'no-cors', credentials: 'include', body: 'seconds=60'})"
        for path in (
            "/_console/control/freeze",
            "/_console/control/advance",
            "/_mock/clock",
            "/_console/invoke/stream",
        ):
            for url in (guarded.url, mock.url):
                page.evaluate(send, url + path)
        assert not guarded.state()["frozen"]
        assert not mock.state()["frozen"]
        assert mock.requests() == guarded.requests() == []
        pages.problems = [problem for problem in pages.problems if "another address" not in problem]


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


def test_credentials_of_a_request_are_hidden(page: Page, mock: MockClient) -> None:
    """Credentials in the body of an invoke, which come back with the task, are on no page."""
    secret = "s3cr3t-of-a-user"
    more = {"user_oidc_token": secret, "user_tokens": {"mail": secret}, "mcp_servers": [{"api_key": secret}]}
    page.goto("/_console/invoke")
    page.get_by_label("Text").fill("Hello")
    page.get_by_text("More of the body").click()
    page.get_by_label("Other fields").fill(msgspec.json.encode(more).decode())
    page.get_by_role("button", name="Invoke").click()
    page.locator("#answer-status").get_by_text("completed").wait_for()
    last = page.locator("#events details").last
    last.locator("summary").click()
    last.get_by_text('"user_oidc_token": "[hidden]"').wait_for()
    last.get_by_text('"total_tokens": 4').wait_for()
    assert secret not in page.content()
    page.locator("#answer-note a").click()
    page.get_by_text("The whole task as JSON").click()
    page.locator("#whole").get_by_text('"user_oidc_token": "[hidden]"').wait_for()
    page.locator("#whole").get_by_text('"total_tokens": 4').wait_for()
    assert secret not in page.content()
    page.goto("/_console/requests")
    page.locator(".log summary").first.click()
    page.locator(".log pre").get_by_text('"user_oidc_token": "[hidden]"').wait_for()
    assert secret not in page.content()
