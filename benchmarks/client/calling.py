"""One call for a page of 50 tasks over loopback, against bare httpx and against the official SDK."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx

from benchmarks.client.measure import Row, compared, faster, in_turns, serving
from xpander_tasks import Configuration, Tasks

ROOT = Path(__file__).parents[2]
SDK = ROOT / "build" / "xpander-sdk"
SDK_VERSION = "2.0.537"
AGENT = "a1b2c3d4-e5f6-4890-abcd-ef1234567890"


def rows() -> list[Row]:
    """Measure."""
    with serving(50) as url:
        configuration = Configuration(api_key="benchmark", base_url=url)
        headers, query = {"x-api-key": "benchmark"}, {"page": 1, "per_page": 50}
        path = f"{url}/v1/agents/{AGENT}/tasks"
        with Tasks(configuration) as tasks, httpx.Client(headers=headers) as bare:
            assert len(tasks.list(AGENT)) == len(bare.get(path, params=query).json()["items"]) == 50
            mine, other = in_turns(
                lambda: tasks.list(AGENT),
                lambda: bare.get(path, params=query).json(),
                rounds=200,
                loops=5,
            )
        what = "one `list` call of a 50-item page over loopback"
        row = compared(what, ("xpander_tasks", mine), ("bare httpx with `.json()`", other), at_most=1.15)
        return [row, official(what, mine, url)]


def official(what: str, mine: float, url: str) -> Row:
    """Measure the official SDK in an environment of its own."""
    goal = "≥ 40 × faster"
    try:
        python = sdk_python()
        script = Path(__file__).with_name("official_sdk.py")
        done = subprocess.run(
            [str(python), str(script), url, AGENT], capture_output=True, text=True, timeout=300, check=True
        )
        seconds = float(done.stdout.split()[-1])
    except subprocess.CalledProcessError as error:
        reason = (error.stderr or "it failed").strip().splitlines()[-1][:160]
        return Row(what, "xpander_tasks", "`xpander-sdk` `alist`", "not run", goal, f"skipped: {reason}")
    except subprocess.TimeoutExpired:
        return Row(what, "xpander_tasks", "`xpander-sdk` `alist`", "not run", goal, "skipped: it took too long")
    return faster(what, ("xpander_tasks", mine), (f"`xpander-sdk` {SDK_VERSION} `alist`", seconds), at_least=40)


def sdk_python() -> Path:
    """Return the Python of the SDK's environment, which is made the first time."""
    python, ready = SDK / "bin" / "python", SDK / ".ready"
    if not ready.exists():
        subprocess.run([sys.executable, "-m", "venv", str(SDK)], check=True, capture_output=True, text=True)
        # Of the lock's own installer, as pip takes half an hour to find versions that go together.
        uv = Path(sys.executable).with_name("uv")
        install = [str(uv), "pip", "install", "--quiet", "--python", str(python), f"xpander-sdk[agno]=={SDK_VERSION}"]
        subprocess.run(install, check=True, capture_output=True, text=True, timeout=900)
        ready.touch()
    return python
