"""Prism, a mock server that answers with the examples of a document; from npm, where Node is."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from benchmarks.mock.load import Rate, load
from xpander_mock import DEMO_API_KEY
from xpander_mock._contract import load_contract

PACKAGE = "@stoplight/prism-cli@5.14.2"
SECONDS = 3.0


def measure(show: Callable[[str, Rate], Any], page: Path, folder: Path) -> None:
    """Measure Prism with the same page as its static example, or say why not."""
    npm = shutil.which("npm")
    if npm is None:
        print("Prism is left out: there is no npm here")
        return
    install = [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), PACKAGE]
    if subprocess.run(install, capture_output=True).returncode:
        print(f"Prism is left out: npm could not install {PACKAGE}")
        return
    document = dict(load_contract().document)
    document["components"] = dict(document["components"])
    value = json.loads(page.read_bytes())
    document["components"]["examples"] = document["components"]["examples"] | {"TasksPage": {"value": value}}
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
        show("Prism with the same page as its example", load(url, ["/v1/tasks"], process.pid, SECONDS, headers))
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
