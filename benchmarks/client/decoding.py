"""Decoding one page of 50 tasks, against msgspec without types and against the stock generator's models."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from xpander_api_client.conversion import decode

from benchmarks.client.list_server import page
from benchmarks.client.timing import median_seconds
from benchmarks.results import Comparison, Measurement
from xpander_tasks import TasksPage

ROOT = Path(__file__).parents[2]
WHAT = "decode a 50-item page into validated models"


def measure() -> list[Comparison]:
    """Measure both comparisons in processor time."""
    body = page(1, 50, 50).partition(b"\r\n\r\n")[2]
    with tempfile.TemporaryDirectory() as folder:
        decode_stock = stock_decoder(Path(folder))
        assert decode_stock(body).total == decode(body, TasksPage).total == 50
        ours, untyped, stock = median_seconds(
            lambda: decode(body, TasksPage),
            lambda: msgspec.json.decode(body),
            lambda: decode_stock(body),
            rounds=60,
            loops=100,
            clock=time.process_time,
        )
    measured = Measurement("xpander_tasks", ours)
    return [
        Comparison("decode-untyped", WHAT, measured, Measurement("msgspec, untyped", untyped), 1.15),
        Comparison("decode-stock", WHAT, measured, Measurement("stock generator's models", stock), 6, "faster"),
    ]


def stock_decoder(folder: Path) -> Callable[[bytes], Any]:
    """Generate a client with the generator's own templates, and return the function that decodes a page with it."""
    binaries = Path(sys.executable).parent
    config = folder / "config.yml"
    config.write_text("package_name_override: stock_client\npost_hooks: []\n")
    command = [binaries / "openapi-python-client", "generate", "--path", ROOT / "openapi.yaml", "--config", config]
    subprocess.run(
        [*map(str, command), "--meta", "none", "--output-path", str(folder / "stock_client")],
        check=True,
        capture_output=True,
        env={**os.environ, "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}"},
    )
    sys.path.insert(0, str(folder))
    models = importlib.import_module("stock_client.models")
    return lambda body: models.TasksPage.from_dict(json.loads(body))
