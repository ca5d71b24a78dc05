"""The summary that a run prints at its end."""

import textwrap
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from ..contract.openapi import operations
from ..invariants.checker import ALL_RULES
from ..record.display import shorten
from .model import Group, Outcome, Report, Verdict

WIDTH = 118
MOST_SHOWN = 20
LONGEST_TEXT = 700


def summary(report: Report, files: list[Path]) -> str:
    """Return the summary for a terminal.

    Args:
        report: The report.
        files: Paths of the written reports.
    """
    return "\n".join(_lines(report, files))


def _lines(report: Report, files: list[Path]) -> Iterator[str]:
    target, verdicts = report.target, report.verdicts()
    how = "" if report.recording else f", seed {target.seed}, profile {target.profile}"
    yield f"Contract run against {report.server()}{how}"
    yield ""
    yield f"  {'operation':<24}{'requests':>9}{'2xx':>8}{'4xx':>8}{'other':>8}"
    for name, statuses in report.sent():
        classes = Counter[int]()
        for status, count in statuses.items():
            classes[status // 100] += count
        other = classes.total() - classes[2] - classes[4]
        yield f"  {name:<24}{classes.total():>9}{classes[2]:>8}{classes[4]:>8}{other:>8}"
    yield ""
    exercised = f"{len(report.exercised())} of {len(operations())} operations exercised"
    yield f"  {exercised}, {report.recorder.sent} requests {'recorded' if report.recording else 'sent'}"
    if report.checked:
        yield f"  {report.checked} exchanges checked by {len(ALL_RULES)} invariants"
    parts = [f"{verdicts['held']} held", f"{verdicts['broken']} broken", f"{verdicts['not run']} not run"]
    more: dict[Verdict, str] = {"known": "broken as known", "flaky": "flaky", "warned": "with a warning"}
    parts[2:2] = [f"{verdicts[verdict]} {text}" for verdict, text in more.items() if verdicts[verdict]]
    if report.recording:
        parts = [f"{verdicts['broken']} broken", f"{verdicts['warned']} with a warning"]
    yield f"  {len(report.claims)} claims: {', '.join(parts)}"
    if not report.recording:
        yield from _not_run(report)
    yield from (f"  {note}" for note in report.notes)
    titles: dict[str, Outcome] = {"FAILED": "failed", "KNOWN": "known", "FLAKY": "flaky", "WARNING": "warned"}
    for title, outcome in titles.items():
        groups = report.groups(outcome)
        for group in groups[:MOST_SHOWN]:
            yield ""
            yield from _group(title, group)
        if len(groups) > MOST_SHOWN:
            yield f"\n  … and {len(groups) - MOST_SHOWN} more, see the reports"
    yield ""
    yield f"  Reports: {', '.join(map(str, files))}"
    yield f"  {report.verdict()}" + ("" if report.recording else f" SEED={target.seed} repeats the run.")


def _not_run(report: Report) -> Iterator[str]:
    by_reason: dict[str, list[str]] = {}
    for row in report.claim_rows():
        if row.verdict == "not run":
            by_reason.setdefault("; ".join(row.reasons), []).append(row.claim.id)
    for reason, claims in by_reason.items():
        yield from _wrapped("    not run: ", f"{reason} — {', '.join(claims)}")


def _group(title: str, group: Group) -> Iterator[str]:
    more = f" and {len(group.tests) - 1} more" if len(group.tests) > 1 else ""
    yield f"{title} {group.tests[0]}{more}"
    if group.note:
        yield from _wrapped("  note      ", group.note)
    for claim, sentence in group.quotes:
        yield from _wrapped(f"  {claim:<9} ", f"“{sentence}”")
    yield from _wrapped("  expected  ", shorten(group.violation.expected, LONGEST_TEXT))
    yield from _wrapped("  got       ", shorten(group.violation.actual, LONGEST_TEXT))
    if group.violation.curl:
        # Not wrapped, so that it can be copied.
        yield f"  repeat    {group.violation.curl}"


def _wrapped(label: str, text: str) -> Iterator[str]:
    width = WIDTH - len(label)
    lines = [part for line in text.splitlines() for part in textwrap.wrap(line, width, break_on_hyphens=False)]
    yield label + (lines[0] if lines else "")
    yield from (" " * len(label) + line for line in lines[1:])
