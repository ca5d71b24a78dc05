"""Time `alist` of the official SDK in its own environment, `python official_sdk.py URL AGENT`; print the median."""

import asyncio
import importlib
import statistics
import sys
import time
from typing import Any

# Not installed in the development environment, and so unknown to type checkers.
sdk: Any = importlib.import_module("xpander_sdk")
CALLS = 40


async def main(url: str, agent_id: str) -> None:
    """Print the median duration of a call in seconds.

    Raises:
        SystemExit: A call did not return 50 tasks.
    """
    tasks = sdk.Tasks(configuration=sdk.Configuration(api_key="benchmark", base_url=url, organization_id="benchmark"))
    durations = []
    for _ in range(CALLS):
        started = time.perf_counter()
        items = await tasks.alist(agent_id=agent_id)
        durations.append(time.perf_counter() - started)
        if len(items) != 50:
            sys.exit(f"expected 50 tasks, got {len(items)}")
    print(statistics.median(durations))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
