"""The rate limit, judged on a server of its own or where the run is told of one."""

import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from contract_tests._mock import MockServer
from contract_tests.claims._tasks import BY_ID, Workshop
from contract_tests.claims.api import Answer, Api, Broken, Credentials, require
from contract_tests.contract import operations
from contract_tests.failure import not_run
from contract_tests.recorder import Recorder
from contract_tests.target import SECONDS_IN, Target
from contract_tests.transport import RecordingTransport

HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
MOCK_REQUESTS, MOCK_SECONDS = 6, 2
MOST_REQUESTS = 300
LONGEST_WINDOW = 120


@dataclass(frozen=True, slots=True)
class Limited:
    """A server that limits its callers.

    Args:
        api: The operations; a 429 comes back to the test.
        requests: How many requests pass in a window.
        seconds: How long a window is.
    """

    api: Api
    requests: int
    seconds: int


@pytest.fixture
def limited(target: Target, tmp_path: Path) -> Iterator[Limited]:
    """A mock with a low limit, or the target if its limit is known."""
    mock = None
    requests, seconds = MOCK_REQUESTS, MOCK_SECONDS
    if target.is_mock:
        # A port of its own, whatever was asked for.
        mock = MockServer.from_environment(tmp_path, f"--rate-limit {requests}/{seconds} --port 0")
        target = replace(target, base_url=mock.url)
    else:
        told = re.fullmatch(r"(\d+)/([smh])", os.environ.get("CONTRACT_RATE_LIMIT", ""))
        if not told:
            not_run("needs CONTRACT_RATE_LIMIT")
        requests, seconds = int(told[1]), SECONDS_IN[told[2]]
        if requests > MOST_REQUESTS or seconds > LONGEST_WINDOW:
            not_run(f"needs a limit of at most {MOST_REQUESTS} requests in {LONGEST_WINDOW} seconds to go past it")
    # The run keeps to the limit; this test has to go past it, and must be told when it does.
    recorder = Recorder(replace(target, rate_limit=None))
    with httpx.Client(
        base_url=target.base_url, transport=RecordingTransport(recorder, patient=False), timeout=30
    ) as client:
        yield Limited(Api(client, Credentials.key(target.api_key)), requests, seconds)
    if mock:
        mock.stop()


@pytest.mark.claim("LIMIT-1")
def test_past_the_limit_requests_are_a_429_until_the_reset(limited: Limited, target: Target) -> None:
    """LIMIT-1: past the limit: 429 with the three headers; after `X-RateLimit-Reset` requests pass again."""
    passed, refused = _past(limited)
    require(passed >= 1, "requests that pass before the limit", f"{passed} passed", refused)
    if target.is_mock:
        require(passed >= limited.requests, f"{limited.requests} requests that pass", f"{passed} passed", refused)
    told = {name: refused.headers.get(name) for name in HEADERS}
    whole = all(value is not None and re.fullmatch(r"\d+", value) for value in told.values())
    require(whole, f"{', '.join(HEADERS)} as whole numbers", told, refused)
    limit, remaining, reset = (int(told[name] or 0) for name in HEADERS)
    require(remaining == 0, "X-RateLimit-Remaining 0", told, refused)
    require(limit == limited.requests or not target.is_mock, f"X-RateLimit-Limit {limited.requests}", told, refused)
    wait = reset - time.time()
    near = -2 <= wait <= limited.seconds + 2
    require(near, f"X-RateLimit-Reset within the {limited.seconds} s to come, in Unix seconds", told, refused)
    for name, later in _others(limited, target):
        if later.status != 429:
            # The window may have ended meanwhile, but not before it said.
            require(time.time() >= reset - 1, f"429 to {name} until {reset}", later.status, later)
            continue
        missing = [name for name in HEADERS if name not in later.headers]
        require(not missing, "the three headers", f"without {missing}", later)
    time.sleep(max(0.0, reset - time.time()) + (0.1 if target.is_mock else 1.1))
    again = limited.api.call("list_tasks", query={"per_page": 1})
    require(again.status == 200, "200 after the reset", again.status, refused, again)


@pytest.mark.claim("LIMIT-1")
def test_a_request_past_the_limit_changes_nothing(limited: Limited, shop: Workshop) -> None:
    """LIMIT-1: an invoke that is answered with 429 was not run."""
    _, refused = _past(limited)
    body = shop.body()
    answer = limited.api.call("invoke_agent_async", agent=shop.agent, body=body)
    reset = int(refused.headers.get("X-RateLimit-Reset", "0"))
    time.sleep(min(max(0.0, reset - time.time()) + 1.1, LONGEST_WINDOW))
    shown = limited.api.call("get_task", task=body["id"])
    wanted = 404 if answer.status == 429 else 200
    require(shown.status == wanted, f"{wanted} to get", shown.status, answer, shown)


def _past(limited: Limited) -> tuple[int, Answer]:
    """Ask until a 429 comes; return how many requests passed before it, and the 429."""
    __tracebackhide__ = True
    # A window may end while we ask, and requests of the other tests may have used some of it.
    answers: list[Answer] = []
    while len(answers) < 2 * limited.requests + 2:
        answers.append(limited.api.call("list_tasks", query={"per_page": 1}).expect(200, 429))
        if answers[-1].status == 429:
            return len(answers) - 1, answers[-1]
    raise Broken(f"429 after {limited.requests} requests", f"{len(answers)} passed", answers[-1])


def _others(limited: Limited, target: Target) -> Iterator[tuple[str, Answer]]:
    for operation in operations():
        if operation.method == "GET" or (target.writes and operation.id in BY_ID):
            yield operation.id, limited.api.call(operation.id, task="no-such-task", agent="no-such-agent")
