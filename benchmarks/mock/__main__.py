"""Measures the mock side by side with others, and writes docs/benchmarks-mock.md.

`TASKS=20000` measures with fewer tasks, `SECONDS=1` in less time, `DATA=FILE` with tasks that were made before.
"""

from __future__ import annotations

import asyncio
import os
import platform
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx

from benchmarks.mock import prism
from benchmarks.mock.crowd import READERS, WRITERS, Crowd
from benchmarks.mock.load import Rate, cpu_seconds, load, megabytes
from benchmarks.mock.servers import Running, mock, serve
from xpander_mock import DEMO_API_KEY, Handle

TASKS = int(os.environ.get("TASKS", "1000000"))
SECONDS = float(os.environ.get("SECONDS", "3"))
TABLE = Path(__file__).parents[2] / "docs" / "benchmarks-mock.md"
HEADERS = [f"x-api-key: {DEMO_API_KEY}"]
HEAD = f"""# Benchmarks of the mock

Written by `make bench-mock`: one worker, {TASKS:,} tasks, {{own:,}} of them in the organization asked, exact totals,
kept connections, 16 of them. All in one run, one after the other. A rate is of one second of the server's processor
time, which is what one core gives; the second is by the clock on this machine with whatever else ran on it. Read the
ratios. No ratio fails a build.

| what | answers/s of a core | by the clock | of page 1 | goal |
|---|---|---|---|---|
"""


class Table:
    """Rows as they come."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.base = 0.0

    def rate(self, what: str, rate: Rate, goal: str = "") -> Rate:
        """Add a rate."""
        if rate.failures:
            raise SystemExit(f"{what}: expected status 200 throughout, got {rate.failures} others")
        share = f"{rate.per_cpu_second / self.base:.0%}" if self.base else ""
        self.add(f"| {what} | {rate.per_cpu_second:,.0f} | {rate.per_second:,.0f} | {share} | {goal} |")
        return rate

    def add(self, line: str) -> None:
        """Add a line and show it."""
        self.lines.append(line)
        print(line, flush=True)


def ask(server: Running, *paths: str, seconds: float = SECONDS) -> Rate:
    """Put load on a server, after it has answered each path once."""
    with httpx.Client(base_url=server.url, headers={"x-api-key": DEMO_API_KEY}, timeout=60) as client:
        for path in paths:
            client.get(path).raise_for_status()
    return load(server.url, paths, server.pid, seconds, HEADERS)


def rates(table: Table, server: Running, page: httpx.Response) -> None:
    """The lists and the get of a large mock."""
    items = page.json()["items"]
    pages = page.json()["total_pages"]
    agent, status = items[1]["agent_id"], "completed"
    table.base = (first := ask(server, "/v1/tasks?per_page=50")).per_cpu_second
    table.rate("page 1 of 50", first)
    for name, value in (("status", status), ("agent_id", agent), ("user_id", "user_42")):
        table.rate(
            f"page 1 by `{name}`", ask(server, f"/v1/tasks?per_page=50&{name}={value}"), "2 x Prism, 60% of ceiling"
        )
    table.rate("last page", ask(server, f"/v1/tasks?per_page=50&page={pages - 1}"), "40% of page 1")
    deep = [f"/v1/tasks?per_page=50&page={1 + number * (pages - 2) // 200}" for number in range(200)]
    table.rate("200 pages from first to last", ask(server, *deep), "40% of page 1")
    three = f"/v1/tasks?per_page=50&status={status}&agent_id={agent}&user_id=user_42&from_date=2025-06-01T00:00:00Z"
    table.rate("three filters and a date range", ask(server, three), "25% of page 1")
    table.rate("get by id", ask(server, *(f"/v1/tasks/{item['id']}" for item in items)), "100% of page 1")


async def invoke_all(url: str, number: int) -> tuple[int, float]:
    """Invoke so many at once and wait for the end of all; how many completed, and the seconds."""
    limits = httpx.Limits(max_connections=number)
    async with httpx.AsyncClient(
        base_url=url, headers={"x-api-key": DEMO_API_KEY}, limits=limits, timeout=60
    ) as client:
        path = f"/v1/agents/{Handle.agent_id}/invoke"
        begun = time.perf_counter()
        answers = await asyncio.gather(
            *(client.post(path, json={"input": {"text": f"{task}"}}) for task in range(number))
        )
        took = time.perf_counter() - begun
        return sum(answer.json()["result"] == f"{task}" for task, answer in enumerate(answers)), took


def first_answer(*options: str) -> str:
    """From the start of the process to its first answer: seconds, the best of three, and of processor time."""
    durations = []
    for _ in range(3):
        begun = time.perf_counter()
        with serve(*mock(*options)) as server:
            httpx.get(f"{server.url}/v1/tasks", headers={"x-api-key": DEMO_API_KEY}).raise_for_status()
            durations.append((time.perf_counter() - begun, cpu_seconds(server.pid)))
    return "{:.2f} s, {:.2f} s of a core".format(*min(durations))


def resets(url: str) -> float:
    """Milliseconds of a reset; the median of twenty."""
    durations = []
    for _ in range(20):
        begun = time.perf_counter()
        Handle(url).reset()
        durations.append(time.perf_counter() - begun)
    return sorted(durations)[10] * 1000


def busy(*options: str) -> str:
    """Writers and readers with models for a minute, or for as long as `SECONDS` if that is set; what they did.

    Raises:
        Fault: Something was not as a model says.
    """
    lasts = SECONDS if "SECONDS" in os.environ else 60
    quick = ("--tasks", "0", "--pending", "0", "--executing", "0.002")
    with serve(*mock(*quick, *options)) as server:
        crowd, requests, rounds, begun = Crowd(server.url, DEMO_API_KEY), 0, 0, time.monotonic()
        while time.monotonic() - begun < lasts:
            requests += crowd.run(seed=rounds)
            rounds += 1
        return f"{requests:,} requests, {requests / (time.monotonic() - begun):,.0f}/s, all as the models say"


def main() -> None:
    """Measure everything and write the table."""
    table = Table()
    with tempfile.TemporaryDirectory() as folder:
        data = os.environ.get("DATA") or str(Path(folder) / "tasks.db")
        static = Path(folder) / "page.json"
        begun = time.perf_counter()
        with serve(*mock("--data", data, "--tasks", str(TASKS))) as server:
            made = time.perf_counter() - begun
            headers = {"x-api-key": DEMO_API_KEY}
            page = httpx.get(f"{server.url}/v1/tasks?per_page=50", headers=headers, timeout=60)
            static.write_bytes(page.content)
            rates(table, server, page)
            large = table.base
            memory = megabytes(server.pid)
        with serve(sys.executable, "-m", "benchmarks.mock.static", str(static)) as server:
            table.rate("ceiling: Starlette with the same bytes from memory", ask(server, "/v1/tasks"))
        prism.measure(table.rate, static, Path(folder))
        with serve(*mock("--tasks", "1000")) as server:
            small = table.rate("page 1 of 50 with 1,000 tasks", ask(server, "/v1/tasks?per_page=50"))
        table.add(f"\n| what | measured | goal |\n|---|---|---|\n| page 1 with {TASKS:,} tasks against 1,000 | "
                  f"{large / small.per_cpu_second:.0%} | 80% |")  # fmt: skip
        with serve(*mock("--pending", "0", "--executing", "0")) as server:
            completed, took = asyncio.run(invoke_all(server.url, 200))
            table.add(f"| 200 invokes at once, to their end | {completed} completed, {200 / took:,.0f}/s | none lost |")
            table.add(f"| memory, default tasks | {megabytes(server.pid):.0f} MB | < 80 MB |")
            table.add(f"| reset of a test's state | {resets(server.url):.1f} ms | < 5 ms |")
        table.add(f"| memory, {TASKS:,} tasks on file, after these requests | {memory:.0f} MB | < 150 MB |")
        table.add(f"| start to first answer, default tasks | {first_answer()} | < 0.4 s |")
        table.add(f"| start to first answer, {TASKS:,} tasks on file | {first_answer('--data', data)} | < 0.6 s |")
        who = f"{WRITERS} writers, {READERS} readers, a minute"
        table.add(f"| {who}, in memory | {busy()} | no lost update, no 5xx, totals as listed |")
        file = ("--data", str(Path(folder) / "busy.db"), "--workers", "2")
        table.add(f"| {who}, two workers on a file | {busy(*file)} | the same |")
        if "DATA" not in os.environ:
            table.add(f"| making {TASKS:,} tasks | {made:.0f} s | |")
    foot = (
        f"\n{datetime.now(UTC).date()}, Python {platform.python_version()}, {platform.system()} {platform.machine()}.\n"
    )
    TABLE.write_text(HEAD.format(own=page.json()["total"]) + "\n".join(table.lines) + "\n" + foot)


if __name__ == "__main__":
    main()
