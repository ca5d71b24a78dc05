"""The rate limit: of a second mock, or of the target if `CONTRACT_RATE_LIMIT` tells the run what it is."""

import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from ..contract.openapi import operations
from ..record.recorder import Recorder
from ..record.transport import RecordingTransport
from ..report.violation import not_run
from ..run.mock_server import MockServer
from ..run.target import Target, read_rate
from ._answers import Answer, ClaimViolation, Credentials, assert_that
from ._task_factory import BY_ID, TaskFactory
from .api import Api

HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
MOCK_REQUESTS, MOCK_SECONDS = 6, 2
MOST_REQUESTS = 300
LONGEST_WINDOW = 120


@dataclass(frozen=True, slots=True)
class Limited:
    """A server with a rate limit.

    Args:
        api: The operations; a 429 is returned to the test instead of being retried.
        requests: Number of requests that fit into a window.
        seconds: Length of a window in seconds.
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
        # A second mock needs another port, even if the arguments name one.
        mock = MockServer.from_environment(tmp_path, f"--rate-limit {requests}/{seconds}s --port 0")
        target = replace(target, base_url=mock.url)
    else:
        rate = read_rate(os.environ)
        if rate is None:
            not_run("needs CONTRACT_RATE_LIMIT")
        requests, seconds = rate.requests, rate.seconds
        if requests > MOST_REQUESTS or seconds > LONGEST_WINDOW:
            not_run(f"needs a limit of at most {MOST_REQUESTS} requests in {LONGEST_WINDOW} seconds to go past it")
    # The run stays below the limit; this test must exceed it and see the 429.
    recorder = Recorder(replace(target, rate_limit=None))
    with httpx.Client(
        base_url=target.base_url, transport=RecordingTransport(recorder, retry_rate_limited=False), timeout=30
    ) as client:
        yield Limited(Api(client, Credentials.key(target.api_key)), requests, seconds)
    if mock:
        mock.stop()


@pytest.mark.claim("LIMIT-1")
def test_past_the_limit_requests_are_a_429_until_the_reset(limited: Limited, target: Target) -> None:
    """LIMIT-1: past the limit: 429 with the three headers; after `X-RateLimit-Reset` requests pass again."""
    passed, refused = _exceed(limited)
    assert_that(passed >= 1, "requests that pass before the limit", f"{passed} passed", refused)
    if target.is_mock:
        assert_that(passed >= limited.requests, f"{limited.requests} requests that pass", f"{passed} passed", refused)
    shown = {name: refused.headers.get(name) for name in HEADERS}
    whole = all(value is not None and re.fullmatch(r"\d+", value) for value in shown.values())
    assert_that(whole, f"{', '.join(HEADERS)} as whole numbers", shown, refused)
    limit, remaining, reset = (int(shown[name] or 0) for name in HEADERS)
    assert_that(remaining == 0, "X-RateLimit-Remaining 0", shown, refused)
    assert_that(
        limit == limited.requests or not target.is_mock, f"X-RateLimit-Limit {limited.requests}", shown, refused
    )
    wait = reset - time.time()
    near = -2 <= wait <= limited.seconds + 2
    assert_that(near, f"X-RateLimit-Reset within the {limited.seconds} s to come, in Unix seconds", shown, refused)
    for name, later in _refused_operations(limited, target):
        if later.status != 429:
            # The window may have ended meanwhile, but not before its reset.
            assert_that(time.time() >= reset - 1, f"429 to {name} until {reset}", later.status, later)
            continue
        missing = [name for name in HEADERS if name not in later.headers]
        assert_that(not missing, "the three headers", f"without {missing}", later)
    time.sleep(max(0.0, reset - time.time()) + (0.1 if target.is_mock else 1.1))
    again = limited.api.call("list_tasks", query={"per_page": 1})
    assert_that(again.status == 200, "200 after the reset", again.status, refused, again)


@pytest.mark.claim("LIMIT-1")
def test_a_request_past_the_limit_changes_nothing(limited: Limited, task_factory: TaskFactory) -> None:
    """LIMIT-1: an invoke that is answered with 429 was not run."""
    _, refused = _exceed(limited)
    body = task_factory.body()
    answer = limited.api.call("invoke_agent_async", agent=task_factory.agent, body=body)
    reset = int(refused.headers.get("X-RateLimit-Reset", "0"))
    time.sleep(min(max(0.0, reset - time.time()) + 1.1, LONGEST_WINDOW))
    shown = limited.api.call("get_task", task=body["id"])
    wanted = 404 if answer.status == 429 else 200
    assert_that(shown.status == wanted, f"{wanted} to get", shown.status, answer, shown)


def _exceed(limited: Limited) -> tuple[int, Answer]:
    """Send requests until a 429; return how many passed before it, and the 429."""
    __tracebackhide__ = True
    # The window may end in between, and requests of other tests may have used part of it.
    answers: list[Answer] = []
    while len(answers) < 2 * limited.requests + 2:
        answers.append(limited.api.call("list_tasks", query={"per_page": 1}).assert_status(200, 429))
        if answers[-1].status == 429:
            return len(answers) - 1, answers[-1]
    raise ClaimViolation(f"429 after {limited.requests} requests", f"{len(answers)} passed", answers[-1])


def _refused_operations(limited: Limited, target: Target) -> Iterator[tuple[str, Answer]]:
    for operation in operations():
        if operation.method == "GET" or (target.writes and operation.id in BY_ID):
            yield operation.id, limited.api.call(operation.id, task="no-such-task", agent="no-such-agent")
