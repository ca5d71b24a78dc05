"""What a run tells GitHub Actions: a summary of the step, and annotations."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..record.display import redact, shorten
from .model import Outcome, Report

# GitHub shows ten annotations of each kind for a step.
MOST_ANNOTATIONS = 10
LEVELS: dict[Outcome, str] = {"failed": "error", "flaky": "warning", "warned": "warning", "known": "notice"}
TITLES: dict[Outcome, str] = {
    "failed": "New failures",
    "known": "Known failures",
    "flaky": "Flaky",
    "warned": "Warnings",
}
LONGEST_TEXT = 400


def runs_on_github(environment: Mapping[str, str]) -> bool:
    """Check whether this is a step of GitHub Actions."""
    return environment.get("GITHUB_ACTIONS") == "true"


def annotation_commands(report: Report) -> list[str]:
    """Return the commands that annotate the step, the most serious first."""
    lines = []
    for outcome, level in LEVELS.items():
        for group in report.groups(outcome)[:MOST_ANNOTATIONS]:
            claims = ", ".join(claim for claim, _ in group.quotes) or "openapi.yaml"
            expected, actual = (
                shorten(text, LONGEST_TEXT) for text in (group.violation.expected, group.violation.actual)
            )
            text = f"{group.tests[0]}\nexpected {expected}\ngot {actual}" + (f"\n{group.note}" if group.note else "")
            lines.append(f"::{level} title={_property(f'{TITLES[outcome]}: {claims}')}::{_message(text)}")
    return [redact(line, report.target) for line in lines]


def step_summary(report: Report) -> str:
    """Return the summary of the step in Markdown: short, as the whole report is an artifact."""
    return redact("\n".join(_summary(report)) + "\n", report.target)


def write_step_summary(report: Report) -> None:
    """Add the summary to the file that GitHub names, if it names one."""
    name = os.environ.get("GITHUB_STEP_SUMMARY")
    if name:
        with Path(name).open("a", encoding="utf-8") as file:
            file.write(step_summary(report))


def _summary(report: Report) -> Iterator[str]:
    counts = report.verdicts()
    yield f"## {report.verdict()}"
    yield ""
    yield f"{report.server()}, seed {report.target.seed}, {report.recorder.sent} requests."
    yield f"Claims: {', '.join(f'{count} {verdict}' for verdict, count in counts.items() if count)}."
    for note in report.notes:
        yield f"\n{note}"
    for outcome, title in TITLES.items():
        groups = report.groups(outcome)
        if not groups:
            continue
        yield f"\n### {title}\n"
        yield "| Claims | Expected | Got | Tests | |"
        yield "| --- | --- | --- | --- | --- |"
        for group in groups:
            claims = ", ".join(claim for claim, _ in group.quotes)
            texts = (claims, group.violation.expected, group.violation.actual)
            cells = [_cell(shorten(text, LONGEST_TEXT)) for text in texts]
            yield f"| {' | '.join(cells)} | {len(group.tests)} | {_cell(group.note)} |"


def _cell(text: str) -> str:
    # A server's text must neither end the table nor become markup.
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("|", "\\|"), ("[", "\\["), ("!", "\\!")):
        text = text.replace(character, entity)
    return " ".join(text.split())


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
