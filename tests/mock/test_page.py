"""The console's pages without a browser: what they hold, how they answer; and the served contract."""

import os
import re
import subprocess
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from xpander_mock import DEMO_API_KEY, OTHER_API_KEY, MockClient, Parts, Settings, XpanderMock
from xpander_mock.console.rendering import STATIC
from xpander_mock.contract import load_contract
from xpander_mock.demo import DEMO_ORGANIZATION, EXAMPLE_TASK, OTHER_ORGANIZATION
from xpander_mock.parts import Authentication

PAGES = (
    "/",
    f"/_console/task?id={EXAMPLE_TASK}",
    "/_console/invoke",
    "/_console/requests",
    "/_console/control",
    "/_console/reference",
)


COMMAND = re.compile(r'id="(\w+)">.*?class="command"[^>]*><code>(.*?)</code>', re.DOTALL)


@pytest.fixture(scope="module")
def commands() -> Iterator[dict[str, str]]:
    """The command of each operation, with a mock that answers it."""
    with XpanderMock() as mock:
        page = httpx.get(f"{mock.url}/_console/reference").text
        yield {operation: unescape(command) for operation, command in COMMAND.findall(page)}


def test_the_page_shows_what_runs(xpander_mock: MockClient) -> None:
    """The pages show the address, keys, agents, tasks by status, clock and settings as they are now."""
    xpander_mock.clock.freeze()
    xpander_mock.fault("latency", seconds=0)
    xpander_mock.rate_limit("99/60s")
    page = httpx.get(f"{xpander_mock.url}/")
    assert page.headers["content-type"].startswith("text/html")
    for told in ("frozen", "1 fault", "99/60s", *xpander_mock.state()["tasks"]):
        assert told in page.text
    for status, count in xpander_mock.state()["tasks"][DEMO_ORGANIZATION].items():
        assert f"{count} {status}" in page.text
    reference = httpx.get(f"{xpander_mock.url}/_console/reference").text
    for told in (xpander_mock.url, DEMO_API_KEY, OTHER_API_KEY, xpander_mock.agent_id):
        assert told in reference


@pytest.mark.parametrize("operation", sorted(load_contract().operations, key=lambda name: name == "delete_task"))
def test_a_pasted_command_works(commands: dict[str, str], operation: str) -> None:
    """The page has a curl command for every operation, and the command works in a shell that knows the key."""
    environment = os.environ | {"XPANDER_API_KEY": DEMO_API_KEY}
    ended = subprocess.run(commands[operation], shell=True, capture_output=True, text=True, timeout=20, env=environment)
    assert ended.returncode == 0, ended.stderr
    assert '"detail"' not in ended.stdout
    assert bool(ended.stdout) == (operation != "delete_task")
    assert DEMO_API_KEY not in commands[operation]


@pytest.mark.parametrize("path", PAGES)
def test_pages_load_scripts_and_styles_of_the_mock_alone(xpander_mock: MockClient, path: str) -> None:
    """Each page forbids scripts and styles from elsewhere and between its lines, and being framed; it has none."""
    page = httpx.get(xpander_mock.url + path)
    policy = dict(rule.strip().split(" ", 1) for rule in page.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert re.findall(r"<script(?! src=\"/_console/static/)|<style|\sstyle=|\son\w+=|https?://(?!127)", page.text) == []
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("name", sorted(STATIC))
def test_files_may_be_stored(xpander_mock: MockClient, name: str) -> None:
    """Pages name each file with a part that follows from its bytes, so that browsers store it for good."""
    pages = "".join(httpx.get(xpander_mock.url + path).text for path in PAGES)
    (url,) = set(re.findall(rf'"(/_console/static/{name}\?\w+)"', pages))
    file = httpx.get(xpander_mock.url + url)
    assert (file.status_code, file.headers["content-type"].partition(";")[0]) == (200, STATIC[name])
    assert "immutable" in file.headers["cache-control"]


@pytest.mark.parametrize("name", ["htmx.LICENSE", "..%2Frendering.py", "%2e%2e%2fconsole.py", "nothing"])
def test_other_files_are_not_served(xpander_mock: MockClient, name: str) -> None:
    """Only the files that pages load are served."""
    assert httpx.get(f"{xpander_mock.url}/_console/static/{name}").status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "form", "status", "said"),
    [
        ("GET", "/_console/task?id=nothing", None, 404, "There is no such task"),
        ("GET", "/_console/task", None, 404, "There is no such task"),
        ("GET", "/_console/requests/999999999", None, 404, "no longer remembered"),
        ("GET", "/?per_page=51", None, 200, "query.per_page"),
        ("GET", "/?page=99999999999999999999999", None, 200, "Page"),
        ("GET", "/?organization=nobody", None, 200, "No task passes"),
        ("POST", "/_console/control/nothing", {}, 404, "no command nothing"),
        ("POST", "/_console/control/advance", {}, 200, "expected a number as seconds"),
        ("POST", "/_console/control/advance", {"seconds": "-1"}, 200, "clock answered 422"),
        ("POST", "/_console/control/fault", {"kind": "x"}, 200, "faults answered 422"),
        (
            "POST",
            "/_console/control/fault",
            {"kind": "status", "times": "1.5"},
            200,
            "a whole number as times",
        ),
        ("POST", "/_console/control/rate-limit", {}, 200, "expected a rate"),
        ("POST", "/_console/invoke/stream", {}, 422, "has no credentials"),
        ("POST", "/_console/invoke/stream", {"organization": DEMO_ORGANIZATION, "agent_id": "../x"}, 404, "Agent"),
        (
            "POST",
            "/_console/invoke/stream",
            {"organization": DEMO_ORGANIZATION, "more": "[" * 5000},
            422,
            "JSON object",
        ),
        ("POST", "/_console/control/advance", {"seconds": "1" * 20_000}, 413, "body"),
    ],
)
def test_a_wrong_request_says_why(
    xpander_mock: MockClient, method: str, path: str, form: dict[str, str] | None, status: int, said: str
) -> None:
    """What cannot be shown or done is answered with the reason."""
    answer = httpx.request(method, xpander_mock.url + path, data=form)
    assert (answer.status_code, said in unescape(answer.text)) == (status, True), answer.text


def test_long_titles_are_cut(xpander_mock: MockClient) -> None:
    """A list of tasks with titles of a megabyte stays small, and the page of one shows all of its text."""
    long = "long" * 250_000
    task = xpander_mock.add_task(title=long, text=long)
    for _ in range(2):
        xpander_mock.add_task(title=long, parent_task_id=EXAMPLE_TASK)
    assert len(httpx.get(f"{xpander_mock.url}/").content) < 40_000
    page = httpx.get(f"{xpander_mock.url}/_console/task", params={"id": task["id"]}).text
    assert page.count(long) == 5  # input and result in the conversation; these and the title in the JSON


def test_conditions_of_rules_are_shown(xpander_mock: MockClient) -> None:
    """The control shows for which requests faults and scripts are, as text, and no key that they ask for."""
    markup = "<script>alert(1)</script>"
    headers = {"x-api-key": DEMO_API_KEY, "x-team": markup}
    xpander_mock.fault("latency", seconds=0, request_headers=headers, task_id=EXAMPLE_TASK)
    xpander_mock.script(text="weather", result=markup, request_headers=headers)
    page = httpx.get(f"{xpander_mock.url}/_console/control").text
    shown = unescape(page)
    assert shown.count(f'"x-team": "{markup}"') == 2
    assert (f'"task_id": "{EXAMPLE_TASK}"' in shown, f'"result": "{markup}"' in shown) == (True, True)
    assert (markup in page, DEMO_API_KEY in page, "null" in page) == (False, False, False)


class BearerTokensOnly(Authentication):
    """Knows no API key."""

    def __init__(self, *known: Any) -> None:
        super().__init__(*known)
        self.api_keys = {}


def test_calls_in_the_name_of_an_organization_without_a_key() -> None:
    """What a button does is proved by a bearer token where there is no key, and refused where there is neither."""
    with XpanderMock(Settings(tasks=3), Parts(authentication=BearerTokensOnly)) as mock:
        task = mock.add_task(status="executing")
        stopped = httpx.post(f"{mock.url}/_console/task/stop", params={"id": task["id"]})
        assert 'class="badge stopped"' in stopped.text
        other = mock.add_task(status="executing", organization_id=OTHER_ORGANIZATION)
        refused = httpx.post(f"{mock.url}/_console/task/stop", params={"id": other["id"]})
        assert "has no credentials" in refused.text
        assert 'class="badge executing"' in refused.text


def test_a_refused_reset_names_the_option(tmp_path: Path) -> None:
    """The button of a mock whose file held tasks before does nothing but say what would let it."""
    settings = Settings(data=str(tmp_path / "tasks.db"), tasks=3)
    with XpanderMock(settings):
        pass
    with XpanderMock(settings) as mock:
        mock.add_task(title="Keep me")
        answer = httpx.post(f"{mock.url}/_console/control/reset")
        assert "--allow-reset" in answer.text
        assert "Keep me" in httpx.get(mock.url).text


def test_several_workers_have_no_common_requests(xpander_mock: MockClient) -> None:
    """With several workers the pages say that clock, faults and requests belong to one process."""
    with XpanderMock(Settings(workers=2, tasks=5)) as mock:
        for path in ("/", "/_console/requests", "/_console/control"):
            assert "Several workers" in httpx.get(mock.url + path).text
        refused = httpx.post(f"{mock.url}/_console/control/freeze")
        assert "one worker" in refused.text


def test_a_lost_login_reloads_the_page() -> None:
    """A part of a page that may not be shown any more lets htmx load the whole page, which asks for the token."""
    with XpanderMock(Settings(control_token="secret", tasks=0)) as mock:
        refused = httpx.get(f"{mock.url}/_console/status", headers={"hx-request": "true"})
        assert (refused.status_code, refused.headers["hx-refresh"]) == (401, "true")
        with httpx.Client(base_url=mock.url) as browser:
            browser.post("/_console/login", data={"token": "secret"})
            assert "In force" in browser.post("/_console/control/freeze").text
            assert mock.state()["frozen"]


def test_the_contract_is_served(xpander_mock: MockClient) -> None:
    """`/openapi.yaml` is the repository's file with the mock as its first server, `/openapi.json` the same document."""
    text = httpx.get(f"{xpander_mock.url}/openapi.yaml").text
    with open("openapi.yaml") as file:
        lines = file.read().splitlines()
    added = [line for line in text.splitlines() if line not in lines]
    assert [line for line in text.splitlines() if line not in added] == lines
    assert [line.strip() for line in added] == [f'- url: "{xpander_mock.url}"', "description: This mock"]
    assert httpx.get(f"{xpander_mock.url}/openapi.json").json() == yaml.safe_load(text)


def test_a_client_of_the_served_contract_calls_the_mock(xpander_mock: MockClient) -> None:
    """The first server is the address that the document was read from, production the second."""
    address = f"localhost:{xpander_mock.url.rpartition(':')[2]}"
    servers = httpx.get(f"http://{address}/openapi.json").json()["servers"]
    assert [server["url"] for server in servers] == [f"http://{address}", "https://api.xpander.ai"]
    hostile = httpx.get(f"{xpander_mock.url}/openapi.yaml", headers={"host": 'x", evil: "1'})
    assert "evil" not in yaml.safe_load(hostile.text)


def test_the_host_name_is_escaped() -> None:
    """A host name with markup is refused, and one in a query is shown as text."""
    with XpanderMock(Settings(allowed_hosts=("mock.internal",), tasks=1)) as mock:
        for host in ("<script>alert(1)</script>", "mock.internal"):
            page = httpx.get(f"{mock.url}/?organization=<script>alert(1)</script>", headers={"host": host})
            assert "<script>alert" not in page.text
