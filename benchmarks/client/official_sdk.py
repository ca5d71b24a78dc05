"""Times `alist` of the official SDK, in its own environment: `python official_sdk.py URL AGENT`. Prints the median."""

import asyncio
import importlib
import statistics
import sys
import time
from typing import Any

# Not installed here, and so unknown to type checkers.
sdk: Any = importlib.import_module("xpander_sdk")


async def main(url: str, agent_id: str) -> None:
    """Call a few times and print the median in seconds."""
    tasks = sdk.Tasks(configuration=sdk.Configuration(api_key="benchmark", base_url=url, organization_id="benchmark"))
    taken = []
    for _ in range(40):
        begun = time.perf_counter()
        items = await tasks.alist(agent_id=agent_id)
        taken.append(time.perf_counter() - begun)
        if len(items) != 50:
            sys.exit(f"expected 50 tasks, got {len(items)}")
    print(statistics.median(taken))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
