"""A report with everything in it: outcomes of all kinds, sixty nights, and hostile texts."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

from contract_tests.contract.claims import load_claims
from contract_tests.contract.openapi import operations
from contract_tests.record.recorder import Recorder
from contract_tests.report.model import Finding, Night, Outcome, Report, Verdict, Violation
from contract_tests.run.target import Target

HOSTILE = "</pre><script>document.title = 'broken in'</script><img src=x onerror=alert(1)>"
CURL = (
    "curl -i 'https://api.example.com/v1/tasks?page=2&per_page=50&status=completed' -H \"x-api-key: $XPANDER_API_KEY\""
)
EXCHANGE = f'GET /v1/tasks?page=2\n\n200 after 0.031 s\ncontent-type: application/json\n\n{{"items": ["{HOSTILE}"]}}'


def sample_report(target: Target) -> Report:
    """Return a report of a run against a live server."""
    chance = random.Random(7)
    report = Report(target, Recorder(target), load_claims(), started=datetime(2026, 3, 1, 2, 30, tzinfo=UTC))
    for claim in report.claims.values():
        outcome: Outcome = "not run" if claim.id.startswith(("STREAM", "LIMIT")) else "passed"
        report.add(
            Finding(f"test_of_{claim.id}", outcome, (claim.id,), "needs CONTRACT_WRITES" * (outcome != "passed"))
        )
    violation = Violation("page 1 of 20 a page", f"[1, 50] {HOSTILE}", CURL, exchange=EXCHANGE, codes=("ST108",))
    test = "contract_tests/claims/test_pages.py::test_without_page_and_per_page_they_are_1_and_20[existing]"
    report.add(Finding(test, "failed", ("PAGE-1",), violations=(violation,)))
    report.add(Finding(test + "_too", "failed", ("PAGE-1",), violations=(violation,)))
    known = Violation("a `result` that is JSON", "no result " + "W" * 300, CURL, exchange=EXCHANGE)
    report.add(Finding("test_json", "known", ("GET-5",), "ticket 7", (known,), "2026-02-11"))
    report.add(Finding("test_odd", "flaky", ("ID-1",), "failed, then passed", (Violation("404", "500"),)))
    report.add(Finding("test_page", "warned", ("PAGE-6",), violations=(Violation("no items", "422", CURL),)))
    for operation in operations():
        counts = Counter({200: chance.randrange(1, 900), 422: chance.randrange(200), 404: chance.randrange(60)})
        if operation.id == "stop_task":
            counts[500] = 3
        report.recorder.statuses[operation.id] = counts
        slow = 2.5 if "invoke" in operation.id else 0.02
        report.recorder.latencies[operation.id] = [slow * chance.lognormvariate(0, 0.6) for _ in range(200)]
        report.recorder.parameters[operation.id] = Counter(dict.fromkeys(operation.parameters[:3], 7))
    report.notes.append("Known failures that are gone: LIST-4. `make baseline` removes them.")
    report.nights = [_night(report, day, chance) for day in range(60)]
    return report


def _night(report: Report, day: int, chance: random.Random) -> Night:
    claims: dict[str, Verdict] = {row.claim.id: row.verdict for row in report.claim_rows()}
    claims["PAGE-1"] = "broken" if day == 59 else "held"
    claims["GET-5"] = "held" if day < 40 else "broken" if day == 40 else "known"
    claims["ID-1"] = "flaky" if chance.random() < 0.1 else "held"
    when = report.started - timedelta(days=59 - day)
    return Night(
        when=when.strftime("%Y-%m-%dT%H:%M:%SZ"),
        host="api.example.com",
        seed=day,
        profile="quick",
        document="0123456789abcdef",
        claims=claims,
        failed=2 if day == 59 else day == 40,
        known=int(day > 40),
        flaky=("test_odd",) if claims["ID-1"] == "flaky" else (),
        requests=4000 + day,
        latency={"list_tasks": (0.02 + day / 9000, 0.05 + chance.random() / 30), "invoke_agent": (2.1, 4.0)},
    )
