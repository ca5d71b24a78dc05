"""Prism, a mock server from npm that answers with the examples of an OpenAPI document."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from pathlib import Path

import httpx
import yaml

from benchmarks.mock.load_generator import LoadResult, load
from xpander_mock import DEMO_API_KEY

CONTRACT = Path(__file__).parents[2] / "openapi.yaml"
PACKAGE = "@stoplight/prism-cli@5.14.2"
SECONDS = 3.0


def measure(page: Path, folder: Path) -> LoadResult | None:
    """Measure Prism with a page as its example; print why and return None if it cannot be installed.

    Args:
        page: File with the body of the page.
        folder: Folder to install Prism into.
    """
    npm = shutil.which("npm")
    if npm is None:
        print("Prism is not measured: npm is not installed")
        return None
    install = [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), PACKAGE]
    if subprocess.run(install, capture_output=True).returncode:
        print(f"Prism is not measured: npm could not install {PACKAGE}")
        return None
    document = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    document["components"]["examples"]["TasksPage"] = {"value": json.loads(page.read_bytes())}
    contract = folder / "openapi.json"
    contract.write_text(json.dumps(document))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(folder / "node_modules/.bin/prism"), "mock", "-p", str(port), "-v", "silent", str(contract)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url)
        headers = [f"x-api-key: {DEMO_API_KEY}"]
        load(url, ["/v1/tasks"], process.pid, 1, headers)
        return load(url, ["/v1/tasks"], process.pid, SECONDS, headers)
    finally:
        process.terminate()
        process.wait()


def _wait(url: str) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            httpx.get(f"{url}/v1/tasks", headers={"x-api-key": DEMO_API_KEY}).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("expected an answer from Prism within 30 s")
