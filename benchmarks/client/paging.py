"""Reading 4,300 tasks from a server that delays each page by 100 ms, eight pages at a time."""

from __future__ import annotations

import asyncio
import time

from benchmarks.client.timing import list_server
from benchmarks.results import Comparison, Measurement
from xpander_tasks import Configuration, Tasks

TASKS, DELAY, CONCURRENCY = 4_300, 0.1, 8
PAGES = -(-TASKS // 50)


def measure() -> list[Comparison]:
    """Measure `list` and `alist` against the time that the delays alone take."""
    # The first page tells the number of pages, so that it cannot be read together with others.
    ideal = Measurement("ceil(86/8) round trips and the first", (-(-PAGES // CONCURRENCY) + 1) * DELAY)
    what = "4,300 tasks from a server with 100 ms latency, concurrency 8"
    with list_server(TASKS, DELAY) as url:
        configuration = Configuration(api_key="benchmark", base_url=url)
        with Tasks(configuration) as tasks:
            started = time.perf_counter()
            assert len(tasks.list(concurrency=CONCURRENCY)) == TASKS
            sync_seconds = time.perf_counter() - started
        async_seconds = asyncio.run(time_alist(configuration))
    return [
        Comparison("paging-list", what, Measurement("`list`", sync_seconds), ideal, 1.25),
        Comparison("paging-alist", what, Measurement("`alist`", async_seconds), ideal, 1.25),
    ]


async def time_alist(configuration: Configuration) -> float:
    """Return the duration of one `alist` in seconds."""
    async with Tasks(configuration) as tasks:
        started = time.perf_counter()
        assert len(await tasks.alist(concurrency=CONCURRENCY)) == TASKS
        return time.perf_counter() - started
