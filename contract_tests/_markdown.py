"""The report as Markdown."""

from collections.abc import Iterator

from contract_tests.contract import operations
from contract_tests.report import Finding, Report


def markdown(report: Report) -> str:
    """Return the whole report as a Markdown document."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    target, verdicts = report.target, report.verdicts()
    yield f"# Contract run against {report.server()}"
    yield ""
    yield (
        f"Seed {target.seed}, profile {target.profile}. {report.recorder.sent} requests were sent; "
        f"{len(report.exercised())} of {len(operations())} operations were exercised."
    )
    yield (
        f"Claims: {verdicts['held']} held, {verdicts['broken']} broken, {verdicts['warned']} with a warning, "
        f"{verdicts['not run']} not run."
    )
    yield from (f"\n{note}" for note in report.notes)
    for title, outcome in (("Failures", "failed"), ("Warnings", "warned")):
        findings = [finding for finding in report.findings.values() if finding.outcome == outcome]
        if findings:
            yield f"\n## {title}"
            for finding in findings:
                yield from _finding(report, finding)
    yield "\n## Claims\n"
    yield "| claim | | sentence | from | tests |"
    yield "|---|---|---|---|---|"
    for row in report.claim_rows():
        verdict = f"**{row.verdict}**" if row.verdict in ("broken", "warned") else row.verdict
        why = f": {'; '.join(row.reasons)}" if row.verdict == "not run" else ""
        kind = "" if row.claim.kind == "hard" else " (advisory)"
        sentence, source = _cell(row.claim.sentence), _cell(row.claim.source)
        yield f"| {row.claim.id}{kind} | {verdict}{_cell(why)} | {sentence} | {source} | {row.tests} |"
    yield "\n## Requests\n"
    yield "| operation | requests | answers | parameters that were sent |"
    yield "|---|---|---|---|"
    for name, statuses in report.sent():
        answers = ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items()))
        parameters = ", ".join(sorted(report.recorder.parameters.get(name, ())))
        yield f"| `{name}` | {statuses.total()} | {answers} | {parameters} |"


def _finding(report: Report, finding: Finding) -> Iterator[str]:
    yield f"\n### {finding.test}"
    for fault in finding.faults:
        for claim, sentence in report.quotes(finding, fault):
            yield f"\n> {claim}: {sentence}"
        yield f"\nexpected: {fault.expected}\n"
        yield f"came: {fault.came}"
        if fault.curl:
            yield f"\n```sh\n{fault.curl}\n```"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
