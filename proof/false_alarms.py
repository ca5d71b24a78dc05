"""Run the contract suite against the healthy mock repeatedly; every failed test is a false alarm.

Run by `make false-alarms`. Each run prints its seed. During every second run other clients of both organizations
invoke, stop and delete their own tasks. `RUNS=` sets the number of runs (default 20), `PROFILE=` their profile.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from proof._background_client import BackgroundClient, background_clients
from proof._false_alarm_runs import FalseAlarmRun, FalseAlarmRuns
from proof._test_run import ROOT

RUNS = 20
PARALLEL_RUNS = 2  # a run spends half of its time waiting for tasks
REPORTS = ROOT / "build" / "false-alarms"


def run_once(seed: int, *, with_load: bool) -> FalseAlarmRun:
    """Run the whole suite once, as `make contract-test` does.

    Args:
        seed: The seed of the run.
        with_load: Whether other clients write to the mock during the run.
    """
    port = free_port()
    reports = REPORTS / str(seed)
    reports.mkdir(parents=True, exist_ok=True)
    clients: list[BackgroundClient] = []
    if with_load:
        with background_clients(f"http://127.0.0.1:{port}", seed) as clients:
            _run_suite(seed, port, reports)
    else:
        _run_suite(seed, port, reports)
    failed, passed = _read_findings(reports / "findings.json")
    errors = [f"background client: {error}" for client in clients for error in client.errors]
    requests = sum(client.requests for client in clients)
    return FalseAlarmRun(seed, os.environ.get("PROFILE") or "default", requests, (*failed, *errors), passed)


def free_port() -> int:
    """Return a port of loopback that no process listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _run_suite(seed: int, port: int, reports: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("XPANDER_", "CONTRACT_"))}
    environment |= {"SEED": str(seed), "CONTRACT_MOCK_ARGS": f"--port {port}", "CONTRACT_REPORTS": str(reports)}
    command = [*(sys.executable, "-m", "pytest", "contract_tests", "-n", "2", "--dist", "worksteal", "-q")]
    command += ["--no-header", "-p", "no:cacheprovider"]
    with (reports / "log.txt").open("wb") as log:
        subprocess.run(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT, check=False)


def _read_findings(findings: Path) -> tuple[tuple[str, ...], int]:
    if not findings.exists():
        return ("the run broke off; see its log.txt",), 0
    rows = json.loads(findings.read_text(encoding="utf-8"))["findings"]
    failed = tuple(row["test"] for row in rows if row["outcome"] == "failed")
    return failed, sum(row["outcome"] == "passed" for row in rows)


def main() -> int:
    """Run the series, print each run and record the series; return the exit status."""
    count = int(os.environ.get("RUNS") or RUNS)
    runs: list[FalseAlarmRun] = []
    with ThreadPoolExecutor(PARALLEL_RUNS) as threads:
        results = threads.map(
            lambda number: run_once(secrets.randbelow(2**32), with_load=number % 2 == 1), range(count)
        )
        for number, run in enumerate(results, start=1):
            runs.append(run)
            print(
                f"{number:3}/{count}  seed {run.seed:<10} background requests {run.background_requests:4}"
                f"  passed {run.passed}",
                flush=True,
            )
            for test in run.failed:
                report = (REPORTS / str(run.seed) / "report.md").relative_to(ROOT)
                print(f"         failed: {test}; see {report}", flush=True)
    series = FalseAlarmRuns(tuple(runs))
    if count >= RUNS:
        series.save()
    print(f"\n{series.summary()}")
    return 0 if series.quiet == count else 1


if __name__ == "__main__":
    sys.exit(main())
