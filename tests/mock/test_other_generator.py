"""Any OpenAPI client works against the mock: one in TypeScript, generated from `/openapi.json` by another generator."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import httpx

from xpander_mock import MockClient

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / "node_modules" / ".bin"


def run(folder: Path, *command: str | Path) -> str:
    """Run a command with the Node of this environment first in the path, and return what it prints."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    ended = subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, timeout=120
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_a_client_of_another_generator_works(xpander_mock: MockClient, tmp_path: Path) -> None:
    """A client generated from the served document compiles strictly, and all operations conform to its types."""
    folder = Path(shutil.copytree(Path(__file__).with_name("typescript"), tmp_path / "typescript"))
    (folder / "openapi.json").write_bytes(httpx.get(f"{xpander_mock.url}/openapi.json").content)
    run(folder, TOOLS / "openapi-ts", "--silent")
    run(folder, TOOLS / "tsc", "--project", ".")
    came = json.loads(
        run(folder, "node", "built/main.js", xpander_mock.url, xpander_mock.api_key, xpander_mock.agent_id)
    )

    assert came["invoked"] == ["completed", "Hello from elsewhere"]
    assert came["shown"]
    assert came["stopped"] == "stopped"
    assert came["events"][0] == "connected"
    assert came["events"][-1] == "task_finished"
    assert came["listed"][0] == came["agents"][0] == came["started"]
    assert len(came["listed"]) == 2
    assert came["thread"][0] == ["user", "Hello from elsewhere"]
    assert came["thread"][-1] == ["assistant", "Hello from elsewhere"]
    assert came["full"] == ["root"]
    assert came["deleted"] == 204
    assert came["gone"][0] == 404
    assert came["refused"][0] == 422
    assert came["refused"][1]["detail"][0]["loc"] == ["query", "per_page"]
    called = {request["operation"] for request in xpander_mock.requests() if request["status"] in (200, 204)} - {None}
    assert len(called) == 10
