"""A data file under several processes and kills."""

import contextlib
import os
import random
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from benchmarks.mock.concurrent_model_check import ConcurrentModelCheck
from proof._test_run import run_in_new_process
from xpander_mock import DEMO_API_KEY, Settings, XpanderMock

from .processes import running

HEADERS = {"x-api-key": DEMO_API_KEY}
INVOKE = f"/v1/agents/{XpanderMock.agent_id}/invoke"
KILLS = 20
# What a file that was not written to its end would break: pages that add up, tasks that open, threads, any sequence.
CLAIMS = ("PAGE-3", "LIST-6A", "GET-1", "THREAD-1", "TURN-3", "DEL-1", "META-10")


def test_no_acknowledged_write_is_lost_by_a_kill(tmp_path: Path) -> None:
    """After twenty kills in the middle of writes, the file has every acknowledged write, and the claims hold."""
    chance = random.Random(1)
    options = ("--data", str(tmp_path / "tasks.db"), "--tasks", "0")
    kept: set[str] = set()
    unsure = ""  # the task of a request that was not acknowledged: it may have been done or not
    for kill in range(KILLS + 1):
        with running(*options) as (process, url), httpx.Client(base_url=url, headers=HEADERS) as api:
            assert _ids(api) - {unsure} == kept - {unsure}
            kept = _ids(api)
            if kill == KILLS:
                break
            timer = threading.Timer(chance.uniform(0.02, 0.1), os.kill, (process.pid, signal.SIGKILL))
            timer.start()
            with contextlib.suppress(httpx.TransportError):
                for number in range(10_000):
                    unsure = f"{kill}-{number}"
                    assert api.post(f"{INVOKE}/async", json={"id": unsure, "input": {}}).status_code == 200
                    kept.add(unsure)
                    if number % 3 == 0:
                        assert api.delete(f"/v1/tasks/{unsure}").status_code == 204
                        kept.remove(unsure)
            timer.join()
            assert process.wait(5) == -signal.SIGKILL
    assert len(kept) > KILLS
    claims = [part for claim in CLAIMS for part in ("--claim", claim)]
    result = run_in_new_process(["contract_tests/claims", *claims], options, tmp_path / "reports", seed=1)
    assert (result.error, result.failures) == ("", ())
    assert result.passed > len(CLAIMS)


def _ids(api: httpx.Client) -> set[str]:
    ids: set[str] = set()
    page = 1
    while True:
        listed = api.get("/v1/tasks", params={"page": page, "per_page": 50}).json()
        ids |= {item["id"] for item in listed["items"]}
        if page >= listed["total_pages"]:
            assert len(ids) == listed["total"]
            return ids
        page += 1


def test_several_workers_serve_one_file(tmp_path: Path) -> None:
    """Several processes share all tasks: many callers invoke, continue, stop and list at once, and totals are right."""
    data = str(tmp_path / "tasks.db")
    with (
        running("--data", data, "--tasks", "30", "--workers", "2", "--executing", "0.05") as (process, url),
        httpx.Client(base_url=url, headers=HEADERS, timeout=30) as api,
    ):
        before = api.get("/v1/tasks").json()["total"]

        def work(number: int) -> list[Any]:
            # A separate connection for each caller, so that both processes get some.
            with httpx.Client(base_url=url, headers=HEADERS, timeout=30) as own:
                first = own.post(INVOKE, json={"id": f"t{number}", "input": {"text": "one"}}).json()
                second = own.post(INVOKE, json={"id": f"t{number}", "input": {"text": "two"}}).json()
                slow = own.post(f"{INVOKE}/async", json={"input": {"text": "slow 100"}}).json()
                stopped = own.post(f"/v1/tasks/{slow['id']}/stop").json()
                return [first["result"], second["result"], stopped["status"]]

        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(work, range(40))) == [["one", "two", "stopped"]] * 40
        after = api.get("/v1/tasks", params={"per_page": 50}).json()
        assert after["total"] == before + 80
        assert len(api.get("/v1/tasks/t7/thread").json()) == 4
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_workers_end_with_the_process_that_made_them(tmp_path: Path) -> None:
    """After a SIGKILL of the mock its workers end too: its address no longer answers."""
    data = str(tmp_path / "tasks.db")
    with running("--data", data, "--workers", "2") as (process, url):
        process.kill()
        process.wait(5)
        # A worker that is on its way out may still take connections, and closes them when it is done.
        asked = iter(lambda: httpx.get(f"{url}/v1/tasks", timeout=5), None)
        with pytest.raises(httpx.TransportError):
            list(asked)


def test_a_stop_by_another_worker_ends_a_waiting_invoke(tmp_path: Path) -> None:
    """A stop through one process soon ends a stream that another process serves."""
    data = str(tmp_path / "tasks.db")
    with running("--data", data, "--workers", "2") as (_, url):
        for number in range(4):
            body = {"id": f"t{number}", "input": {"text": "slow 100"}}
            with (
                httpx.Client(base_url=url, headers=HEADERS, timeout=10) as one,
                one.stream("POST", f"{INVOKE}/stream", json=body) as response,
            ):
                lines = response.iter_lines()
                next(lines)
                assert httpx.post(f"{url}/v1/tasks/t{number}/stop", headers=HEADERS).json()["status"] == "stopped"
                assert '"task_finished"' in [line for line in lines if line][-1]


@pytest.mark.parametrize("options", [["--workers", "2"], ["--workers", "0"], ["--workers", "x"]])
def test_workers_without_a_file_are_refused(options: list[str]) -> None:
    """Memory is not shared between processes."""
    with pytest.raises(AssertionError, match="expected an address"), running(*options):
        pass


def test_a_model_agrees_while_many_write() -> None:
    """Twelve writers, each with a model of its task, and four readers: the answers are as the models predict.

    `make bench-mock` runs them for a minute.
    """
    with XpanderMock(Settings(pending=0, executing=0.002, tasks=0)) as mock:
        ConcurrentModelCheck(mock.url, mock.api_key).run(1)


def test_a_model_agrees_with_several_workers(tmp_path: Path) -> None:
    """The same, served by two processes on one file."""
    options = ("--data", str(tmp_path / "tasks.db"), "--workers", "2", "--tasks", "0", "--executing", "0.002")
    with running(*options, "--pending", "0") as (_, url):
        ConcurrentModelCheck(url, DEMO_API_KEY).run(2)
