"""The nightly workflow only reads, keeps its files between nights, and one issue open while something is broken."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOW: Any = yaml.safe_load((ROOT / ".github" / "workflows" / "nightly.yml").read_text(encoding="utf-8"))
JOB = WORKFLOW["jobs"]["contract"]
ISSUE = ROOT / ".ci" / "nightly-issue"
FAKE_GH = """#!/bin/sh
printf '%s\\n' "$*" >> "$CALLS"
case "$1 $2" in
  "issue list") printf '%s' "$OPEN_ISSUE" ;;
  "issue create" | "issue comment") for last; do :; done; cp "$last" "$CALLS.body" ;;
esac
"""


def test_it_may_only_read() -> None:
    assert "CONTRACT_WRITES" not in JOB["env"]
    assert WORKFLOW["permissions"] == {"contents": "read", "issues": "write"}
    assert {"CONTRACT_BUDGET", "CONTRACT_RATE_LIMIT"} <= JOB["env"].keys()


def test_every_command_is_a_make_target_or_a_script_of_this_repository() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for command in [step["run"] for step in JOB["steps"] if "run" in step]:
        name = command.removeprefix("make ")
        assert name in targets or os.access(ROOT / command, os.X_OK)


def test_baseline_and_history_are_kept_between_nights() -> None:
    caches = [step for step in JOB["steps"] if "cache" in step.get("uses", "")]
    assert [step["uses"].partition("@")[0].rpartition("/")[2] for step in caches] == ["restore", "save"]
    assert {step["with"]["path"] for step in caches} == {"nights"}
    assert JOB["env"]["CONTRACT_BASELINE"].startswith("nights/")
    assert JOB["env"]["CONTRACT_HISTORY"].startswith("nights/")


@pytest.mark.parametrize(
    ("outcome", "open_issue", "calls"),
    [
        ("failure", "", ["issue list", "label create", "issue create"]),
        ("failure", "7", ["issue list", "issue comment 7"]),
        ("success", "7", ["issue list", "issue close 7"]),
        ("success", "", ["issue list"]),
    ],
)
def test_one_issue_is_open_while_something_is_broken(
    tmp_path: Path, outcome: str, open_issue: str, calls: list[str]
) -> None:
    (tmp_path / "gh").write_text(FAKE_GH, encoding="utf-8")
    (tmp_path / "gh").chmod(0o755)
    (tmp_path / "build" / "contract").mkdir(parents=True)
    (tmp_path / "build" / "contract" / "report.md").write_text("# The report $(touch stolen)\n", encoding="utf-8")
    environment = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "CALLS": str(tmp_path / "calls"),
        "OPEN_ISSUE": open_issue,
        "OUTCOME": outcome,
        "RUN": "https://github.com/owner/name/actions/runs/1",
    }
    subprocess.run([str(ISSUE)], cwd=tmp_path, env=environment, check=True)
    made = (tmp_path / "calls").read_text(encoding="utf-8").splitlines()
    assert [call.startswith(expected) for call, expected in zip(made, calls, strict=True)] == [True] * len(calls)
    if outcome == "failure":
        body = (tmp_path / "calls.body").read_text(encoding="utf-8")
        assert "actions/runs/1" in body
        assert "# The report $(touch stolen)" in body
    assert not (tmp_path / "stolen").exists()


def test_a_reason_is_not_run_by_the_shell(tmp_path: Path) -> None:
    (tmp_path / "findings.json").write_text(json.dumps({"findings": []}), encoding="utf-8")
    environment = {
        **os.environ,
        "REASON": '"; touch stolen; "$(touch stolen)`touch stolen`',
        "CONTRACT_REPORTS": str(tmp_path),
        "CONTRACT_BASELINE": str(tmp_path / "baseline.json"),
    }
    subprocess.run(["make", "-s", "baseline"], cwd=ROOT, env=environment, check=True, capture_output=True)
    assert not (ROOT / "stolen").exists()
