"""The number of requests in each second."""

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from xpander_mock import MockClient
from xpander_mock.http.request_rate import SECONDS, RequestRate


@settings(deadline=None, derandomize=True)
@given(st.lists(st.floats(0, 2_000), max_size=400).map(sorted), st.floats(0, 100))
def test_the_last_minute_is_counted(times: list[float], later: float) -> None:
    """Whatever the times of the requests, each of the last 60 seconds has its number, whole."""
    rate = RequestRate()
    for time in times:
        rate.count(time)
    now = (times[-1] if times else 0) + later
    expected = [sum(int(time) == int(now) - ago for time in times) for ago in range(SECONDS - 1, -1, -1)]
    assert rate.last_minute(now) == expected


def test_old_seconds_are_forgotten() -> None:
    """The memory of a day with a request in each second stays small."""
    rate = RequestRate()
    for second in range(86_400):
        rate.count(second)
    assert len(rate._counts) < 5 * SECONDS
    assert rate.last_minute(86_399) == [1] * SECONDS


def test_requests_are_numbered(xpander_mock: MockClient) -> None:
    """Logged requests have ascending numbers, which go on after the log is cleared, and the time at which they came."""
    for _ in range(2):
        httpx.get(f"{xpander_mock.url}/v1/tasks")
    first, second = xpander_mock.requests()
    assert second["number"] == first["number"] + 1
    assert first["time"] <= second["time"]
    xpander_mock.forget_requests()
    httpx.get(f"{xpander_mock.url}/v1/tasks")
    assert xpander_mock.requests()[0]["number"] == first["number"] + 2


def test_looking_at_the_console_is_not_logged(xpander_mock: MockClient) -> None:
    """The log has what clients of the API ask for, and not what the console asks for."""
    for path in ("/", "/_console/anything", "/_mock/state", "/v1/tasks"):
        httpx.get(xpander_mock.url + path)
    assert [request["path"] for request in xpander_mock.requests()] == ["/v1/tasks"]
