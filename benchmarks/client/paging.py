"""Reading 4,300 tasks through a server that takes 100 ms for each page, eight pages at a time."""

from __future__ import annotations

import asyncio
import time

from benchmarks.client.measure import Row, compared, serving
from xpander_tasks import Configuration, Tasks

TASKS, DELAY, CONCURRENCY = 4_300, 0.1, 8
PAGES = -(-TASKS // 50)


def rows() -> list[Row]:
    """Measure."""
    ideal = ("ceil(86/8) round trips and the first", (-(-PAGES // CONCURRENCY) + 1) * DELAY)
    what = "4,300 tasks through a server with 100 ms latency, concurrency 8"
    with serving(TASKS, DELAY) as url:
        configuration = Configuration(api_key="benchmark", base_url=url)
        with Tasks(configuration) as tasks:
            begun = time.perf_counter()
            assert len(tasks.list(concurrency=CONCURRENCY)) == TASKS
            blocking = time.perf_counter() - begun
        awaited = asyncio.run(listed(configuration))
    return [
        compared(what, ("`list`", blocking), ideal, at_most=1.25),
        compared(what, ("`alist`", awaited), ideal, at_most=1.25),
    ]


async def listed(configuration: Configuration) -> float:
    """Return the seconds of one awaited list."""
    async with Tasks(configuration) as tasks:
        begun = time.perf_counter()
        assert len(await tasks.alist(concurrency=CONCURRENCY)) == TASKS
        return time.perf_counter() - begun
