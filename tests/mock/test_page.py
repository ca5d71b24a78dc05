"""The page at `/`, its commands, and the served contract."""

import re
import subprocess
from collections.abc import Iterator
from html import unescape

import httpx
import pytest
import yaml

from xpander_mock import DEMO_API_KEY, OTHER_API_KEY, MockClient, XpanderMock
from xpander_mock.contract import load_contract


@pytest.fixture(scope="module")
def commands() -> Iterator[dict[str, str]]:
    """The command of each operation, with a mock that answers it."""
    with XpanderMock() as mock:
        page = httpx.get(mock.url).text
        yield {
            operation: unescape(command)
            for operation, command in re.findall(r"<b>(\w+)</b>[^<]*</p><pre>(.*?)</pre>", page, re.DOTALL)
        }


def test_the_page_shows_what_runs(xpander_mock: MockClient) -> None:
    """The page shows the current address, keys, agents, tasks by status, clock and settings."""
    xpander_mock.clock.freeze()
    xpander_mock.fault("latency", seconds=0)
    xpander_mock.rate_limit("99/60s")
    page = httpx.get(f"{xpander_mock.url}/")
    assert page.headers["content-type"].startswith("text/html")
    for told in (xpander_mock.url, DEMO_API_KEY, OTHER_API_KEY, xpander_mock.agent_id, "(frozen)", "99/60s", "memory"):
        assert told in page.text
    for counts in xpander_mock.state()["tasks"].values():
        assert f"<td class=number>{sum(counts.values())}</td>" in page.text


@pytest.mark.parametrize("operation", sorted(load_contract().operations, key=lambda name: name == "delete_task"))
def test_a_pasted_command_works(commands: dict[str, str], operation: str) -> None:
    """The page has a curl command for every operation, and the command works."""
    ended = subprocess.run(commands[operation], shell=True, capture_output=True, text=True, timeout=20)
    assert ended.returncode == 0, ended.stderr
    assert '"detail"' not in ended.stdout
    assert bool(ended.stdout) == (operation != "delete_task")


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


def test_the_host_name_is_escaped(xpander_mock: MockClient) -> None:
    """A host name with markup is shown as text."""
    page = httpx.get(f"{xpander_mock.url}/", headers={"host": "<script>alert(1)</script>"})
    assert "<script>" not in page.text
