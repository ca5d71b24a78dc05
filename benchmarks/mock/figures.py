"""Times, memory and correctness under concurrent load."""

from __future__ import annotations

import asyncio
import time

import httpx

from benchmarks.mock.concurrent_model_check import READERS, WRITERS, ConcurrentModelCheck
from benchmarks.mock.load_generator import cpu_seconds
from benchmarks.mock.servers import mock_command, run_server
from benchmarks.results import Figure
from xpander_mock import DEMO_API_KEY, MockClient

HEADERS = {"x-api-key": DEMO_API_KEY}
INVOKES = 200
RESETS = 20
STARTS = 3


def concurrent_invokes(url: str) -> Figure:
    """Invoke 200 times at once and wait until all tasks have ended."""
    completed, seconds = asyncio.run(_invoke_all(url))
    return Figure(
        "concurrent-invokes",
        f"{INVOKES} invokes at once, until all have ended",
        {"completed": completed, "invokes/s": INVOKES / seconds},
        f"{completed} completed, {INVOKES / seconds:,.0f}/s",
        "none lost",
    )


async def _invoke_all(url: str) -> tuple[int, float]:
    limits = httpx.Limits(max_connections=INVOKES)
    async with httpx.AsyncClient(base_url=url, headers=HEADERS, limits=limits, timeout=60) as client:
        path = f"/v1/agents/{MockClient.agent_id}/invoke"
        started = time.perf_counter()
        responses = await asyncio.gather(
            *(client.post(path, json={"input": {"text": f"{task}"}}) for task in range(INVOKES))
        )
        seconds = time.perf_counter() - started
        return sum(response.json()["result"] == f"{task}" for task, response in enumerate(responses)), seconds


def startup(name: str, what: str, goal: str, *options: str) -> Figure:
    """Measure the time from the start of the process to its first answer; the best of three starts.

    Args:
        name: Identifier of the figure.
        what: What is started.
        goal: The goal in words.
        options: Command line options of the mock.
    """
    durations = []
    for _ in range(STARTS):
        started = time.perf_counter()
        with run_server(*mock_command(*options)) as server:
            httpx.get(f"{server.url}/v1/tasks", headers=HEADERS).raise_for_status()
            durations.append((time.perf_counter() - started, cpu_seconds(server.pid)))
    seconds, processor = min(durations)
    text = f"{seconds:.2f} s, {processor:.2f} s of processor time"
    return Figure(name, f"start to first answer, {what}", {"s": seconds, "processor s": processor}, text, goal)


def reset(url: str) -> Figure:
    """Measure a reset of the state; the median of twenty."""
    durations = []
    for _ in range(RESETS):
        started = time.perf_counter()
        MockClient(url).reset()
        durations.append(time.perf_counter() - started)
    milliseconds = sorted(durations)[RESETS // 2] * 1000
    return Figure("reset", "reset of a test's state", {"ms": milliseconds}, f"{milliseconds:.1f} ms", "< 5 ms")


def model_check(name: str, where: str, seconds: float, *options: str) -> Figure:
    """Run concurrent writers and readers that compare every answer with a model.

    Args:
        name: Identifier of the figure.
        where: Where the mock keeps its tasks.
        seconds: Duration of the check.
        options: Command line options of the mock.

    Raises:
        ModelMismatch: An answer was not what a model predicts.
    """
    fast_tasks = ("--tasks", "0", "--pending", "0", "--executing", "0.002")
    with run_server(*mock_command(*fast_tasks, *options)) as server:
        check, requests, rounds, started = ConcurrentModelCheck(server.url, DEMO_API_KEY), 0, 0, time.monotonic()
        while time.monotonic() - started < seconds:
            requests += check.run(seed=rounds)
            rounds += 1
        rate = requests / (time.monotonic() - started)
    return Figure(
        name,
        f"{WRITERS} writers and {READERS} readers for {seconds:g} s, {where}",
        {"requests": requests, "requests/s": rate},
        f"{requests:,} requests, {rate:,.0f}/s, all answers as predicted",
        "no lost update, no 5xx, totals as listed",
    )
