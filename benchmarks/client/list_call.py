"""One `list` call for a page of 50 tasks over loopback, against bare httpx and against the official SDK."""

from __future__ import annotations

import subprocess
from pathlib import Path

import httpx

from benchmarks.client.official_sdk_environment import VERSION, reason, sdk_python
from benchmarks.client.timing import list_server, median_seconds
from benchmarks.results import Comparison, Measurement
from xpander_tasks import Configuration, Tasks

AGENT = "a1b2c3d4-e5f6-4890-abcd-ef1234567890"
WHAT = "one `list` call of a 50-item page over loopback"


def measure() -> list[Comparison]:
    """Measure both comparisons."""
    with list_server(50) as url:
        configuration = Configuration(api_key="benchmark", base_url=url)
        headers, query = {"x-api-key": "benchmark"}, {"page": 1, "per_page": 50}
        path = f"{url}/v1/agents/{AGENT}/tasks"
        with Tasks(configuration) as tasks, httpx.Client(headers=headers) as bare:
            assert len(tasks.list(AGENT)) == len(bare.get(path, params=query).json()["items"]) == 50
            ours, other = median_seconds(
                lambda: tasks.list(AGENT),
                lambda: bare.get(path, params=query).json(),
                rounds=200,
                loops=5,
            )
        measured = Measurement("xpander_tasks", ours)
        bare_httpx = Measurement("bare httpx with `.json()`", other)
        return [Comparison("list-call-httpx", WHAT, measured, bare_httpx, 1.15), compare_official_sdk(measured, url)]


def compare_official_sdk(measured: Measurement, url: str) -> Comparison:
    """Measure the official SDK in its own environment; record why if that is impossible.

    Args:
        measured: The duration of our call.
        url: Address of the list server.
    """
    script = Path(__file__).with_name("official_sdk.py")
    try:
        command = [str(sdk_python()), str(script), url, AGENT]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        return Comparison("list-call-sdk", WHAT, measured, None, 40, "faster", reason(error))
    sdk = Measurement(f"`xpander-sdk` {VERSION} `alist`", float(done.stdout.split()[-1]))
    return Comparison("list-call-sdk", WHAT, measured, sdk, 40, "faster")
