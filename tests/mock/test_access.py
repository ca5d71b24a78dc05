"""Who may use the control and the console: not the pages of other sites, and beyond loopback only who has the token."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from xpander_mock import ControlError, Mock, MockClient, Settings, XpanderMock
from xpander_mock.control.routes import ACTIONS

TOKEN = "the-control-token"
PAGES = [
    *ACTIONS,
    ("GET", "/"),
    ("GET", "/_console/task?id=x"),
    ("GET", "/_console/snapshot"),
    ("GET", "/_console/reference"),
    ("POST", "/_console/login"),
    ("POST", "/_console/control/reset"),
    ("POST", "/_console/invoke/stream"),
    ("POST", "/_console/task/delete?id=x"),
]


@pytest.fixture(scope="module")
def guarded() -> Iterator[XpanderMock]:
    """A mock with a control token and one more host name."""
    with XpanderMock(Settings(control_token=TOKEN, allowed_hosts=("mock.internal",))) as mock:
        yield mock


def ask(client: tuple[str, int] | None, settings: Settings, method: str = "GET", path: str = "/", **how: Any) -> Any:
    """Send a request to a mock as if it came from the address `client`."""

    async def send() -> httpx.Response:
        mock = Mock(settings)
        transport = httpx.ASGITransport(mock.app, client=client)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8787") as http:
            answer = await http.request(method, path, **how)
        mock.close()
        return answer

    return asyncio.run(send())


@pytest.mark.parametrize(("method", "path"), PAGES)
@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "evil.example:80"},
        {"host": "127.0.0.1.evil.example"},
        {"host": "localhost.evil.example"},
        {"host": "[::1"},
        {"host": ""},
        {"origin": "http://evil.example"},
        {"origin": "http://127.0.0.1"},
        {"origin": "http://127.0.0.1.evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://["},
    ],
    ids=str,
)
def test_another_site_is_refused(xpander_mock: MockClient, method: str, path: str, headers: dict[str, str]) -> None:
    """A request with another site's Origin, or with its name as Host, is a 403 and changes nothing."""
    xpander_mock.clock.freeze()
    answer = httpx.request(method, xpander_mock.url + path, headers=headers)
    assert answer.status_code == 403
    assert xpander_mock.state()["frozen"]


def test_the_api_answers_to_any_host(xpander_mock: MockClient) -> None:
    """The API is protected by keys, which another site's page does not have: Host and Origin do not matter."""
    headers = {"host": "evil.example", "origin": "http://evil.example", "x-api-key": xpander_mock.api_key}
    answer = httpx.get(f"{xpander_mock.url}/v1/tasks", headers=headers)
    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:99", "mock.localhost", "127.0.0.1", "[::1]:8787", "192.0.2.7"]
)
def test_a_name_that_cannot_be_another_sites_is_allowed(xpander_mock: MockClient, host: str) -> None:
    """An IP address or localhost as Host is allowed, with the same Origin or none."""
    for headers in ({"host": host}, {"host": host, "origin": f"http://{host}"}):
        assert httpx.get(f"{xpander_mock.url}/_mock/state", headers=headers).status_code == 200


def test_an_option_allows_a_name(guarded: XpanderMock) -> None:
    """`allowed_hosts` names hosts of compose files."""
    headers = {"host": "Mock.Internal:8787", "authorization": f"Bearer {TOKEN}"}
    assert httpx.get(f"{guarded.url}/_mock/state", headers=headers).status_code == 200
    headers["host"] = "other.internal"
    answer = httpx.get(f"{guarded.url}/_mock/state", headers=headers)
    assert answer.status_code == 403
    assert "--allow-host" in answer.json()["detail"]


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None])
def test_a_body_that_a_form_can_send_is_refused(xpander_mock: MockClient, media_type: str | None) -> None:
    """A body that is not declared as JSON is a 415: a browser sends such a body to other sites without asking."""
    headers = {} if media_type is None else {"content-type": media_type}
    answer = httpx.post(f"{xpander_mock.url}/_mock/clock", content=b'{"freeze": true}', headers=headers)
    assert answer.status_code == 415
    assert "application/json" in answer.json()["detail"]
    assert not xpander_mock.state()["frozen"]


@pytest.mark.parametrize(
    "client", [("192.0.2.1", 5), ("2001:db8::1", 5), ("::ffff:192.0.2.1", 5), ("nonsense", 5), None]
)
def test_beyond_loopback_the_control_needs_a_token(client: tuple[str, int] | None) -> None:
    """Without a token the API serves callers elsewhere, and control and console are a 403 that names the option."""
    key = {"x-api-key": XpanderMock.api_key}
    assert ask(client, Settings(), path="/v1/tasks", headers=key).status_code == 200
    assert ask(client, Settings(), path="/openapi.json").status_code == 200
    for method, path in PAGES:
        answer = ask(client, Settings(tasks=0), method, path)
        assert answer.status_code == 403
        assert "--control-token" in answer.text
    token = {"authorization": f"Bearer {TOKEN}"}
    assert ask(client, Settings(control_token=TOKEN), path="/_mock/state", headers=token).status_code == 200


@pytest.mark.parametrize("client", [("127.0.0.1", 5), ("127.1.2.3", 5), ("::1", 5), ("::ffff:127.0.0.1", 5)])
def test_on_loopback_the_token_may_be_left_out(client: tuple[str, int]) -> None:
    """Without a token, callers on loopback use the control."""
    assert ask(client, Settings(), path="/_mock/state").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [{}, {"authorization": "Bearer wrong"}, {"authorization": TOKEN}, {"cookie": f"xpander_mock_console={TOKEN}"}],
    ids=str,
)
def test_a_token_is_needed_once_there_is_one(guarded: XpanderMock, headers: dict[str, str]) -> None:
    """With a token, requests without it are a 401 that says how to pass it, and does not show it."""
    answer = httpx.get(f"{guarded.url}/_mock/state", headers=headers)
    assert answer.status_code == 401
    assert "XPANDER_MOCK_TOKEN" in answer.json()["detail"]
    assert TOKEN not in answer.text


def test_clients_pass_the_token(guarded: XpanderMock, monkeypatch: pytest.MonkeyPatch) -> None:
    """`MockClient` takes the token as an argument or from `XPANDER_MOCK_TOKEN`, and an embedded mock has its own."""
    assert guarded.state()["frozen"] is False
    assert MockClient(guarded.url, TOKEN).state()
    with pytest.raises(ControlError, match="control token"):
        MockClient(guarded.url).reset()
    monkeypatch.setenv("XPANDER_MOCK_TOKEN", TOKEN)
    assert MockClient(guarded.url).state()


def test_the_token_is_in_no_repr(guarded: XpanderMock) -> None:
    """Settings, clients and the log of requests do not show the token."""
    headers = {"authorization": f"Bearer {TOKEN}"}
    httpx.get(f"{guarded.url}/v1/tasks", headers=headers)
    assert TOKEN not in repr(Settings(control_token=TOKEN)) + repr(guarded) + str(guarded.requests())


def test_a_browser_sends_the_token_once(guarded: XpanderMock) -> None:
    """The console asks for the token, and keeps a cookie that other sites' pages cannot use and scripts not read."""
    with httpx.Client(base_url=guarded.url) as browser:
        asked = browser.get("/")
        assert (asked.status_code, "<form" in asked.text) == (401, True)
        assert browser.post("/_console/login", data={"token": "wrong"}).status_code == 401
        assert browser.post("/_console/login", data={"token": "x" * 20_000}).status_code == 413
        entered = browser.post("/_console/login", data={"token": TOKEN})
        assert (entered.status_code, entered.headers["location"]) == (303, "/")
        cookie = entered.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert TOKEN not in cookie
        assert browser.get("/").status_code == 200
        assert browser.get("/_mock/state").status_code == 200


def test_pages_may_call_the_api_when_the_option_says_so() -> None:
    """With `cors` the API answers preflights and calls of that origin, and nothing else does."""
    with XpanderMock(Settings(cors=("http://app.example",))) as mock:
        asking = {"origin": "http://app.example", "access-control-request-method": "DELETE"}
        asking["access-control-request-headers"] = "x-api-key"
        preflight = httpx.options(f"{mock.url}/v1/tasks/x", headers=asking)
        assert preflight.status_code == 200
        assert preflight.headers["access-control-allow-origin"] == "http://app.example"
        assert "DELETE" in preflight.headers["access-control-allow-methods"]
        mock.fault("status", status=503, times=1)
        headers = {"origin": "http://app.example", "x-api-key": mock.api_key}
        for status in (503, 200):
            answer = httpx.get(f"{mock.url}/v1/tasks", headers=headers)
            assert answer.status_code == status
            assert answer.headers["access-control-allow-origin"] == "http://app.example"
        other = httpx.options(f"{mock.url}/v1/tasks", headers=asking | {"origin": "http://evil.example"})
        assert "access-control-allow-origin" not in other.headers
        assert httpx.options(f"{mock.url}/_mock/reset", headers=asking).status_code == 405
