"""The baseline: what schemathesis finds alone, by its command line with its default checks and all phases."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from contract_tests.run.mock_server import MockServer
from proof._test_run import ROOT
from xpander_mock import DEMO_API_KEY

MAX_EXAMPLES = 25
# Tasks that end at once: a run then takes as long as its requests do.
FAST_TASKS = "--pending 0.01 --executing 0.02"
TIMEOUT_SECONDS = 300


class Baseline:
    """Runs schemathesis alone against defects, and subtracts what it reports of the healthy mock.

    Args:
        seed: The seed of every run.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._false_alarms = self._findings("")

    def findings(self, defect: str) -> tuple[str, ...]:
        """Return what schemathesis reports of a defect, each as `check: operation`."""
        return tuple(sorted(self._findings(f"--defect {defect}") - self._false_alarms))

    def _findings(self, mock_arguments: str) -> set[str]:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            server = MockServer(folder, f"{FAST_TASKS} {mock_arguments}", "proof.defects")
            try:
                return self._run(server.url, folder)
            finally:
                server.stop()

    def _run(self, url: str, folder: Path) -> set[str]:
        # An empty file, because schemathesis would otherwise read the settings of the contract suite.
        settings, report = folder / "empty.toml", folder / "report.json"
        settings.touch()
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(settings)),
            *("run", str(ROOT / "openapi.yaml")),
            *("--url", url, "--header", f"x-api-key: {DEMO_API_KEY}", "--seed", str(self._seed), "--no-color"),
            *("--max-examples", str(MAX_EXAMPLES), "--no-shrink", "--continue-on-failure"),
            *("--report", "json", "--report-json-path", str(report)),
        ]
        done = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=TIMEOUT_SECONDS, check=False)
        if not report.exists():
            raise RuntimeError(f"expected a report of schemathesis, got status {done.returncode}: {done.stdout[-500:]}")
        failures = json.loads(report.read_text(encoding="utf-8"))["failures"]
        return {f"{failure['title']}: {operation}" for failure in failures for operation in failure["operations"]}
