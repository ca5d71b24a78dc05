"""The run as a report of the Web Fuzzing Commons, which tools that compare fuzzers read."""

import json
import tomllib
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from ..contract.openapi import Operation, operation_of, operations
from .known_failures import identity_of
from .model import Finding, Report, Violation

CATEGORIES = Path(__file__).with_name("wfc.toml")
SCHEMA_VERSION = "0.12.1"
OWN_CATEGORY, OWN_CODE = "CONTRACT_CLAIM", 900


@cache
def load_categories() -> dict[str, dict[str, str]]:
    """Return the categories of codes and of claims."""
    categories: dict[str, dict[str, str]] = tomllib.loads(CATEGORIES.read_text(encoding="utf-8"))
    return categories


def categories_of(finding: Finding, violation: Violation) -> list[dict[str, Any]]:
    """Return the categories of a violation, each once.

    Args:
        finding: The finding that holds it.
        violation: The violation.
    """
    table = load_categories()
    claims = [violation.claim] if violation.claim else list(finding.claims)
    named = [table["codes"][code] for code in violation.codes if code in table["codes"]]
    named += [table["claims"][claim] for claim in claims if claim in table["claims"]]
    found = []
    for name in dict.fromkeys(named):
        category, _, code = name.partition(" ")
        found.append({"id": category, "code": int(code), "context": "+".join(claims) or None})
    return found or [{"id": OWN_CATEGORY, "code": OWN_CODE, "context": "+".join(claims) or None}]


def wfc_report(report: Report, version: str) -> str:
    """Return the run as JSON in the format of the Web Fuzzing Commons.

    Args:
        report: The run.
        version: Version of this suite.
    """
    failed = [
        (finding, violation)
        for outcome in ("failed", "known", "flaky")
        for finding in report.with_outcome(outcome)
        for violation in finding.violations
    ]
    faults = [
        {
            "operationId": _endpoint(operation),
            "testCaseId": finding.test,
            "faultCategories": categories_of(finding, violation),
        }
        for finding, violation in failed
        for operation in _operations(report, finding, violation)
    ]
    unique = {(one["id"], one["context"]) for finding, violation in failed for one in categories_of(finding, violation)}
    ran = [finding for finding in report.findings.values() if finding.outcome != "not run"]
    whole = {
        "schemaVersion": SCHEMA_VERSION,
        "toolName": "xpander-contract",
        "toolVersion": version,
        "creationTime": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "faults": {"totalNumber": len(unique), "foundFaults": faults},
        "problemDetails": {
            "rest": {
                "outputHttpCalls": report.recorder.sent,
                "evaluatedHttpCalls": report.recorder.sent,
                "endpointIds": [_endpoint(operation) for operation in operations()],
                "coveredHttpStatus": [
                    {"endpointId": _endpoint(operation), "testCaseId": "all", "httpStatus": sorted(statuses)}
                    for operation in operations()
                    if (statuses := report.recorder.statuses.get(operation.id))
                ],
            }
        },
        "totalTests": len(ran),
        "testFilePaths": sorted({finding.test.partition("::")[0] for finding in ran}),
        "testCases": [
            {"id": finding.test, "filePath": finding.test.partition("::")[0], "name": finding.test.rpartition("::")[2]}
            for finding in ran
        ],
        "executionTimeInSeconds": max(round((datetime.now(UTC) - report.started).total_seconds()), 0),
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _operations(report: Report, finding: Finding, violation: Violation) -> list[Operation]:
    operation, *_ = identity_of(finding, violation)
    if operation:
        return [operation_of(operation)]
    claims = [violation.claim] if violation.claim else list(finding.claims)
    named = [name for claim in claims if claim in report.claims for name in report.claims[claim].operations]
    # A claim is about its first operation; the others are those that show it.
    return [operation_of(named[0])] if named else list(operations()[:1])


def _endpoint(operation: Operation) -> str:
    return f"{operation.method}:{operation.path}"
