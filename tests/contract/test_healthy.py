"""No false alarm: a healthy server that is nothing like the mock, with another client writing to it meanwhile."""

import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.contract._plain_server import KEYS, Plain

ROOT = Path(__file__).parents[2]
PAUSE_SECONDS = 0.1
FIRST_KEY, SECOND_KEY = KEYS


@contextmanager
def _writing(url: str) -> Iterator[None]:
    """Make, continue, stop and delete tasks until the block ends."""
    over = threading.Event()
    chance = random.Random(7)

    def write() -> None:
        made: list[str] = []
        with httpx.Client(base_url=url, headers={"x-api-key": FIRST_KEY}, timeout=30) as client:
            while not over.wait(PAUSE_SECONDS):
                name = chance.choice(made) if made else None
                if name and chance.random() < 0.3:
                    client.delete(f"/v1/tasks/{name}")
                    made.remove(name)
                elif name and chance.random() < 0.3:
                    client.post(f"/v1/tasks/{name}/stop")
                else:
                    body = {"input": {"text": "hello"}, "parent_execution_id": name}
                    answer = client.post(f"/v1/agents/{chance.choice(['101', '102'])}/invoke/async", json=body)
                    # The parent may be a task that went with its own parent.
                    made += [answer.json()["id"]] if answer.status_code == 200 else []

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_a_healthy_server_of_other_habits_keeps_every_claim_while_others_write(tmp_path: Path) -> None:
    """Every claim that can be checked holds, and the run names those that cannot."""
    with Plain(pace=0.05) as server, _writing(server.url):
        variables = {
            "XPANDER_BASE_URL": server.url,
            "XPANDER_API_KEY": FIRST_KEY,
            "XPANDER_OTHER_API_KEY": SECOND_KEY,
            "CONTRACT_WRITES": "1",
            "CONTRACT_REPORTS": str(tmp_path),
            "PROFILE": "quick",
            "SEED": "5",
        }
        command = [sys.executable, "-m", "pytest", "contract_tests/claims", "-q", "-n", "2", "--dist", "worksteal"]
        run = subprocess.run(
            [*command, "-p", "no:cacheprovider"],
            cwd=ROOT,
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )
    assert run.returncode == 0, run.stdout
    assert "The contract is kept." in run.stdout
    assert "not run: needs CONTRACT_RATE_LIMIT — LIMIT-1" in run.stdout
