"""`xpander-tasks doctor` names what is wrong, and what to do about it."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from time import time
from typing import Any

import pytest

from xpander_mock import MockClient

from .terminal import Cli, assert_fits, plain

PAGE = b'{"items": [], "total": 0, "page": 1, "per_page": 1, "total_pages": 0}'


def checks(done: subprocess.CompletedProcess[str]) -> dict[str, dict[str, Any]]:
    return {row["check"]: row for row in map(json.loads, done.stdout.splitlines())}


@contextmanager
def serving(status: int, body: bytes, headers: Mapping[str, str]) -> Iterator[str]:
    """A server that gives one answer to everything; without a `Date` of its own it tells none."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response_only(status)
            for name, value in {"content-length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_a_healthy_setup_has_no_problem(cli: Cli, mock: MockClient) -> None:
    """Every check is `ok`, and one request for one task was sent."""
    mock.rate_limit("100/60s")
    mock.forget_requests()
    done = cli("doctor", "-o", "jsonl")
    found = checks(done)
    assert list(found) == ["versions", "settings", "address", "key", "clock", "rate limit"]
    assert {row["outcome"] for row in found.values()} == {"ok"}
    assert found["key"]["detail"] == "accepted; its organization has 238 tasks"
    assert found["rate limit"]["detail"] == "99 of 100 requests left"
    assert (done.returncode, done.stderr) == (0, "No problem was found.\n")
    assert [request["path"] for request in mock.requests()] == ["/v1/tasks"]


def test_a_wrong_key_is_told_from_a_wrong_address(cli: Cli) -> None:
    """The address is `ok` and the key a problem, with exit code 4; the key is not shown."""
    done = cli("doctor", "-o", "jsonl", environment={"XPANDER_API_KEY": "not-the-key-4711"})
    found = checks(done)
    assert (found["address"]["outcome"], found["key"]["outcome"]) == ("ok", "problem")
    assert "XPANDER_API_KEY" in found["key"]["hint"]
    assert "doctor" not in found["key"]["hint"]
    assert (done.returncode, done.stderr) == (4, "Problems: key.\n")
    assert "4711" not in done.stdout + done.stderr


def test_a_missing_key_is_found_before_anything_is_sent(cli: Cli, mock: MockClient) -> None:
    """Without a key the settings are the problem, and the file of profiles is named."""
    mock.forget_requests()
    done = cli("doctor", "-o", "jsonl", environment={"XPANDER_API_KEY": ""})
    found = checks(done)
    assert list(found) == ["versions", "settings"]
    assert "config.toml (does not exist)" in found["settings"]["hint"]
    assert done.returncode == 4
    assert mock.requests() == []


def test_a_profile_is_named_and_a_broken_one_is_a_problem(cli: Cli, mock: MockClient) -> None:
    """The settings say which profile is used; a file that is not TOML ends the checks with exit code 2."""
    file = Path(cli.environment["XPANDER_CONFIG"])
    file.write_text(f'[profiles.work]\napi_key = "{mock.api_key}"\nbase_url = "{mock.url}"\n')
    found = checks(cli("doctor", "--profile", "work", "-o", "jsonl"))
    assert found["settings"]["detail"] == f"profile work, file of profiles {file}"
    assert found["key"]["outcome"] == "ok"
    file.write_text("[profiles.work\n")
    done = cli("doctor", "--profile", "work", "-o", "jsonl")
    assert (done.returncode, "is not TOML" in checks(done)["settings"]["detail"]) == (2, True)


def test_an_address_where_nobody_listens_leads_to_the_mock(cli: Cli) -> None:
    """A refused connection is exit code 7, and the hint names the command that starts a server."""
    done = cli("doctor", "-o", "jsonl", environment={"XPANDER_BASE_URL": "http://127.0.0.1:9"})
    found = checks(done)
    assert (list(found)[-1], found["address"]["outcome"], done.returncode) == ("address", "problem", 7)
    assert "xpander-tasks mock" in found["address"]["hint"]


def test_a_proxy_is_named_without_its_password(cli: Cli) -> None:
    """The variable that sends requests elsewhere is named, its value is not."""
    proxy = {"XPANDER_BASE_URL": "http://tasks.invalid", "HTTP_PROXY": "http://me:hunter2@127.0.0.1:9"}
    done = cli("doctor", "-o", "jsonl", environment=proxy)
    assert "the proxy of HTTP_PROXY" in checks(done)["address"]["hint"]
    assert "hunter2" not in done.stdout + done.stderr


@pytest.mark.parametrize(("status", "body"), [(200, b"<html>hello</html>"), (404, b"<html>not here</html>")])
def test_another_server_is_not_taken_for_the_api(cli: Cli, status: int, body: bytes) -> None:
    """A page of HTML or a 404 is a problem of the address, and nothing is said about the key."""
    with serving(status, body, {}) as url:
        done = cli("doctor", "-o", "jsonl", environment={"XPANDER_BASE_URL": url})
    found = checks(done)
    assert (found["address"]["outcome"], found["key"]["outcome"], done.returncode) == ("problem", "unknown", 1)


@pytest.mark.parametrize(("seconds", "said"), [(3600, "behind"), (-3600, "ahead of")])
def test_a_wrong_clock_is_a_warning(cli: Cli, seconds: int, said: str) -> None:
    """An hour's difference is told with its direction; it is no reason to fail."""
    with serving(200, PAGE, {"date": formatdate(time() + seconds, usegmt=True)}) as url:
        done = cli("doctor", "-o", "jsonl", environment={"XPANDER_BASE_URL": url})
    clock = checks(done)["clock"]
    assert (clock["outcome"], said in clock["detail"], done.returncode) == ("warning", True, 0)


def test_what_a_server_does_not_say_is_unknown(cli: Cli) -> None:
    """Without `Date` and rate limit headers both checks are `unknown`, which is no problem."""
    with serving(200, PAGE, {"date": "yesterday", "x-ratelimit-limit": "many"}) as url:
        found = checks(done := cli("doctor", "-o", "jsonl", environment={"XPANDER_BASE_URL": url}))
    assert (found["clock"]["outcome"], found["rate limit"]["outcome"], done.returncode) == ("unknown", "unknown", 0)


def test_a_reached_rate_limit_is_a_problem(cli: Cli, mock: MockClient) -> None:
    """A 429 ends at once, without waiting for the limit, and says how long it will last."""
    mock.rate_limit("1/1000s")
    assert cli("list").returncode == 0
    done = cli("doctor", "-o", "jsonl")
    limit = checks(done)["rate limit"]
    assert (limit["outcome"], done.returncode) == ("problem", 1)
    assert "accepted again in" in limit["detail"]


def test_a_terminal_shows_the_checks_within_its_width(cli: Cli) -> None:
    """The checks appear one below the other and fit 80 columns."""
    code, text = cli.on_terminal("doctor")
    assert code == 0
    assert_fits(text, 80)
    assert [line.split()[0] for line in plain(text).splitlines() if line[:1].strip()][:3] == [
        *("versions", "settings", "address")
    ]
