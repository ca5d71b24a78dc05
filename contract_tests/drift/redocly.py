"""The differences of two documents, found by `redocly diff`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

TIMEOUT_SECONDS = 120
VERSION = "2.77.0"


class RedoclyError(Exception):
    """`redocly diff` is missing or failed; the message says what to do."""


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def differences(base: Any, revision: Any) -> list[dict[str, Any]]:
    """Return the changes that `redocly diff` reports between two parsed documents.

    Args:
        base: The document before.
        revision: The document after.

    Raises:
        RedoclyError: The program is missing, or could not compare the documents.
    """
    folders = [str(Path.cwd() / "node_modules" / ".bin"), str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    path = os.pathsep.join(folders)
    program = shutil.which("redocly", path=path)
    if program is None:
        raise RedoclyError(
            f"redocly is not installed; run `make setup node_modules/.ready`, or `npm install @redocly/cli@{VERSION}`"
        )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # Written anew, so that the report's places do not depend on the files' own layout.
        for file, document in (("base.yaml", base), ("revision.yaml", revision)):
            (folder / file).write_text(yaml.dump(document, Dumper=_Dumper, sort_keys=False), encoding="utf-8")
        (folder / "redocly.yaml").write_text("extends: [diff-recommended]\n", encoding="utf-8")
        environment = {**os.environ, "PATH": path, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
        command = [program, "diff", "base.yaml", "revision.yaml", "--format", "json", "--fail-on", "none"]
        done = None
        try:
            done = subprocess.run(
                [*command, "--config", "redocly.yaml", "--output", "report.json"],
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                timeout=TIMEOUT_SECONDS,
            )
            report: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
        except subprocess.TimeoutExpired:
            raise RedoclyError(f"redocly diff was not done after {TIMEOUT_SECONDS} s") from None
        except (OSError, ValueError):
            printed = "" if done is None else done.stderr
            lines = [line for line in printed.splitlines() if line.strip()] or ["it printed nothing"]
            raise RedoclyError(f"redocly diff failed: {lines[-1].strip()}") from None
    changes: list[dict[str, Any]] = report["changes"]
    return changes
