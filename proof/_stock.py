"""What schemathesis finds by itself: its command line with its default checks and all phases, and nothing of ours."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from contract_tests._mock import MockServer
from proof._trial import ROOT
from xpander_mock import DEMO_API_KEY

EXAMPLES = 25
# Agents that answer at once, so that a run is bounded by what is sent and not by waiting.
QUICK = "--pending 0.01 --executing 0.02"
LONGEST_SECONDS = 300


class Stock:
    """Runs stock schemathesis, and leaves out what it reports of the healthy mock as well.

    Args:
        seed: The seed of all runs.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._false_alarms = self._findings("")

    def finds(self, defect: str) -> tuple[str, ...]:
        """What it reports of a defect, each as a check and the operation that failed it."""
        return tuple(sorted(self._findings(f"--defect {defect}") - self._false_alarms))

    def _findings(self, arguments: str) -> set[str]:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            server = MockServer(folder, f"{QUICK} {arguments}", "proof.defects")
            try:
                return self._run(server.url, folder)
            finally:
                server.stop()

    def _run(self, url: str, folder: Path) -> set[str]:
        # Without a file of its own it would read the settings of the contract suite.
        settings, report = folder / "empty.toml", folder / "report.json"
        settings.touch()
        command = [
            *(
                sys.executable,
                "-m",
                "schemathesis.cli",
                "--config-file",
                str(settings),
                "run",
                str(ROOT / "openapi.yaml"),
            ),
            *("--url", url, "--header", f"x-api-key: {DEMO_API_KEY}", "--seed", str(self._seed), "--no-color"),
            *("--max-examples", str(EXAMPLES), "--no-shrink", "--continue-on-failure"),
            *("--report", "json", "--report-json-path", str(report)),
        ]
        done = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=LONGEST_SECONDS, check=False)
        if not report.exists():
            raise RuntimeError(f"expected a report of schemathesis, got status {done.returncode}: {done.stdout[-500:]}")
        failures = json.loads(report.read_text(encoding="utf-8"))["failures"]
        return {f"{failure['title']}: {operation}" for failure in failures for operation in failure["operations"]}
