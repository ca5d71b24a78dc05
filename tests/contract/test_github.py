"""What a run tells GitHub, and the report in the format of the Web Fuzzing Commons."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from contract_tests.report.github import annotation_commands, runs_on_github, step_summary, write_step_summary
from contract_tests.report.model import Finding, Report, Violation
from contract_tests.report.wfc import OWN_CODE, categories_of, load_categories, wfc_report
from contract_tests.run.target import Target
from tests.contract._sample_report import HOSTILE, sample_report
from tests.contract.conftest import KEY


@pytest.fixture
def report(target: Target) -> Report:
    return sample_report(target)


def test_each_outcome_has_its_level(report: Report) -> None:
    levels = [line.partition(" ")[0] for line in annotation_commands(report)]
    assert levels == ["::error", "::warning", "::warning", "::notice"]


def test_a_new_failure_names_claim_test_and_what_came(report: Report) -> None:
    error = annotation_commands(report)[0]
    assert error.startswith("::error title=New failures%3A PAGE-1::contract_tests/claims/test_pages.py::test_without")
    assert "%0Aexpected page 1 of 20 a page%0Agot [1, 50]" in error


def test_a_servers_text_can_give_no_command(report: Report) -> None:
    violation = Violation("a result", "\n::error::broken in\r\n::set-output name=x::y 100%")
    report.findings = {"test": Finding("test", "failed", ("GET-5",), violations=(violation,))}
    (line,) = annotation_commands(report)
    assert "\n" not in line
    assert "\r" not in line
    assert line.endswith("%0A::error::broken in%0D%0A::set-output name=x::y 100%25")


def test_a_servers_text_is_no_markup_in_the_summary(report: Report) -> None:
    text = step_summary(report)
    assert "### New failures" in text
    assert HOSTILE not in text
    assert "<img" not in text
    rows = [line for line in text.splitlines() if line.startswith("| PAGE-1 |")]
    assert len(rows) == 1


def test_no_key_is_told(report: Report) -> None:
    violation = Violation(f"no {KEY}", KEY)
    report.findings = {"test": Finding("test", "failed", ("GET-5",), violations=(violation,))}
    assert KEY not in step_summary(report) + "".join(annotation_commands(report)) + wfc_report(report, "1.0").replace(
        KEY, "", 0
    )


def test_the_summary_is_added_to_the_file_of_the_step(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "summary.md"
    path.write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(path))
    write_step_summary(report)
    assert path.read_text(encoding="utf-8") == "before\n" + step_summary(report)


def test_only_github_is_github() -> None:
    assert runs_on_github({"GITHUB_ACTIONS": "true"})
    assert not runs_on_github({})


def commons() -> tuple[dict[str, int], Any]:
    data = files("webfuzzing_commons") / "data"
    categories = json.loads((data / "fault_categories.json").read_text(encoding="utf-8"))
    schema = yaml.safe_load((data / "report.yaml").read_text(encoding="utf-8"))
    return {one["id"]: int(one["code"]) for one in categories}, schema


def test_the_report_is_valid(report: Report) -> None:
    whole = json.loads(wfc_report(report, "1.0"))
    jsonschema_rs.Draft202012Validator(commons()[1], validate_formats=True).validate(whole)
    assert whole["faults"]["totalNumber"] == 3
    ids = {case["id"] for case in whole["testCases"]}
    assert {fault["testCaseId"] for fault in whole["faults"]["foundFaults"]} <= ids
    known = set(whole["problemDetails"]["rest"]["endpointIds"])
    assert {fault["operationId"] for fault in whole["faults"]["foundFaults"]} <= known


def test_every_category_is_one_of_the_commons() -> None:
    known, _ = commons()
    for table in load_categories().values():
        for name in table.values():
            category, code = name.split()
            assert known[category] == int(code)


def test_a_code_of_schemathesis_has_its_category_and_a_claim_without_one_its_own() -> None:
    schema = Finding("test_list_tasks_answers_as_documented", "failed")
    assert categories_of(schema, Violation("", "", codes=("ST101", "ST108"))) == [
        {"id": "HTTP_STATUS_500", "code": 100, "context": None},
        {"id": "SCHEMA_INVALID_RESPONSE", "code": 200, "context": None},
    ]
    (own,) = categories_of(Finding("test_turn", "failed", ("TURN-2",)), Violation("", ""))
    assert (own["code"], own["context"]) == (OWN_CODE, "TURN-2")
