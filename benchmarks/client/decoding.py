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

import httpx
import msgspec

from benchmarks.client.measure import Row, compared, faster, in_turns
from benchmarks.client.server import page
from xpander_tasks import Configuration, TasksPage
from xpander_tasks._call import Caller

ROOT = Path(__file__).parents[2]


def rows() -> list[Row]:
    """Measure."""
    body = page(1, 50, 50).partition(b"\r\n\r\n")[2]
    caller = Caller(Configuration(api_key="benchmark"))
    answer = httpx.Response(200, content=body)
    with tempfile.TemporaryDirectory() as folder:
        stock = stock_decoder(Path(folder))
        assert stock(body).total == caller.decoded(answer, TasksPage).total == 50
        mine, untyped, generated = in_turns(
            lambda: caller.decoded(answer, TasksPage),
            lambda: msgspec.json.decode(body),
            lambda: stock(body),
            rounds=60,
            loops=100,
            clock=time.process_time,
        )
    what = "decode a 50-item page into validated models"
    return [
        compared(what, ("xpander_tasks", mine), ("msgspec, untyped", untyped), at_most=1.15),
        faster(what, ("xpander_tasks", mine), ("stock generator's models", generated), at_least=6),
    ]


def stock_decoder(folder: Path) -> Callable[[bytes], Any]:
    """Generate a client with the stock templates and return its way to decode a page."""
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
