"""Runs the contract suite against the healthy mock again and again: no run may find anything.

Run by `make false-alarms`. Each run has a seed of its own, which is printed; in every second one other clients of both
organizations invoke, stop and delete tasks of their own at the same time. `RUNS=` says how many, 20 unless it is given;
`PROFILE=` is that of the runs.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from random import Random

import httpx

from proof._calm import Calm, Run
from proof._trial import ROOT
from xpander_mock import DEMO_API_KEY, OTHER_API_KEY

RUNS = 20
AT_ONCE = 2  # a run waits for tasks half of its time
REPORTS = ROOT / "build" / "false-alarms"
PAUSE_SECONDS = 0.15
MOST_TASKS = 12


class Neighbour(threading.Thread):
    """Another client of an organization, which works on tasks of its own until it is told to leave.

    Args:
        url: The address of the mock, which need not be up yet.
        api_key: The organization's key.
        seed: What its choices follow from.
    """

    def __init__(self, url: str, api_key: str, seed: int) -> None:
        super().__init__(daemon=True)
        self.sent = 0
        self.trouble: list[str] = []
        self._leave = threading.Event()
        self._dice = Random(seed)
        self._tasks: list[str] = []
        self._http = httpx.Client(base_url=url, headers={"x-api-key": api_key}, timeout=30)

    def run(self) -> None:
        """Work until `leave`."""
        agents = self._agents()
        while agents and not self._leave.wait(PAUSE_SECONDS):
            if self._tasks and (self._dice.random() < 0.4 or len(self._tasks) >= MOST_TASKS):
                self._end_one()
            else:
                self._begin_one(self._dice.choice(agents))
        self._http.close()

    def leave(self) -> None:
        """Tell it to leave, and wait until it has."""
        self._leave.set()
        self.join()

    def _agents(self) -> list[str]:
        while not self._leave.wait(PAUSE_SECONDS):
            try:
                items = self._http.get("/v1/tasks", params={"per_page": 50}).json()["items"]
            except httpx.ConnectError:
                continue  # the run has not started its mock yet
            return sorted({item["agent_id"] for item in items})
        return []

    def _begin_one(self, agent: str) -> None:
        mode = self._dice.choice(["", "/async", "/async", "/stream"])
        known = self._dice.choice([*self._tasks, None, None])
        user = f"neighbour_{self._dice.randrange(3)}"
        body: dict[str, object] = {"input": {"text": "good morning", "user": {"id": user, "email": "n@example.com"}}}
        if known:
            body["parent_execution_id"] = known
        answer = self._send("POST", f"/v1/agents/{agent}/invoke{mode}", body)
        if answer is not None and mode != "/stream" and answer.status_code == 200:
            self._tasks.append(answer.json()["id"])

    def _end_one(self) -> None:
        task = self._tasks.pop(self._dice.randrange(len(self._tasks)))
        if self._dice.random() < 0.5:
            self._send("POST", f"/v1/tasks/{task}/stop", None)
        self._send("DELETE", f"/v1/tasks/{task}", None)

    def _send(self, method: str, path: str, body: dict[str, object] | None) -> httpx.Response | None:
        try:
            answer = self._http.request(method, path, json=body)
        except httpx.TransportError:
            # The run ends its mock without asking the neighbours.
            self._leave.set()
            return None
        self.sent += 1
        # Deleting a parent takes its sub-tasks along, so that a 404 is in order.
        if answer.status_code not in (200, 204, 404):
            self.trouble.append(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
        return answer


@contextmanager
def neighbours(url: str, seed: int) -> Iterator[list[Neighbour]]:
    """One neighbour in each organization, as long as the block lasts."""
    people = [Neighbour(url, key, seed + number) for number, key in enumerate((DEMO_API_KEY, OTHER_API_KEY))]
    for person in people:
        person.start()
    try:
        yield people
    finally:
        for person in people:
            person.leave()


def run_once(seed: int, busy: bool) -> Run:
    """Run the whole suite once, as `make contract-test` does.

    Args:
        seed: The seed of the run.
        busy: Whether other clients write to the mock meanwhile.
    """
    port = free_port()
    reports = REPORTS / str(seed)
    reports.mkdir(parents=True, exist_ok=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("XPANDER_", "CONTRACT_"))}
    environment |= {"SEED": str(seed), "CONTRACT_MOCK_ARGS": f"--port {port}", "CONTRACT_REPORTS": str(reports)}
    command = [*(sys.executable, "-m", "pytest", "contract_tests", "-n", "2", "--dist", "worksteal", "-q")]
    command += ["--no-header", "-p", "no:cacheprovider"]
    with (reports / "log.txt").open("wb") as log:

        def suite() -> None:
            subprocess.run(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT, check=False)

        if busy:
            with neighbours(f"http://127.0.0.1:{port}", seed) as people:
                suite()
        else:
            people = []
            suite()
    failed, passed = _outcome(reports / "findings.json")
    trouble = (f"a neighbour: {what}" for person in people for what in person.trouble)
    others = sum(person.sent for person in people)
    return Run(seed, os.environ.get("PROFILE") or "default", others, (*failed, *trouble), passed)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _outcome(findings: Path) -> tuple[tuple[str, ...], int]:
    if not findings.exists():
        return ("the run did not come to an end",), 0
    rows = json.loads(findings.read_text(encoding="utf-8"))["findings"]
    failed = tuple(row["test"] for row in rows if row["outcome"] == "failed")
    return failed, sum(row["outcome"] == "passed" for row in rows)


def main() -> int:
    """Run the series and record it; the exit status."""
    count = int(os.environ.get("RUNS") or RUNS)
    runs: list[Run] = []
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for number, run in enumerate(
            threads.map(lambda number: run_once(secrets.randbelow(2**32), busy=number % 2 == 1), range(count)), start=1
        ):
            runs.append(run)
            print(f"{number:3}/{count}  seed {run.seed:<10} others {run.others:4}  passed {run.passed}", flush=True)
            for test in run.failed:
                report = (REPORTS / str(run.seed) / "report.md").relative_to(ROOT)
                print(f"         failed: {test}; see {report}", flush=True)
    calm = Calm(tuple(runs))
    if count >= RUNS:
        calm.save()
    print(f"\n{calm.sentence()}")
    return 0 if calm.green == count else 1


if __name__ == "__main__":
    sys.exit(main())
