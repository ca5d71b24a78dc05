"""The report as Markdown."""

from collections.abc import Iterator

from ..contract.openapi import operations
from .model import Group, Outcome, Report

SECTIONS: tuple[tuple[str, Outcome], ...] = (
    ("Failures", "failed"),
    ("Known failures", "known"),
    ("Flaky", "flaky"),
    ("Warnings", "warned"),
)


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
        f"Claims: {verdicts['held']} held, {verdicts['broken']} broken, {verdicts['known']} broken as known, "
        f"{verdicts['flaky']} flaky, {verdicts['warned']} with a warning, {verdicts['not run']} not run."
    )
    yield from (f"\n{note}" for note in report.notes)
    for title, outcome in SECTIONS:
        groups = report.groups(outcome)
        if groups:
            yield f"\n## {title}"
            for group in groups:
                yield from _group(group)
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


def _group(group: Group) -> Iterator[str]:
    yield f"\n### {group.tests[0]}"
    if group.note:
        yield f"\n{group.note}"
    for claim, sentence in group.quotes:
        yield f"\n> {claim}: {sentence}"
    yield f"\nexpected: {group.violation.expected}\n"
    yield f"got: {group.violation.actual}"
    if group.violation.curl:
        yield f"\n```sh\n{group.violation.curl}\n```"
    if len(group.tests) > 1:
        yield f"\nAlso in {len(group.tests) - 1} more:\n"
        yield from (f"- {test}" for test in group.tests[1:])


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
