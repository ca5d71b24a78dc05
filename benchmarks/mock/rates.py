"""Rates of the lists and of `get`, and their upper bounds."""

from __future__ import annotations

import httpx

from benchmarks.mock.load_generator import LoadResult, load
from benchmarks.mock.servers import RunningServer
from benchmarks.results import Rate
from xpander_mock import DEMO_API_KEY

HEADERS = {"x-api-key": DEMO_API_KEY}
LINES = [f"x-api-key: {DEMO_API_KEY}"]
DEEP_PAGES = 200


def rate_of(name: str, what: str, result: LoadResult, goal: str = "") -> Rate:
    """Return the rate of a load.

    Raises:
        SystemExit: An answer had another status than 200.
    """
    if result.failures:
        raise SystemExit(f"{what}: expected status 200 of all answers, got {result.failures} others")
    return Rate(name, what, result.per_cpu_second, result.per_second, goal)


def measure(server: RunningServer, *paths: str, seconds: float) -> LoadResult:
    """Put load on a server, after it has answered each path once.

    Args:
        server: The server.
        paths: Paths with their queries, requested one after the other.
        seconds: Duration of the load.
    """
    with httpx.Client(base_url=server.url, headers=HEADERS, timeout=60) as client:
        for path in paths:
            client.get(path).raise_for_status()
    return load(server.url, paths, server.pid, seconds, LINES)


def task_rates(server: RunningServer, page: httpx.Response, seconds: float) -> list[Rate]:
    """Measure lists and gets of a mock with many tasks.

    Args:
        server: The mock.
        page: Its first page of 50 tasks.
        seconds: Duration of each load.
    """
    items, pages = page.json()["items"], page.json()["total_pages"]
    agent, status = items[1]["agent_id"], "completed"
    filters = {"status": status, "agent_id": agent, "user_id": "user_42"}
    three_filters = "&".join(f"{name}={value}" for name, value in filters.items())
    deep = [f"/v1/tasks?per_page=50&page={1 + number * (pages - 2) // DEEP_PAGES}" for number in range(DEEP_PAGES)]
    requests: list[tuple[str, str, list[str], str]] = [
        ("page-1", "page 1 of 50", ["/v1/tasks?per_page=50"], ""),
        *(
            (f"page-1-{name}", f"page 1 by `{name}`", [f"/v1/tasks?per_page=50&{name}={value}"], FILTER_GOAL)
            for name, value in filters.items()
        ),
        ("last-page", "last page", [f"/v1/tasks?per_page=50&page={pages - 1}"], "40% of page 1"),
        ("deep-pages", f"{DEEP_PAGES} pages from first to last", deep, "40% of page 1"),
        (
            "three-filters",
            "three filters and a date range",
            [f"/v1/tasks?per_page=50&{three_filters}&from_date=2025-06-01T00:00:00Z"],
            "25% of page 1",
        ),
        ("get", "get by id", [f"/v1/tasks/{item['id']}" for item in items], "100% of page 1"),
    ]
    return [rate_of(name, what, measure(server, *paths, seconds=seconds), goal) for name, what, paths, goal in requests]


FILTER_GOAL = "2 x Prism, 60% of the upper bound"
